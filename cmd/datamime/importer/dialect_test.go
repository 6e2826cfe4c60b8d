package importer

import (
	"strings"
	"testing"
)

// TestDialectInWords: what was found is told as a user says it.
func TestDialectInWords(t *testing.T) {
	for _, c := range []struct {
		dialect Dialect
		want    string
	}{
		{Dialect{Delimiter: ',', Fields: 2, Encoding: "UTF-8", Header: true, HeadLine: 1}, "2 columns separated by ',', UTF-8"},
		{Dialect{Delimiter: '\t', Fields: 3, Encoding: "UTF-16", Header: true, HeadLine: 1}, "3 columns separated by tabs, UTF-16"},
		{Dialect{Delimiter: ';', Fields: 2, Encoding: "UTF-8", Header: true, HeadLine: 4, Above: 3}, "2 columns separated by ';', UTF-8, names in line 4"},
		{Dialect{Delimiter: ';', Fields: 2, Encoding: "UTF-8", HeadLine: 4, Above: 3}, "2 columns separated by ';', UTF-8, values from line 4 on, no names"},
		{Dialect{Delimiter: ';', Fields: 2, Encoding: "UTF-8", HeadLine: 1}, "2 columns separated by ';', UTF-8, no names"},
		{Dialect{Format: "JSON", Fields: 5}, "JSON, 5 columns"},
		{Dialect{Format: "XLSX", Fields: 5, Sheet: "a", Others: []string{"b", "c"}}, `XLSX, sheet "a", 5 columns (other sheets, for --sheet: b, c)`},
	} {
		if got := c.dialect.String(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// TestDelimiterIsOneCharacter: what cannot stand between values is refused, and
// tab has a name.
func TestDelimiterIsOneCharacter(t *testing.T) {
	for _, wrong := range []string{"ab", `"`, "\n", "\xff", "tabs"} {
		_, _, err := importText(t, []byte("a;b\n1;2\n"), func(o *Options) { o.Delimiter = wrong })
		if err == nil || !strings.Contains(err.Error(), "--delimiter") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	for _, right := range []string{"tab", `\t`, "\t"} {
		if result, _, err := importText(t, []byte("a\tb;c\n1\t2\n"), func(o *Options) { o.Delimiter = right }); err != nil || result.Dialect.Delimiter != '\t' {
			t.Errorf("%q: %v", right, err)
		}
	}
}
