package sqlfuncs

import (
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// farEnd is where rows end that have no end of their own: nothing reaches it.
const farEnd = int64(200_000) * 365 * civil.MicrosPerDay

// A request is what a call of datamime_generate asks for, apart from its
// source: its arguments, checked.
type request struct {
	count       int64 // rows at most; -1: no limit
	start, end  *int64
	seed        int64
	drawn       bool // the seed was drawn
	noGaps      bool
	decimals    *int
	minimum     *float64
	maximum     *float64
	aggregate   string
	newSeries   bool // extend => 'series'
	series      int  // how many new ones; 0: as many as needed
	frequency   engine.Frequency
	location    *time.Location // the clock of instants
	civil       *time.Location // the clock that civil times were read on, where it was told
	holidays    string         // a code of holidayCalendars, noHolidays, or "": learned
	innovations engine.Innovations
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
	for _, read := range []func(*invocation, *generateRelation) error{r.readWords, r.readBounds, r.readFrequency, r.readClock, r.readHolidays} {
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
	innovations, err := in.word("innovations", resampledForm, fittedForm)
	if err != nil {
		return err
	}
	if innovations == fittedForm {
		r.innovations = engine.Fitted
	}
	if r.aggregate, err = in.word("aggregate", "mean", "sum", "last"); err != nil {
		return err
	}
	extend, err := in.word("extend", "time", "series")
	if err != nil {
		return err
	}
	r.newSeries = extend == "series"
	if v, ok := in.given("series_count"); ok {
		if !r.newSeries {
			return in.wrong("series_count", codeInvalid, "It goes with extend => 'series'.", "series_count needs extend => 'series'")
		}
		if v.num < 1 || v.num > 1_000_000 {
			return in.wrong("series_count", codeInvalid, "It is a number from 1 to 1000000.", "series_count cannot be %d", v.num)
		}
		r.series = int(v.num)
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

// tellSeed tells of a seed that was drawn.
func (r *request) tellSeed(in *invocation) {
	if r.drawn {
		in.notice("seed => "+strconv.FormatInt(r.seed, 10)+" was drawn", "", "")
	}
}

func shortest(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (r *request) readFrequency(in *invocation, g *generateRelation) error {
	v, ok := in.given("frequency")
	if !ok {
		return nil
	}
	days := int64(v.span.days)*civil.MicrosPerDay + v.span.micros
	t := &g.src.columns[g.roles.time]
	switch {
	case v.span.micros == math.MaxInt64, v.span.micros == math.MinInt64:
		return in.wrong("frequency", codeInvalid, "", "frequency cannot be infinite")
	case v.span.months != 0 && days != 0:
		return in.wrong("frequency", codeInvalid, "Give whole months, or days and parts of a day.", "frequency mixes months with days")
	case v.span.months < 0, v.span.months == 0 && days <= 0:
		return in.wrong("frequency", codeInvalid, "", "frequency must be longer than nothing")
	case t.base == pgtypes.Date && days%civil.MicrosPerDay != 0:
		return in.wrong("frequency", codeInvalid, "Give whole days, or cast the column to timestamp in a query.",
			"frequency is finer than the type date of time column %s", sqltext.QuoteName(t.name))
	case days%t.grain() != 0:
		return in.wrong("frequency", codeInvalid, "Cast the column to one without a precision in a query.",
			"frequency is finer than the type %s of time column %s", t.typeName, sqltext.QuoteName(t.name))
	}
	r.frequency = engine.Frequency{Months: v.span.months, Micros: days}
	return nil
}

// readClock finds the clock that hours and weekdays are read on, or were read
// on where the times are civil ones.
func (r *request) readClock(in *invocation, g *generateRelation) error {
	instants := g.src.columns[g.roles.time].base == pgtypes.Timestamptz
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
		} else {
			r.civil = loc
		}
	}
	return nil
}

// times says how the engine reads times.
func (r *request) times() engine.Options {
	o := engine.Options{Location: r.location, Civil: r.civil, NoHolidays: r.holidays == noHolidays}
	if !o.NoHolidays && r.holidays != "" {
		o.Holidays = holidayDays(r.holidays)
	}
	return o
}

// window is the engine's window for a model that spans the source from first
// to last; coarse, where not nil, are the steps that the rows have.
func (r *request) window(in *invocation, first, last int64, coarse *steps, values int) (engine.Window, error) {
	w := engine.Window{Start: first, End: farEnd, Seed: r.seed, NoGaps: r.noGaps}
	if coarse != nil {
		w.Start = coarse.floor(first)
	}
	if r.start != nil {
		if w.Start = *r.start; coarse != nil {
			w.Start = coarse.ceil(w.Start)
		}
	}
	switch {
	case r.end != nil:
		if w.End = *r.end; r.start == nil && w.End < w.Start {
			return w, in.wrong("end_at", codeInvalid, "Give start_at as well.", "end_at lies in front of the source's first step")
		}
	case r.count < 0 || r.newSeries && r.series == 0:
		if w.End = last + 1; w.Start >= w.End {
			return w, in.wrong("start_at", codeInvalid, "Give end_at or row_count as well.", "start_at lies behind the source's last step")
		}
	}
	if coarse != nil && w.End < farEnd {
		w.End = coarse.ceil(w.End)
	}
	for range values {
		w.Minimum = append(w.Minimum, r.minimum)
		w.Maximum = append(w.Maximum, r.maximum)
		w.Decimals = append(w.Decimals, r.decimals)
	}
	return w, nil
}

// A step may take more than a century, or more than a thousand steps of the
// source, but not both: its first row would take minutes.
const (
	longestStep = 36525 * civil.MicrosPerDay
	mostPerStep = 1000
)

// length is about how long a step is.
func length(f engine.Frequency) int64 {
	return f.Micros + int64(f.Months)*(36525*civil.MicrosPerDay/1200)
}

// resample compares the frequency asked for with the model's: nil steps when
// they are the same, the steps to put the finer ones together to when it is
// coarser, the number of steps to cut one into when it is finer.
func (r *request) resample(in *invocation, own engine.Frequency) (coarse *steps, finer int64, err error) {
	f := r.frequency
	if f == (engine.Frequency{}) || f == own {
		return nil, 0, nil
	}
	whole := false
	switch {
	case f.Months > 0 && own.Months > 0:
		whole = f.Months%own.Months == 0
	case f.Months > 0:
		whole = own.Micros <= civil.MicrosPerDay && civil.MicrosPerDay%own.Micros == 0
	case own.Months > 0:
		return nil, 0, in.wrong("frequency", codeUnsupported, "Give whole months.", "months cannot be cut into finer steps")
	case f.Micros < own.Micros && own.Micros%f.Micros == 0:
		return nil, own.Micros / f.Micros, nil
	default:
		whole = f.Micros%own.Micros == 0 && (f.Micros%civil.MicrosPerDay == 0 || civil.MicrosPerDay%f.Micros == 0)
	}
	if !whole {
		return nil, 0, in.wrong("frequency", codeInvalid, "Give whole steps of the source that make up a day, whole days or whole months; or a whole part of one step.",
			"frequency does not consist of whole steps of the source")
	}
	if n := length(f) / max(length(own), 1); length(f) > longestStep && n > mostPerStep {
		return nil, 0, in.wrong("frequency", codeInvalid, "Give at most '100 years'.", "frequency puts %d steps of the source into one", n)
	}
	return &steps{frequency: f, loc: r.location}, 0, nil
}

// seriesNeeded is how many new series a window takes for the rows asked for.
func (r *request) seriesNeeded(own int, rows int, first, last int64, w engine.Window) int {
	switch {
	case r.series > 0:
		return r.series
	case r.count < 0:
		return own
	}
	// As many rows to a series and time as the source has.
	each := float64(rows) / float64(own)
	if last > first {
		each *= float64(w.End-w.Start) / float64(last-first+1)
	}
	n := math.Ceil(float64(r.count) / max(each, 1))
	return int(min(max(n*1.02+1, 1), 1_000_000))
}
