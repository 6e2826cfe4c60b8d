package sqlfuncs

import (
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/datamime/datamime/engine"
)

// farEnd is where rows end that have no end of their own: nothing reaches it.
const farEnd = int64(200_000) * 365 * microsPerDay

// A request is what a call of datamime_generate asks for, apart from its
// source: its arguments, checked.
type request struct {
	count      int64 // rows at most; -1: no limit
	start, end *int64
	seed       int64
	drawn      bool // the seed was drawn
	noGaps     bool
	decimals   *int
	minimum    *float64
	maximum    *float64
	fitted     bool
	frequency  engine.Frequency
	location   *time.Location
}

// readRequest checks the arguments.
func readRequest(in *invocation, g *generateRelation) (*request, error) {
	r := &request{count: -1}
	if v, ok := in.given("row_count"); ok {
		if v.num < 0 {
			return nil, in.wrong("row_count", codeInvalid, "", "row_count cannot be negative: %d", v.num)
		}
		r.count = v.num
	}
	if v, ok := in.given("start_at"); ok {
		r.start = &v.num
	}
	if v, ok := in.given("end_at"); ok {
		r.end = &v.num
	}
	if r.start != nil && r.end != nil && *r.start > *r.end {
		return nil, in.wrong("start_at", codeInvalid, "Rows are made from start_at on and in front of end_at.", "start_at lies behind end_at")
	}
	if in.isNull("seed") {
		r.seed, r.drawn = rand.Int64N(1<<31), true
	} else if v, ok := in.given("seed"); ok {
		r.seed = v.num
	}
	for _, read := range []func(*invocation, *generateRelation) error{r.readWords, r.readBounds, r.readFrequency, r.readClock} {
		if err := read(in, g); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// readWords reads the arguments that are one of some words.
func (r *request) readWords(in *invocation, _ *generateRelation) error {
	gaps, err := in.word("gaps", "learned", "none")
	if err != nil {
		return err
	}
	r.noGaps = gaps == "none"
	innovations, err := in.word("innovations", "resampled", "fitted")
	if err != nil {
		return err
	}
	r.fitted = innovations == "fitted"
	if _, err := in.word("aggregate", "mean", "sum", "last"); err != nil {
		return err
	}
	extend, err := in.word("extend", "time", "series")
	if err != nil {
		return err
	}
	if extend == "series" {
		return in.wrong("extend", codeUnsupported, "Leave it out to continue the source's own series.", "new series are not there yet")
	}
	if _, ok := in.given("series_count"); ok {
		return in.wrong("series_count", codeInvalid, "It goes with extend => 'series'.", "series_count needs extend => 'series'")
	}
	if v, ok := in.given("holidays"); ok && fold(v.text) != "none" {
		return in.wrong("holidays", codeUnsupported, "Leave it out, or give 'none'.", "calendars of holidays are not there yet")
	}
	return nil
}

func (r *request) readBounds(in *invocation, _ *generateRelation) error {
	if v, ok := in.given("decimals"); ok {
		d := int(v.num)
		if d < 0 || d > 15 {
			return in.wrong("decimals", codeInvalid, "It is a number from 0 to 15.", "decimals cannot be %d", d)
		}
		r.decimals = &d
	}
	for _, b := range []struct {
		name string
		to   **float64
	}{{"minimum", &r.minimum}, {"maximum", &r.maximum}} {
		if v, ok := in.given(b.name); ok {
			if math.IsNaN(v.float) || math.IsInf(v.float, 0) {
				return in.wrong(b.name, codeInvalid, "", "%s is not a finite number", b.name)
			}
			*b.to = &v.float
		}
	}
	if r.minimum != nil && r.maximum != nil && *r.minimum > *r.maximum {
		return in.wrong("minimum", codeInvalid, "", "minimum %s is larger than maximum %s", shortest(*r.minimum), shortest(*r.maximum))
	}
	return nil
}

func shortest(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (r *request) readFrequency(in *invocation, g *generateRelation) error {
	v, ok := in.given("frequency")
	if !ok {
		return nil
	}
	days := int64(v.span.days)*microsPerDay + v.span.micros
	switch {
	case v.span.months != 0 && days != 0:
		return in.wrong("frequency", codeInvalid, "Give whole months, or days and parts of a day.", "frequency mixes months with days")
	case v.span.months < 0, v.span.months == 0 && days <= 0:
		return in.wrong("frequency", codeInvalid, "", "frequency must be longer than nothing")
	case g.src.columns[g.roles.time].base == oidDate && days%microsPerDay != 0:
		return in.wrong("frequency", codeInvalid, "Give whole days, or cast the column to timestamp in a query.",
			"frequency is finer than the type date of time column %s", quoteName(g.src.columns[g.roles.time].name))
	}
	r.frequency = engine.Frequency{Months: v.span.months, Micros: days}
	return nil
}

// readClock finds the clock that hours and weekdays are read on.
func (r *request) readClock(in *invocation, g *generateRelation) error {
	instants := g.src.columns[g.roles.time].base == oidTimestamptz
	if instants {
		if r.location = in.settings.location; r.location == nil {
			r.location = time.UTC
		}
	}
	if v, ok := in.given("time_zone"); ok {
		loc := loadLocation(v.text)
		if loc == nil {
			return in.wrong("time_zone", codeInvalid, "Names are those of pg_timezone_names: 'Europe/Paris'.", "time zone %s is not known", quoteText(v.text))
		}
		if instants {
			r.location = loc
		}
	}
	return nil
}

// window is the engine's window for a model that spans the source from first
// to last.
func (r *request) window(in *invocation, first, last int64, values int) (engine.Window, error) {
	w := engine.Window{Start: first, End: farEnd, Seed: r.seed, NoGaps: r.noGaps}
	if r.start != nil {
		w.Start = *r.start
	}
	switch {
	case r.end != nil:
		w.End = *r.end
	case r.count < 0:
		if w.End = last + 1; w.Start >= w.End {
			return w, in.wrong("start_at", codeInvalid, "Give end_at or row_count as well.", "start_at lies behind the source's last step")
		}
	}
	for range values {
		w.Minimum = append(w.Minimum, r.minimum)
		w.Maximum = append(w.Maximum, r.maximum)
		w.Decimals = append(w.Decimals, r.decimals)
	}
	return w, nil
}
