package definition

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadDefinition(t *testing.T) {
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "air.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	got, err := Read(write(Example), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"time":{"column":"date_debut","start":"2025-01-01","frequency":"1 hour"},` +
		`"series":{"columns":{"station":"text","polluant":"text"},"list":[{"station":"Gare","polluant":"O3"},{"station":"Gare","polluant":"NO2"},{"station":"Port","polluant":"NO2"}]},` +
		`"value":{"column":"valeur","type":"integer","typical":40,"low":10,"high":110,"minimum":0},` +
		`"day":{"peaks":[{"at":"08:00","by":0.3},{"at":"18:00","by":0.4}]},"week":{"weekend":-0.25},"year":{"peak":"07","by":0.2},"memory":"6 hours",` +
		`"where":[{"match":{"polluant":"NO2"},"value":{"typical":25}}]}`
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	// JSON is read too, and what was written is kept.
	if again, err := Read("-", strings.NewReader(got)); err != nil || again != got {
		t.Errorf("JSON: %v\n%s", err, again)
	}
	const series = "series: {columns: {s: text}, list: [[a]]}\n"
	for _, c := range []struct{ text, want string }{
		{"", "is empty"},
		{"series: [", "air.yaml:1: "},
		{"a: b: c", "air.yaml:1: mapping values are not allowed"},
		{"value:\n  typical: 4\n", "air.yaml:1: the definition lacks series"},
		{series + "value:\n  typcal: 4\n", "air.yaml:3: value.typcal is not known: did you mean typical?"},
		{series + "values: {}\n", "air.yaml:2: values is not known: did you mean value?"},
		{series + "xyz: 1\n", "air.yaml:2: xyz is not known: there can be day, links, memory"},
		{series + "value: {typical: high}\n", "air.yaml:2: value.typical is a text, it must be a number"},
		{series + "value: 5\n", "air.yaml:2: value is a number, it must be a mapping"},
		{series + "time: {type: text}\n", `air.yaml:2: time.type is "text", it must be one of date, timestamp`},
		{series + "time: {frequency: hourly}\n", `air.yaml:2: time.frequency cannot be "hourly": write it like 1 hour or`},
		{series + "day:\n  peaks:\n  - at: 08:00\n    by: 0.3\n  - at: 25:00\n    by: 1\n", `air.yaml:6: day.peaks[1].at cannot be "25:00": write it like 08:00`},
		{series + "day: {peaks: [{at: 08:00}]}\n", "air.yaml:2: day.peaks[0] lacks by"},
		{series + "links: 1.5\n", "air.yaml:2: links must not be above 1"},
		{series + "links: -1\nnoise: loud\n", "air.yaml:3: noise is a text"},
		{series + "week: {weekend: -1.5}\n", "air.yaml:2: week.weekend must not be below -0.99"},
		{series + "missing: 0.95\n", "air.yaml:2: missing must not be above 0.9"},
		{"series: {columns: {s: text}, list: []}\n", "air.yaml:1: series.list has 0 entries, it must have at least 1"},
		{"series: {columns: {s: ''}, list: [[a]]}\n", "air.yaml:1: series.columns.s must not be empty"},
		{series + "value: {tpcl: 1}\n", "air.yaml:2: value.tpcl is not known: there can be column"},
		{series + "year: {x: 1}\n", "air.yaml:2: year.x is not known: there can be "},
		{series + "links: 0.1\nlinks: 0.2\n", "air.yaml:3: links stands on line 2 already"},
		{series + "---\n" + series, "a second document"},
		{"series: {columns: {s: text, p: text}, list: [[a, b], [c]]}\n", "air.yaml:1: series.list[1] has 1 values, but the series columns are s, p"},
		{"a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\n" +
			"e: &e [*d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e]\n", "too much"},
	} {
		if _, err := Read(write(c.text), nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v; want %q", c.text, err, c.want)
		}
	}
	_, err = Read("-", strings.NewReader(series+"noise: loud\nmissing: 2\nlinks: 1.5\n"))
	if all := "standard input:2: noise is a text, it must be a number\n" +
		"standard input:3: missing must not be above 0.9\nstandard input:4: links must not be above 1"; err == nil || err.Error() != all {
		t.Errorf("several faults: %v", err)
	}
	if got, err := Read(write(series+"time: {start: 2022}\nvalue: {typical: 1_000, low: .5}\n"), nil); err != nil ||
		!strings.Contains(got, `"start":"2022"`) || !strings.Contains(got, `{"typical":1000,"low":0.5}`) {
		t.Errorf("numbers as YAML has them: %v %s", err, got)
	}
	if _, err := Read("/no/such.yaml", nil); err == nil || err.Error() != "cannot read /no/such.yaml: no such file or directory" {
		t.Error(err)
	}
}
