package engine

import "github.com/datamime/datamime/engine/civil"

// Sample is the history that a model is fitted on: observations in any order,
// column by column.
//
// Observation i belongs to series Index[i] (0 <= Index[i] < len(Series)), was
// made at Time[i] and has the values Value[v][i], one for each value column v;
// NaN is a missing value. All columns have the same length. Two observations
// of one series at one time are averaged; Fit reports how many there were.
//
// Series holds the identity of each series: the text of its keys, unique. The
// random streams of a series hang on that text, never on its position, and
// rows of one time are emitted in the order of Series.
//
// Time is in microseconds since 1970-01-01 00:00:00. With a nil
// Options.Location it is civil time, as a date or a timestamp without time
// zone holds it; otherwise it is an instant, and hours, weekdays and dates are
// read on that location's clock.
type Sample struct {
	Series []string
	Time   []int64
	Index  []int32
	Value  [][]float64
}

// Frequency is the distance of two steps. The zero Frequency means irregular
// event times.
type Frequency = civil.Frequency
