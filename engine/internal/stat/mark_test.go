package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMarks: what stands for what was not measured, and what only looks so.
func TestMarks(t *testing.T) {
	temperature := func(r *rand.Rand) float64 { return math.Round(100+80*r.NormFloat64()) / 10 }
	for _, c := range []struct {
		name  string
		draw  func(r *rand.Rand) float64
		extra []float64 // each of them five times
		once  []float64
		want  []float64
	}{
		{"nothing", temperature, nil, nil, nil},
		{"nines below", temperature, []float64{-999}, nil, []float64{-999}},
		{"two nines below", temperature, []float64{-99}, nil, []float64{-99}},
		{"too near", func(r *rand.Rand) float64 { return 30 * r.NormFloat64() }, []float64{-199, -99}, nil, nil},
		{"nines above", temperature, []float64{9999}, nil, []float64{9999}},
		{"both", temperature, []float64{-999.9, 9999}, nil, []float64{-999.9, 9999}},
		{"beside a spike", temperature, []float64{-999}, []float64{1e6}, []float64{-999}},
		{"once", temperature, nil, []float64{-999}, nil},
		{"a fill value", temperature, []float64{9.969209968386869e36}, nil, []float64{9.969209968386869e36}},
		{"no mark's look", temperature, []float64{-1000}, nil, nil},
		{"zeros", func(r *rand.Rand) float64 { return 500 + temperature(r) }, []float64{0}, nil, nil},
		{"a cap", func(r *rand.Rand) float64 { return min(999, 900+60*r.NormFloat64()) }, nil, nil, nil},
		{"within", func(r *rand.Rand) float64 { return 1000 + 10*r.NormFloat64() }, []float64{999}, nil, nil},
		{"a tail", func(r *rand.Rand) float64 { return math.Round(math.Exp(5 + 2*r.NormFloat64())) }, []float64{999}, nil, nil},
		{"few values", func(r *rand.Rand) float64 { return float64(r.IntN(3)) }, []float64{999}, nil, nil},
	} {
		r := rand.New(rand.NewPCG(9, 99))
		v := slices.Clone(c.once)
		for range 500 {
			v = append(v, c.draw(r))
		}
		for _, x := range c.extra {
			v = append(v, x, x, x, x, x)
		}
		slices.Sort(v)
		marks, left := Marks(v)
		if !slices.Equal(marks, c.want) || len(left) != len(v)-5*len(c.want) {
			t.Errorf("%s: marks %v, %d of %d values left", c.name, marks, len(left), len(v))
		}
	}
	if marks, left := Marks(nil); marks != nil || left != nil {
		t.Error("marks of no values")
	}
}
