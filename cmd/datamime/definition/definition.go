// Package definition reads what a user tells of series that are not there yet, from a
// file of YAML or JSON, and names what is wrong in it by its line.
package definition

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/agnivade/levenshtein"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// Example is what the help of define shows.
const Example = `time: {column: date_debut, start: 2025-01-01, frequency: 1 hour}
series:
  columns: {station: text, polluant: text}
  list: [[Gare, O3], [Gare, NO2], [Port, NO2]]
value: {column: valeur, type: integer, typical: 40, low: 10, high: 110, minimum: 0}
day: {peaks: [{at: 08:00, by: 0.3}, {at: 18:00, by: 0.4}]}
week: {weekend: -0.25}
year: {peak: 07, by: 0.2}
memory: 6 hours
where:
  - match: {polluant: NO2}
    value: {typical: 25}`

//go:embed definition.schema.json
var definitionSchema []byte

// compiledSchema is the schema of a definition, read once.
var compiledSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(definitionSchema))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("definition.schema.json", document); err != nil {
		return nil, err
	}
	return c.Compile("definition.schema.json")
})

// Read reads a definition from a file of YAML or JSON, - for standard
// input, and returns it as JSON. What is wrong in it is named by line and path.
func Read(file string, stdin io.Reader) (string, error) {
	var (
		content []byte
		err     error
	)
	if file == "-" {
		file = "standard input"
		content, err = io.ReadAll(stdin)
	} else {
		content, err = os.ReadFile(file)
	}
	if err != nil {
		if path := (*os.PathError)(nil); errors.As(err, &path) {
			err = path.Err // which names the file no second time
		}
		return "", locale.Errorf("cannot read %s: %w", file, err)
	}
	document, err := readYAML(file, content)
	if err != nil {
		return "", err
	}
	text := document.appendJSON(nil)
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return "", locale.Errorf("read %s: %w", file, err)
	}
	schema, err := compiledSchema()
	if err != nil {
		return "", locale.Errorf("read the schema of definitions: %w", err)
	}
	var wrong *jsonschema.ValidationError
	if err := schema.Validate(instance); errors.As(err, &wrong) {
		return "", explainDefinition(file, document, wrong)
	} else if err != nil {
		return "", locale.Errorf("read %s: %w", file, err)
	}
	if err := document.nameKeys(); err != nil {
		return "", locale.Errorf("%s:%w", file, err)
	}
	return string(document.appendJSON(nil)), nil
}

// A fault is one thing that is wrong in a file.
type fault struct {
	line int
	text string
}

// explainDefinition names all that is wrong, a line each, in the file's order.
func explainDefinition(file string, document *yamlNode, wrong *jsonschema.ValidationError) error {
	var faults []fault
	var visit func(e *jsonschema.ValidationError)
	visit = func(e *jsonschema.ValidationError) {
		for _, c := range e.Causes {
			visit(c)
		}
		if len(e.Causes) == 0 {
			faults = append(faults, faultsOf(document, e)...)
		}
	}
	visit(wrong)
	sort.SliceStable(faults, func(i, k int) bool { return faults[i].line < faults[k].line })
	lines := make([]string, len(faults))
	for i, f := range faults {
		lines[i] = fmt.Sprintf("%s:%d: %s", file, f.line, f.text)
	}
	return errors.New(strings.Join(lines, "\n"))
}

// faultsOf says what one error of the schema's finds wrong, in the user's terms.
func faultsOf(document *yamlNode, e *jsonschema.ValidationError) []fault {
	at, path := document.at(e.InstanceLocation)
	name := path
	if name == "" {
		name = "the definition"
	}
	var faults []fault
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		known := knownNames(e.SchemaURL)
		for _, p := range k.Properties {
			text := join(path, p) + " is not known"
			if near := nearest(p, known); near != "" {
				text += ": did you mean " + near + "?"
			} else if len(known) > 0 {
				text += ": there can be " + strings.Join(known, ", ")
			}
			faults = append(faults, fault{at.lineOf(p), text})
		}
		return faults
	case *kind.Required:
		for _, m := range k.Missing {
			faults = append(faults, fault{at.line, name + " lacks " + m})
		}
		return faults
	case *kind.Type:
		return []fault{{at.line, fmt.Sprintf("%s is %s, it must be %s", name, withArticle(k.Got), withArticle(strings.Join(k.Want, " or ")))}}
	case *kind.Enum:
		words := make([]string, len(k.Want))
		for i, w := range k.Want {
			words[i] = fmt.Sprint(w)
		}
		return []fault{{at.line, fmt.Sprintf("%s is %q, it must be one of %s", name, fmt.Sprint(k.Got), strings.Join(words, ", "))}}
	case *kind.Pattern:
		text := fmt.Sprintf("%s cannot be %q", name, k.Got)
		if example := exampleAt(e.SchemaURL); example != "" {
			text += ": write it like " + example
		}
		return []fault{{at.line, text}}
	case *kind.Minimum:
		return []fault{{at.line, fmt.Sprintf("%s must not be below %s", name, decimal(k.Want))}}
	case *kind.Maximum:
		return []fault{{at.line, fmt.Sprintf("%s must not be above %s", name, decimal(k.Want))}}
	case *kind.MinItems:
		return []fault{{at.line, fmt.Sprintf("%s has %d entries, it must have at least %d", name, k.Got, k.Want)}}
	case *kind.MaxItems:
		return []fault{{at.line, fmt.Sprintf("%s has %d entries, it must have at most %d", name, k.Got, k.Want)}}
	case *kind.MinLength:
		return []fault{{at.line, name + " must not be empty"}}
	}
	return []fault{{at.line, name + ": " + e.ErrorKind.LocalizedString(message.NewPrinter(language.English))}}
}

// decimal writes a bound as the schema has it.
func decimal(bound *big.Rat) string {
	f, _ := bound.Float64()
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// schemaAt is the part of the schema that an error's address names.
func schemaAt(address string) map[string]any {
	var part any
	if json.Unmarshal(definitionSchema, &part) != nil {
		return nil
	}
	_, pointer, _ := strings.Cut(address, "#")
	for _, step := range strings.Split(strings.Trim(pointer, "/"), "/") {
		if object, ok := part.(map[string]any); ok && step != "" {
			part = object[step]
		}
	}
	object, _ := part.(map[string]any)
	return object
}

// knownNames are the names that can stand where an error's address says.
func knownNames(address string) []string {
	properties, _ := schemaAt(address)["properties"].(map[string]any)
	var names []string
	for n := range properties {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// exampleAt is how the schema writes what an error's address names.
func exampleAt(address string) string {
	examples, _ := schemaAt(address)["examples"].([]any)
	var words []string
	for _, e := range examples {
		words = append(words, fmt.Sprint(e))
	}
	return strings.Join(words, " or ")
}

// nearest is the name that another was meant to be, "" when none is like it.
func nearest(name string, known []string) string {
	best, near := 3, ""
	for _, k := range known {
		if d := levenshtein.ComputeDistance(name, k); d < best && d < len(k) {
			best, near = d, k
		}
	}
	return near
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// withArticle puts a JSON type in words.
func withArticle(s string) string {
	words := strings.NewReplacer("string", "a text", "integer", "a whole number", "number", "a number",
		"array", "a list", "object", "a mapping", "boolean", "true or false", "null", "nothing")
	return words.Replace(s)
}
