package engine

// Window says which rows to simulate: those of the steps t with
// Start <= t < End, in the sample's microseconds. Values are a function of
// (model, Seed, series, time) alone: a window of a window has the same rows.
type Window struct {
	Start, End int64
	Seed       int64
	NoGaps     bool // no absent rows and no missing values
	// Per value column; nil: learned. Decimals also for every value column.
	Minimum, Maximum []*float64
	Decimals         []*int
	// Workers bounds the goroutines used ahead of the reader; 0: GOMAXPROCS.
	Workers int
}

// Rows is a run of simulated rows, ordered by time and then by the order of
// Sample.Series. Row i is of series Series[i] at Time[i] with the values
// Value[v][i]; NaN is a missing value (a row that is absent in the pattern of
// gaps is not there at all). Donor[i] is the time of the sample's step that
// the row is most like, for what else a caller wants to take from there.
type Rows struct {
	Time   []int64
	Series []int32
	Value  [][]float64
	Donor  []int64
}

// Simulation is a running simulation; it is not safe for concurrent use.
type Simulation struct{}

// Simulate starts a simulation. It costs its own length plus a fixed warm-up,
// whatever the distance from the sample. Close must be called.
func (m *Model) Simulate(w Window) *Simulation { return &Simulation{} }

// Next replaces the content of rows, reusing its memory, by the next ones, at
// most a few thousand (one step's rows are never cut); false at the end.
func (s *Simulation) Next(rows *Rows) bool { return false }

// Close releases the simulation's goroutines.
func (s *Simulation) Close() {}
