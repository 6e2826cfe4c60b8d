package importer

import (
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// reserved are the words that PostgreSQL does not take for a name without
// quotes (its manual, appendix C).
var reserved = setOf(`all analyse analyze and any array as asc asymmetric authorization binary both case cast check
		collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
		current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full grant
		group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural
		not notnull null offset on only or order outer overlaps placing primary references returning right select session_user similar some
		symmetric system_user table tablesample then to trailing true union unique user using variadic verbose when where window with`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}

// TableName is a name for the table of a source: the file's.
func TableName(source string) string {
	if u, err := url.Parse(source); err == nil && u.Scheme != "" {
		source = u.Path
	}
	base := filepath.Base(source)
	for ext := filepath.Ext(base); ext != "" && ext != base; ext = filepath.Ext(base) {
		base = strings.TrimSuffix(base, ext)
	}
	if name := plainName(base); name != "" {
		return name
	}
	return "sample"
}

// longestName is PostgreSQL's bound for a name, in bytes.
const longestName = 63

// nameColumns gives every column a name that needs no quotes: letters without
// accents, digits, underscores. The original name becomes the column's comment.
func nameColumns(columns []Column) {
	taken := map[string]bool{}
	for i := range columns {
		base := plainName(columns[i].Original)
		if base == "" {
			base = "column_" + strconv.Itoa(i+1)
		}
		name := base
		for n := 2; taken[name]; n++ {
			suffix := "_" + strconv.Itoa(n)
			name = base[:min(len(base), longestName-len(suffix))] + suffix
		}
		taken[name] = true
		columns[i].Name = name
	}
}

// plainName turns "Date de début" into date_de_debut.
func plainName(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		case r == 'œ':
			b.WriteString("oe")
		case r == 'æ':
			b.WriteString("ae")
		case r == 'ß':
			b.WriteString("ss")
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	name := strings.TrimRight(b.String(), "_")
	if name != "" && name[0] >= '0' && name[0] <= '9' {
		name = "c_" + name
	}
	if reserved[name] {
		return name + "_"
	}
	return strings.TrimRight(name[:min(len(name), longestName)], "_")
}
