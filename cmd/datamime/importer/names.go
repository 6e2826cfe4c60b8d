package importer

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

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
	return strings.TrimRight(name[:min(len(name), longestName)], "_")
}
