package engine

import (
	"cmp"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stat"
	"github.com/datamime/datamime/engine/internal/stepset"
	"github.com/datamime/datamime/engine/internal/work"
)

// Options say how a sample is read and what is kept of it. The zero value is
// the default.
type Options struct {
	// Location is the clock of the calendar; nil for civil times (see Sample).
	Location *time.Location
	// Civil is the clock that civil times were read on; hours that it skipped
	// have no rows. Nil: recognised by them.
	Civil *time.Location
	// Frequency of the grid; zero: learned from the sample.
	Frequency Frequency
	// Innovations are where those of simulations come from.
	Innovations Innovations
	// Holidays are days off; nil: dates of the year are learned whose level
	// deviates year after year, unless NoHolidays is set.
	Holidays   Holidays
	NoHolidays bool
	// Workers bounds the goroutines that a fit uses; 0: GOMAXPROCS. It never
	// changes the result.
	Workers int
	// Interrupt, when not nil, is asked from time to time; once it returns an
	// error the fit ends with that error. It must be safe for concurrent use.
	Interrupt func() error
}

// ErrEmpty is returned by Fit for a sample in which no series has a value.
var ErrEmpty = errors.New("the sample has no value")

// ErrSpan is returned for a sample whose span holds more steps than can be
// laid out: its step is far too short for it.
var ErrSpan = errors.New("the sample spans too many steps")

// Model is what Fit learned. It is immutable and safe for concurrent use.
type Model struct {
	cal       *calendar
	names     []string // of the series, in the order of the model
	emit      []int    // series of the model in the order of Sample.Series
	order     []int    // series of the model -> position in Sample.Series
	values    int
	variable  []variable
	visible   int        // the first variables are the values; the others are parts of some of them
	orderings []ordering // of value columns
	active    []int      // variable -> latent variable of the dynamics, or -1
	location  *design
	scaling   *design
	cells     int
	dynamics  *dynamics
	planner   *planner
	plans     atomic.Pointer[plans] // of the last simulation; a cache
	fineCache                       // of finer simulations
	level     int                   // of mixes
	drawn     *innovations          // in place of a plan, in the fitted form
	changes   *arriving             // of held variables, in the fitted form
	bytes     []byte                // the fitted form
	marks     []float64             // of each value column, what is written for a missing value; nil: none
	lead      int                   // steps of the past that a score may be blended with: a season, or none
	gaps      *gaps                 // of the rows, by series; nil: irregular
	nulls     *gaps                 // of the values, by variable
	events    eventTimes            // of irregular times; nil: rows stand on the steps
	tile      int64
	reach     int64 // steps that a held value may stand
	rests     bool  // some variables stand idle at times
	report    Report
	first     int64
	last      int64
}

// Frequency is the distance of the model's steps; zero when its times are
// irregular.
func (m *Model) Frequency() Frequency {
	if m.events != nil {
		return Frequency{}
	}
	return m.cal.Frequency
}

// Span returns the first and the last step of the sample, in the sample's
// microseconds.
func (m *Model) Span() (first, last int64) { return m.first, m.last }

// fitter is a fit under way.
type fitter struct {
	o        Options
	m        *Model
	series   []string
	g        *grid
	observed stepset.Set
	latents  []int       // latent variable -> variable
	y        [][]float64 // [latent]: on the model's scale, then residuals, then scores
	drift    int         // bends that profiles of the day follow
	found    []float64   // frequencies of cycles, in cycles a step
	where    *regression
	width    *regression
	spans    [][2]int     // stretches of steps that calibration simulates
	reps     int          // how often
	widening float64      // of the residuals of the location
	goals    [][]float64  // [latent]: quantiles that it aims at
	levels   [][]float64  // [latent]: and their levels; nil: evenly spaced
	veils    []*veil      // [latent]; nil: what it does is seen
	seen     []*windowSet // [latent]
	copied   [][2]int     // [latent]: windows of the rehearsal that stand in the sample, and all
	fitted   *parameters  // under way, of the fitted form

	loose      *planner // of rehearsals: what is asked of the rest would be taken from the sample's part
	rehearsals []*plans // [run]
}

// Fit learns a model of every series of the sample, jointly. The same
// observations give the same model in whatever order they come.
func Fit(s *Sample, o Options) (*Model, error) {
	f, err := Begin(s, o)
	if err != nil {
		return nil, err
	}
	return f.Finish(o.Interrupt)
}

// A Fitting is a fit under way: the sample was read and can be learned from.
type Fitting struct{ f *fitter }

// Begin reads a sample. Whatever can be wrong with it, and what is to be told
// about it, is known then; the rest of the fit takes time but cannot fail. The
// sample is not needed any longer.
func Begin(s *Sample, o Options) (*Fitting, error) {
	f := &fitter{o: o, series: s.Series}
	if err := f.poll(); err != nil {
		return nil, err
	}
	if len(s.Time) == 0 || len(s.Value) == 0 {
		return nil, ErrEmpty
	}
	var unread error
	if err := work.Guarded(func() { unread = f.read(s) }); err != nil || unread != nil {
		return nil, cmp.Or(err, unread)
	}
	return &Fitting{f}, work.Guarded(func() {
		f.observe()
		f.clockChanges()
		f.variables()
	})
}

// Frequency is that of the model to be, see Model.Frequency.
func (f *Fitting) Frequency() Frequency { return f.f.m.Frequency() }

// Report is that of the model to be.
func (f *Fitting) Report() Report { return f.f.m.report }

// Finish learns the model; once. Its only error is that of interrupt, which
// takes the place of the option.
func (f *Fitting) Finish(interrupt func() error) (*Model, error) {
	f.f.o.Interrupt = interrupt
	if len(f.f.latents) > 0 {
		if err := f.f.joint(); err != nil {
			return nil, err
		}
	}
	if err := work.Guarded(f.f.learnGaps); err != nil {
		return nil, err
	}
	if f.f.o.Innovations == Fitted {
		return f.f.generalised()
	}
	return f.f.m, nil
}

// read lays the sample on the steps of its clock.
func (f *fitter) read(s *Sample) error {
	rank, order := stat.RankTexts(s.Series)
	z := civil.Zone{Location: f.o.Location}
	h := civil.NewHistory(s.Time, s.Index, rank, f.o.Location, f.share, f.poll)
	freq := f.o.Frequency
	if freq == (Frequency{}) {
		freq = h.Frequency()
	}
	irregular := freq == (Frequency{})
	var c civil.Clock
	if irregular {
		c = h.LooseClock(s.Time, f.o.Location)
	} else {
		c = h.Clock(freq, s.Time, f.o.Location)
	}
	g, err := newGrid(s, rank, order, c, f.workers(), f.poll, f.share)
	if err != nil {
		return err
	}
	m := &Model{names: g.names, order: order, emit: rank, values: g.values, report: g.report, cal: newCalendar(g.clock, g.n)}
	if o := f.o; o.Holidays != nil && !o.NoHolidays {
		m.cal.off = &daysOff{of: o.Holidays}
		m.cal.off.named(civil.FloorDiv(g.clock.Local(0, &z), civil.MicrosPerDay), civil.FloorDiv(g.clock.Local(int64(g.n-1), &z), civil.MicrosPerDay))
	}
	m.first, m.last = g.clock.Time(0, &z), g.clock.Time(int64(g.n-1), &z)
	if irregular {
		m.events = newEvents(g)
		m.first, m.last = slices.Min(s.Time), slices.Max(s.Time)
	}
	f.g, f.m = g, m
	return nil
}

// joint fits what the varying series share: seasons, dynamics, calibration.
func (f *fitter) joint() error {
	steps := []func() error{f.seasons, f.residuals, f.dynamics, f.mixing, f.roundAbout}
	if f.o.Innovations == Fitted {
		steps[3] = f.parametrise
	}
	for _, step := range steps {
		if err := f.poll(); err != nil {
			return err
		}
		var failed error
		if err := work.Guarded(func() { failed = step() }); err != nil || failed != nil {
			return cmp.Or(err, failed)
		}
	}
	return nil
}

func (f *fitter) poll() error {
	return work.Check(f.o.Interrupt).Err()
}

// each runs do(0..n-1) on the fit's workers.
func (f *fitter) each(n int, do func(i int)) error {
	return work.Each(n, f.o.Workers, f.o.Interrupt, do)
}

// workers is the number of goroutines that the fit may use.
func (f *fitter) workers() int { return cmp.Or(max(0, f.o.Workers), runtime.GOMAXPROCS(0)) }

// share is each for those within work.Guarded.
func (f *fitter) share(n int, do func(i int)) { work.Share(f.o.Workers, f.o.Interrupt)(n, do) }

// observe finds the steps at which the sample was observed at all: a stretch
// without any row for a season, or at an end, is unobserved; of irregular
// events one that is longer than they are ever silent.
func (f *fitter) observe() {
	n, cal := f.g.n, f.m.cal
	some := stepset.New(n)
	for _, row := range f.g.row {
		for i, w := range row {
			some[i] |= w
		}
	}
	f.observed = stepset.New(n)
	for i := range n {
		f.observed.Add(i)
	}
	least := cal.season
	if f.g.offset != nil {
		least = cal.silence(f.g.row)
	}
	for _, r := range stepset.Runs(n, func(i int) bool { return !some.Has(i) }) {
		if r[1]-r[0] < least {
			continue
		}
		for i := r[0]; i < r[1]; i++ {
			f.observed[i>>6] &^= 1 << (i & 63)
		}
		if r[0] > 0 && r[1] < n {
			cal.gap = max(cal.gap, r[1]-r[0])
		}
	}
	if cal.gap < cal.season {
		switch {
		case cal.sub:
			cal.gap = int(14 * cal.day)
		case cal.Frequency.Months > 0:
			cal.gap = cal.season
		default:
			cal.gap = max(1, int(cal.year/4))
		}
	}
}

// variables learns what each variable is by itself, and which ones vary.
func (f *fitter) variables() {
	m, g := f.m, f.g
	m.visible = len(g.x)
	m.variable = make([]variable, len(g.x))
	m.active = make([]int, len(g.x))
	outliers, rises := make([]int, len(g.x)), make([]bool, len(g.x))
	ascending := make([][]float64, len(g.x))
	f.share(len(g.x), func(k int) {
		v := &m.variable[k]
		v.key = random.Draw(random.TextHash(g.names[k/g.values]), int64(k%g.values))
		ascending[k] = stat.Sorted(g.x[k], f.poll)
	})
	f.leaveMarks(ascending)
	f.share(len(g.x), func(k int) {
		v := &m.variable[k]
		ascending[k], outliers[k] = stat.DropGlitches(g.x[k], ascending[k])
		v.known = len(ascending[k])
		rises[k] = stat.NeverFalls(g.x[k])
	})
	m.orderings = g.orderings()
	f.borrow(ascending)
	f.share(len(g.x), func(k int) {
		v, s := &m.variable[k], ascending[k]
		if v.known == 0 {
			return
		}
		v.constant = s[0]
		v.active = s[0] < s[len(s)-1]
		v.lattice = newLattice(s)
		v.bounds(s)
		if g.offset == nil {
			v.hold = newHold(g.x[k], s)
		} else {
			v.hold = newEventHold(g.x[k])
		}
		v.blend = [3]float64{0, 1, 0}
	})
	f.circles()
	for k := range m.variable {
		if k < m.visible {
			m.report.Outliers += outliers[k]
			if m.variable[k].known == 1 {
				m.report.Single++
			}
			if rises[k] {
				m.report.Rising++
			}
		}
		m.active[k] = -1
		if m.variable[k].active {
			m.active[k] = len(f.latents)
			f.latents = append(f.latents, k)
			if m.variable[k].known < shortSeries {
				m.report.Short++
			}
		}
	}
}

// dynamics fits the recursions and the plan of their innovations.
func (f *fitter) dynamics() error {
	m := f.m
	p := &packed{Packing: stepset.NewPacking(f.g.n, f.observed), z: f.y, check: f.poll, workers: f.share}
	for i := range p.z {
		p.key = append(p.key, m.variable[f.latents[i]].key)
	}
	f.share(len(p.z), func(i int) { p.z[i] = p.Pack(p.z[i]) })
	f.withoutSample(len(p.z), func() {
		m.dynamics = newDynamics(m.cal, p)
		if f.o.Innovations == Resampled {
			m.dynamics.clustering = m.dynamics.cluster(f.poll, f.share)
		}
	})
	f.y = nil
	if m.cal.sub && m.dynamics.order > m.cal.season {
		m.lead = m.cal.season
	}
	if f.o.Innovations == Resampled {
		m.planner = newPlanner(m.cal, p.Packing, f.poll)
		m.planner.dynamics = m.dynamics
	}
	m.lay()
	return nil
}

// learnGaps learns absent rows by series, and missing values of present rows.
func (f *fitter) learnGaps() {
	m, g := f.m, f.g
	if m.events == nil { // irregular rows come and go with the events
		m.gaps = newGaps(m.cal, len(g.names), func(int) stepset.Set { return f.observed }, func(c int) stepset.Set { return g.row[c] }, f.share)
	}
	m.nulls = newGaps(m.cal, m.visible, func(k int) stepset.Set { return g.row[k/g.values] }, func(k int) stepset.Set {
		if m.variable[k].known == 0 {
			return g.row[k/g.values] // nothing is expected
		}
		return stepset.Known(g.x[k])
	}, f.share)
	if m.tile == 0 {
		m.tile = leastTile
	}
}
