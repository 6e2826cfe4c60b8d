package definition

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// A yamlNode is a part of a YAML (or JSON) document with its line. Scalars
// keep what was written where a number would lose it: 2022-06-21, 08:00, 07.
type yamlNode struct {
	line   int
	scalar json.RawMessage // nil for the others
	list   []*yamlNode
	names  []string // of a mapping, in the file's order
	lines  []int    // of the names
	values []*yamlNode
	isMap  bool
}

// mostNodes bounds a document, its aliases followed.
const mostNodes = 200_000

// readYAML reads the one document of a file.
func readYAML(file string, content []byte) (*yamlNode, error) {
	d := yaml.NewDecoder(bytes.NewReader(content))
	var document, more yaml.Node
	err := d.Decode(&document)
	switch {
	case errors.Is(err, io.EOF):
		return nil, locale.Errorf("%s is empty: see datamime define --help", file)
	case err != nil:
		return nil, locale.Errorf("%s:%s", file, yamlFault(err))
	case !errors.Is(d.Decode(&more), io.EOF):
		return nil, locale.Errorf("%s:%d: a second document: one file defines one model", file, max(1, more.Line))
	}
	left := mostNodes
	n, err := convertYAML(document.Content[0], &left, 0)
	if err != nil {
		return nil, locale.Errorf("%s:%w", file, err)
	}
	n.keepStart()
	return n, nil
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): (.*)`)

// yamlFault is a syntax error as LINE: what.
func yamlFault(err error) string {
	if m := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " ")); m != nil {
		return m[1] + ": " + m[2]
	}
	return "1: " + strings.TrimPrefix(err.Error(), "yaml: ") // it names no first line
}

func convertYAML(n *yaml.Node, left *int, depth int) (*yamlNode, error) {
	if *left--; *left < 0 || depth > 100 {
		return nil, locale.Errorf("%d: this is too much for a definition", n.Line)
	}
	c := &yamlNode{line: n.Line}
	switch n.Kind {
	case yaml.AliasNode:
		return convertYAML(n.Alias, left, depth+1)
	case yaml.SequenceNode:
		c.list = []*yamlNode{}
		for _, e := range n.Content {
			v, err := convertYAML(e, left, depth+1)
			if err != nil {
				return nil, err
			}
			c.list = append(c.list, v)
		}
	case yaml.MappingNode:
		c.isMap = true
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i].Value
			for k, before := range c.names {
				if before == name {
					return nil, locale.Errorf("%d: %s stands on line %d already", n.Content[i].Line, name, c.lines[k])
				}
			}
			v, err := convertYAML(n.Content[i+1], left, depth+1)
			if err != nil {
				return nil, err
			}
			c.names, c.lines, c.values = append(c.names, name), append(c.lines, n.Content[i].Line), append(c.values, v)
		}
	default:
		c.scalar = scalarJSON(n)
	}
	return c, nil
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$`)

func scalarJSON(n *yaml.Node) json.RawMessage {
	switch n.ShortTag() {
	case "!!null":
		return json.RawMessage("null")
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return strconv.AppendBool(nil, b)
		}
	case "!!int", "!!float":
		if jsonNumber.MatchString(n.Value) {
			return json.RawMessage(n.Value)
		}
		var f float64
		if n.Value[0] != '0' && n.Decode(&f) == nil {
			if b, err := json.Marshal(f); err == nil {
				return b
			}
		}
	}
	return quoteJSON(n.Value)
}

func quoteJSON(s string) json.RawMessage {
	b, _ := json.Marshal(s) // a string always encodes
	return b
}

// keepStart makes a text of a start that is a year alone.
func (n *yamlNode) keepStart() {
	if start := n.member("time").member("start"); start != nil && jsonNumber.Match(start.scalar) {
		start.scalar = quoteJSON(string(start.scalar))
	}
}

// member is a value of a mapping, nil when there is none.
func (n *yamlNode) member(name string) *yamlNode {
	if n != nil {
		for i, m := range n.names {
			if m == name {
				return n.values[i]
			}
		}
	}
	return nil
}

// lineOf is where a mapping has a name.
func (n *yamlNode) lineOf(name string) int {
	for i, m := range n.names {
		if m == name {
			return n.lines[i]
		}
	}
	return n.line
}

// at follows a location, and writes it as value.typical or where[0].match.
func (n *yamlNode) at(location []string) (part *yamlNode, path string) {
	part = n
	for _, step := range location {
		next := part.member(step)
		if i, err := strconv.Atoi(step); err == nil && i < len(part.list) {
			next = part.list[i]
			path += "[" + step + "]"
		} else {
			path = join(path, step)
		}
		if next == nil {
			break
		}
		part = next
	}
	return part, path
}

// appendJSON writes the document as JSON.
func (n *yamlNode) appendJSON(dst []byte) []byte {
	switch {
	case n.isMap:
		dst = append(dst, '{')
		for i, name := range n.names {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(append(dst, quoteJSON(name)...), ':')
			dst = n.values[i].appendJSON(dst)
		}
		return append(dst, '}')
	case n.list != nil:
		dst = append(dst, '[')
		for i, v := range n.list {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = v.appendJSON(dst)
		}
		return append(dst, ']')
	}
	return append(dst, n.scalar...)
}

// nameKeys writes each series of a definition's list by its columns' names:
// jsonb does not keep in which order the columns stand.
func (n *yamlNode) nameKeys() error {
	series := n.member("series")
	names := series.member("columns").names
	for i, key := range series.member("list").list {
		if key.isMap {
			continue
		}
		if len(key.list) != len(names) {
			return locale.Errorf("%d: series.list[%d] has %d values, but the series columns are %s", key.line, i, len(key.list), strings.Join(names, ", "))
		}
		key.isMap, key.names, key.values, key.list = true, names, key.list, nil
	}
	return nil
}
