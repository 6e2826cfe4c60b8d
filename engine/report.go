package engine

// Report counts what Fit noticed, for the user to be told.
type Report struct {
	Duplicates int     // observations averaged into another of the same series and time
	Outliers   int     // values so far out that they were treated as missing
	OffGrid    int     // observations between the steps of the grid, moved to the nearest
	Short      int     // series too short for a model of their own
	Single     int     // series of a single value
	Rising     int     // series of values that never fall, as readings of a meter do
	Marks      int     // values that stand for what was not measured, as -999 does
	Mark       float64 // the most frequent of them, of the last column that has any
}

// Report returns what Fit noticed.
func (m *Model) Report() Report { return m.report }

// shortSeries is the number of values under which a series counts as short.
const shortSeries = 20
