package engine

import (
	"errors"
	"time"
)

// Options say how a sample is read and what is kept of it. The zero value is
// the default.
type Options struct {
	// Location is the clock of the calendar; nil for civil times (see Sample).
	Location *time.Location
	// Frequency of the grid; zero: learned from the sample.
	Frequency Frequency
	// Fitted draws innovations from fitted distributions instead of
	// resampling the sample's own.
	Fitted bool
	// Workers bounds the goroutines that a fit uses; 0: GOMAXPROCS. It never
	// changes the result.
	Workers int
	// Interrupt, when not nil, is asked from time to time; once it returns an
	// error the fit ends with that error. It must be safe for concurrent use.
	Interrupt func() error
}

// ErrEmpty is returned by Fit for a sample in which no series has a value.
var ErrEmpty = errors.New("the sample has no value")

// Model is what Fit learned. It is immutable and safe for concurrent use.
type Model struct{}

// Fit learns a model of every series of the sample, jointly. The same
// observations give the same model in whatever order they come.
func Fit(s *Sample, o Options) (*Model, error) { return nil, ErrEmpty }

// Frequency is the distance of the model's steps; zero when its times are
// irregular.
func (m *Model) Frequency() Frequency { return Frequency{} }

// Span returns the first and the last step of the sample, in the sample's
// microseconds.
func (m *Model) Span() (first, last int64) { return 0, 0 }

// Report counts what Fit noticed, for the user to be told.
type Report struct {
	Duplicates int // observations averaged into another of the same series and time
	Outliers   int // values so far out that they were treated as missing
	OffGrid    int // observations between the steps of the grid, moved to the nearest
	Short      int // series too short for a model of their own
}

// Report returns what Fit noticed.
func (m *Model) Report() Report { return Report{} }
