package main

import (
	"strings"
	"testing"
)

func TestDraw(t *testing.T) {
	const benchmark = `goos: linux
BenchmarkFitRows/hourly12/series=12/rows=1000-2  3  5 ns/op  2000 values/cpu-s  7 B/op
BenchmarkFitRows/hourly12/series=12/rows=4000-2  3  5 ns/op  2000 values/cpu-s  7 B/op
BenchmarkFitSeries/daily/series=3/rows=300  1  5 ns/op  100 values/cpu-s
PASS
`
	const want = `FitRows hourly12                  rows   seconds  ns/value
     12 series ███▌                1000     0.500    500000
     12 series ██████████████      4000     2.000    500000
FitSeries daily                   rows   seconds  ns/value
      3 series ██████████████       300     3.000  10000000
`
	var b strings.Builder
	if err := draw(&b, strings.NewReader(benchmark)); err != nil || b.String() != want {
		t.Errorf("%v\n%s", err, b.String())
	}
}
