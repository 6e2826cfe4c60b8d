package sqlfuncs

import (
	"math"
	"strings"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/define"
)

// A definition is what datamime_define was told, read and checked.
type definition struct {
	time, value definedColumn
	keys        []definedColumn
	start       int64 // civil, in microseconds since 1970
	frequency   engine.Frequency
	zone        string // "": the session's
	list        [][]*string
	inOrder     bool            // keys of several columns are given in the columns' order
	series      []define.Series // without their keys' text
}

type definedColumn struct {
	name, typ string
	path      string // of its type
}

// What holds where nothing is said.
const (
	defaultStart = "2024-01-01"
	defaultNoise = .2
	mostDefined  = 10_000 // series
	largestValue = 1e15
	mostShare    = 100.
)

// readDefinition reads a definition.
func readDefinition(text string) (*definition, *Error) {
	r := &jsonReader{}
	_, m := r.object(jsonNode{wholeDefinition, []byte(text)}, "time", "series", "value", "day", "week", "year", "trend", "noise", "memory", "links", "missing", "where")
	d := &definition{}
	d.readTime(r, m)
	base := define.Series{Noise: defaultNoise}
	d.value = definedColumn{"value", "double precision", "value.type"}
	if n, ok := m["value"]; ok {
		_, v := r.object(n, "column", "type", "typical", "low", "high", "minimum", "maximum", "decimals")
		d.value.read(r, v["column"], v["type"])
		readValue(r, v, &base)
	}
	readKnowledge(r, m, &base)
	d.readSeries(r, m)
	d.series = make([]define.Series, len(d.list))
	for i := range d.series {
		d.series[i] = base
	}
	d.readWhere(r, m)
	for i := range d.series {
		check(r, &d.series[i])
	}
	return d, r.err
}

func (c *definedColumn) read(r *jsonReader, name, typ jsonNode) {
	if name.raw != nil {
		c.name = r.text(name)
	}
	if typ.raw != nil {
		c.typ, c.path = r.text(typ), typ.path
	}
}

func (d *definition) readTime(r *jsonReader, m map[string]jsonNode) {
	d.time = definedColumn{"time", "timestamp", "time.type"}
	d.start, _ = readMoment(defaultStart)
	d.frequency = engine.Frequency{Micros: 3600 * civil.MicrosPerSecond}
	n, ok := m["time"]
	if !ok {
		return
	}
	_, t := r.object(n, "column", "type", "start", "frequency", "zone")
	d.time.read(r, t["column"], t["type"])
	if n, ok := t["start"]; ok {
		if d.start, ok = readMoment(r.text(n)); !ok {
			r.fail(n, "Write it as '2022-06-21' or '2022-06-21 08:00'.", "is not a time")
		}
	}
	if n, ok := t["frequency"]; ok {
		d.frequency = r.span(n)
		if (d.frequency.Months > 0) == (d.frequency.Micros > 0) {
			r.fail(n, "Give whole months, or days and parts of a day.", "mixes months with days")
		}
	}
	if n, ok := t["zone"]; ok {
		if d.zone = r.text(n); loadLocation(d.zone) == nil {
			r.fail(n, "Names are those of pg_timezone_names: 'Europe/Paris'.", "is not a time zone that is known")
		}
	}
}

// readSeries reads the series columns and the keys of the series, in the
// columns' order or by their names.
func (d *definition) readSeries(r *jsonReader, m map[string]jsonNode) {
	n, ok := m["series"]
	if !ok {
		r.fail(jsonNode{path: "series"}, `It is like {"columns": {"station": "text"}, "list": [["A"], ["B"]]}.`, "is missing")
		return
	}
	_, s := r.object(n, "columns", "list")
	for _, part := range []string{"columns", "list"} {
		if _, ok := s[part]; !ok {
			r.fail(jsonNode{path: "series." + part}, `It is like {"columns": {"station": "text"}, "list": [["A"], ["B"]]}.`, "is missing")
			return
		}
	}
	names, columns := r.object(s["columns"])
	for _, name := range names {
		c := definedColumn{name: name}
		c.read(r, jsonNode{}, columns[name])
		d.keys = append(d.keys, c)
	}
	list := r.list(s["list"])
	if len(list) == 0 || len(list) > mostDefined {
		r.fail(s["list"], "", "must hold from 1 to %d series", mostDefined)
		return
	}
	known := map[string]bool{}
	for _, n := range list {
		key := d.readKey(r, n, names)
		text := keyText(key)
		if known[text] {
			r.fail(n, "", "names a series that is there already")
		}
		known[text] = true
		d.list = append(d.list, key)
	}
}

func (d *definition) readKey(r *jsonReader, n jsonNode, names []string) []*string {
	key := make([]*string, len(names))
	if strings.HasPrefix(strings.TrimSpace(string(n.raw)), "{") {
		_, m := r.object(n, names...)
		for i, name := range names {
			if v, ok := m[name]; ok {
				key[i] = r.scalar(v)
			}
		}
		return key
	}
	d.inOrder = d.inOrder || len(names) > 1
	values := r.list(n)
	if r.err == nil && len(values) != len(names) {
		r.fail(n, "The series columns: "+strings.Join(names, ", ")+".", "must have %d values, one for each series column", len(names))
		return key
	}
	for i, v := range values {
		key[i] = r.scalar(v)
	}
	return key
}

func keyText(key []*string) string {
	var b strings.Builder
	for _, k := range key {
		if k == nil {
			b.WriteString("\x01")
		} else {
			b.WriteString("\x02" + *k)
		}
		b.WriteByte(0)
	}
	return b.String()
}

// readWhere lays what is known of some series over what is known of all.
func (d *definition) readWhere(r *jsonReader, m map[string]jsonNode) {
	n, ok := m["where"]
	if !ok {
		return
	}
	var names []string
	for _, k := range d.keys {
		names = append(names, k.name)
	}
	for _, n := range r.list(n) {
		_, w := r.object(n, "match", "value", "day", "week", "year", "trend", "noise", "memory", "links", "missing")
		if _, ok := w["match"]; !ok {
			r.fail(jsonNode{path: n.path + ".match"}, `It is like {"match": {"station": "A"}, "value": {"typical": 25}}.`, "is missing")
			return
		}
		_, match := r.object(w["match"], names...)
		found := false
		for i := range d.list {
			if !d.matches(r, i, match) {
				continue
			}
			found = true
			if v, ok := w["value"]; ok {
				_, v := r.object(v, "typical", "low", "high", "minimum", "maximum", "decimals")
				readValue(r, v, &d.series[i])
			}
			readKnowledge(r, w, &d.series[i])
		}
		if !found {
			r.fail(w["match"], "", "matches no series")
		}
	}
}

func (d *definition) matches(r *jsonReader, series int, match map[string]jsonNode) bool {
	for i, k := range d.keys {
		n, ok := match[k.name]
		if !ok {
			continue
		}
		want, own := r.scalar(n), d.list[series][i]
		if (want == nil) != (own == nil) || want != nil && *want != *own {
			return false
		}
	}
	return true
}

// readValue reads a level, a range and bounds.
func readValue(r *jsonReader, m map[string]jsonNode, s *define.Series) {
	before := s.Typical
	for name, to := range map[string]**float64{"typical": &s.Typical, "low": &s.Low, "high": &s.High, "minimum": &s.Minimum, "maximum": &s.Maximum} {
		if n, ok := m[name]; ok {
			v := r.number(n, -largestValue, largestValue)
			*to = &v
		}
	}
	// A level of its own takes the range along that was said of all series.
	if before != nil && s.Typical != before {
		for name, to := range map[string]**float64{"low": &s.Low, "high": &s.High} {
			if _, ok := m[name]; ok || *to == nil {
				continue
			}
			v := **to + *s.Typical - *before
			if *before > 0 && *s.Typical > 0 {
				v = **to * *s.Typical / *before
			}
			*to = &v
		}
	}
	if n, ok := m["decimals"]; ok {
		v := r.number(n, 0, 15)
		if v != math.Trunc(v) {
			r.fail(n, "", "must be a whole number")
		}
		i := int(v)
		s.Decimals = &i
	}
}

// readKnowledge reads seasons, trend and noise.
func readKnowledge(r *jsonReader, m map[string]jsonNode, s *define.Series) {
	if n, ok := m["day"]; ok {
		_, day := r.object(n, "peaks")
		s.Peaks = nil
		if n, ok := day["peaks"]; ok {
			for _, n := range r.list(n) {
				s.Peaks = append(s.Peaks, r.peak(n))
			}
		}
	}
	if n, ok := m["week"]; ok {
		_, week := r.object(n, "weekend")
		if n, ok := week["weekend"]; ok {
			s.Weekend = r.number(n, -.99, mostShare)
		}
	}
	if n, ok := m["year"]; ok {
		_, year := r.object(n, "peak", "by")
		if n, ok := year["peak"]; ok {
			s.YearPeak = r.yearPlace(n)
		}
		if n, ok := year["by"]; ok {
			s.YearBy = r.number(n, -.99, .99)
		}
	}
	if n, ok := m["trend"]; ok {
		s.Trend = r.trend(n)
	}
	if n, ok := m["noise"]; ok {
		s.Noise = r.number(n, 0, mostShare)
	}
	if n, ok := m["memory"]; ok {
		f := r.span(n)
		s.Memory = f.Micros + int64(f.Months)*30*civil.MicrosPerDay
	}
	if n, ok := m["links"]; ok {
		s.Links = r.number(n, 0, 1)
	}
	if n, ok := m["missing"]; ok {
		s.Missing = r.number(n, 0, .9)
	}
}

// check holds what is known of a series together.
func check(r *jsonReader, s *define.Series) {
	above := func(a, b *float64, x, y string) {
		if a != nil && b != nil && *a >= *b {
			r.fail(jsonNode{path: "value." + x}, "", "must lie below value.%s", y)
		}
	}
	above(s.Minimum, s.Maximum, "minimum", "maximum")
	above(s.Low, s.High, "low", "high")
	above(s.Low, s.Typical, "low", "typical")
	above(s.Typical, s.High, "typical", "high")
	above(s.Minimum, s.Typical, "minimum", "typical")
	above(s.Typical, s.Maximum, "typical", "maximum")
	above(s.Minimum, s.High, "minimum", "high")
	above(s.Low, s.Maximum, "low", "maximum")
}
