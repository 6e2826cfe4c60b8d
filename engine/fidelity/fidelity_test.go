package fidelity

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
)

// The reference values in testdata/fidelity.json are the answers of
// scorecard.py, the scorecard's reference, for made data. To compute them anew:
//
//	go test ./engine/fidelity -run FidelityReference -write DIR
//	for f in DIR/*-real.csv; do n=${f%-real.csv}; for swap in "" --swap; do
//	  python3 scorecard.py score $f --time t --keys k --value v --synth $n-made.csv --label $(basename $n)$swap --json $swap
//	done; done | sed 's/NaN/null/g' > engine/fidelity/testdata/fidelity.json
var writeTo = flag.String("write", "", "a folder to write the made data of TestFidelityReference to")

// madeSet is a made data set: how many series and steps, and what its times
// are.
type madeSet struct {
	name          string
	series, steps int
	time          func(step int) time.Time
	period        float64
}

var madeSets = []madeSet{
	{"hourly", 3, 1008, madeEvery(time.Hour), 24},
	{"halfhourly", 1, 48 * 75, madeEvery(30 * time.Minute), 48},
	{"hourlylong", 2, 24 * 320, madeEvery(time.Hour), 24},
	{"daily", 5, 420, madeEvery(24 * time.Hour), 7},
	{"many", 70, 60, madeEvery(24 * time.Hour), 7},
	{"weekly", 2, 220, madeEvery(7 * 24 * time.Hour), 52},
	{"monthly", 4, 144, func(i int) time.Time { return time.Date(2010, time.Month(1+i), 1, 0, 0, 0, 0, time.UTC) }, 12},
	{"quarterly", 2, 64, func(i int) time.Time { return time.Date(2005, time.Month(1+3*i), 1, 0, 0, 0, 0, time.UTC) }, 4},
}

func madeEvery(d time.Duration) func(int) time.Time {
	start := time.Date(2021, 3, 1, 0, 0, 0, 0, time.UTC)
	return func(i int) time.Time { return start.Add(time.Duration(i) * d) }
}

// sample makes the set's rows: seasons, memory and links; missing rows; the
// last of several series counts with zeros, the one before constant. The
// synthetic ones differ in level, memory and noise.
func (m *madeSet) sample(synthetic bool) *engine.Sample {
	r := rand.New(rand.NewPCG(7, uint64(m.series)))
	phi, level := .7, 20.
	if synthetic {
		r = rand.New(rand.NewPCG(8, uint64(m.series)))
		phi, level = .5, 21
	}
	s := &engine.Sample{Value: make([][]float64, 1)}
	state := make([]float64, m.series)
	for k := range m.series {
		s.Series = append(s.Series, fmt.Sprintf("s%02d", k))
	}
	for i := range m.steps {
		common := r.NormFloat64()
		for k := range m.series {
			state[k] = phi*state[k] + common + r.NormFloat64()
			v := level + float64(k) + 5*math.Sin(2*math.Pi*(float64(i)+float64(k))/m.period) + 2*state[k]
			switch {
			case m.series > 2 && k == m.series-1:
				v = max(0, math.Round(v/4-4))
			case m.series > 3 && k == m.series-2:
				v = 5
			}
			gone := r.Float64() < .02+.01*float64(k%3)
			if gone || k == 1 && i < m.steps/20 {
				continue
			}
			s.Time = append(s.Time, m.time(i).UnixMicro())
			s.Index = append(s.Index, int32(k))
			s.Value[0] = append(s.Value[0], math.Round(v*100)/100)
		}
	}
	return s
}

func writeSample(path string, s *engine.Sample) error {
	b := bytes.NewBufferString("t,k,v\n")
	for i, t := range s.Time {
		fmt.Fprintf(b, "%s,%s,%.2f\n", time.UnixMicro(t).UTC().Format("2006-01-02T15:04:05Z"), s.Series[s.Index[i]], s.Value[0][i])
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// reference is a line of testdata/fidelity.json; null is NaN.
type reference struct {
	Label           string
	Geo             float64
	Ratio, M, Floor map[string]*float64
	Verbatim        []*float64
	Near, Coverage  *float64
}

func TestFidelityReference(t *testing.T) {
	if *writeTo != "" {
		for _, m := range madeSets {
			for _, made := range []bool{false, true} {
				name := m.name + map[bool]string{false: "-real.csv", true: "-made.csv"}[made]
				if err := writeSample(filepath.Join(*writeTo, name), m.sample(made)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	file, err := os.Open("testdata/fidelity.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, checked := bufio.NewScanner(file), 0
	for lines.Scan() {
		var want reference
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		for _, m := range madeSets {
			for _, swap := range []bool{false, true} {
				if label := m.name + map[bool]string{false: "", true: "--swap"}[swap]; label == want.Label {
					checked++
					t.Run(label, func(t *testing.T) { want.check(t, judged(t, &m, swap)) })
				}
			}
		}
	}
	if checked != 2*len(madeSets) {
		t.Errorf("%d references for %d data sets", checked, len(madeSets))
	}
}

func judged(t *testing.T, m *madeSet, swap bool) *Scorecard {
	t.Helper()
	p, err := NewPanel(m.sample(false), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	train, held := p.half(), p.half()
	for i := range held {
		held[i] = !held[i]
	}
	if swap {
		train, held = held, train
	}
	f, err := p.judge(p.Placed(m.sample(true)), train, held, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// check allows rounding only: the promise is 2 %.
func (want *reference) check(t *testing.T, f *Scorecard) {
	t.Helper()
	same := func(what string, got float64, want *float64) {
		t.Helper()
		switch {
		case want == nil:
			if !math.IsNaN(got) {
				t.Errorf("%s: %v, not NaN", what, got)
			}
		case !(math.Abs(got-*want) <= 1e-6*math.Abs(*want)+1e-9):
			t.Errorf("%s: %v, not %v", what, got, *want)
		}
	}
	for _, m := range f.Measures {
		same(m.Measure+" floor", m.Floor, want.Floor[m.Measure])
		same(m.Measure+" score", m.Score, want.M[m.Measure])
		same(m.Measure+" ratio", m.Ratio, want.Ratio[m.Measure])
	}
	same("overall", f.Overall, &want.Geo)
	same("verbatim", f.Verbatim.Score, want.Verbatim[0])
	same("verbatim floor", f.Verbatim.Floor, want.Verbatim[1])
	same("near", f.Near.Score, want.Near)
	same("coverage", f.Coverage.Score, want.Coverage)
}

func evaluate(s *engine.Sample, seed int64, o engine.Options) (*Scorecard, error) {
	p, err := NewPanel(s, o)
	if err != nil {
		return nil, err
	}
	return p.Evaluate(s, seed, o)
}

// TestEvaluate: a simulation is close to its source, and far from a copy; a
// copy of the other half is seen.
func TestEvaluate(t *testing.T) {
	m := madeSets[0]
	s := m.sample(false)
	f, err := evaluate(s, 1, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Measures) != 16 || !(f.Overall >= 1 && f.Overall < 2) {
		t.Errorf("overall %v of %d measures", f.Overall, len(f.Measures))
	}
	if !(f.Verbatim.Score <= f.Verbatim.Floor+.05) || !(f.Near.Score < .2) || !(f.Coverage.Score > .9 && f.Coverage.Score < 1.1) {
		t.Errorf("verbatim %v near %v coverage %v", f.Verbatim, f.Near, f.Coverage)
	}
	again, err := evaluate(s, 1, engine.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if again.Overall != f.Overall || again.Near != f.Near && !math.IsNaN(f.Near.Ratio) {
		t.Error("the number of workers shows")
	}
	p, err := NewPanel(s, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	copied := *s
	copied.Time = slices.Clone(s.Time)
	for i := range copied.Time {
		copied.Time[i] += int64(p.block) * civil.MicrosPerHour
	}
	f, err = p.Judge(p.Placed(&copied), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if f.Verbatim.Score < .95 || f.Near.Score < .9 {
		t.Errorf("a copy: verbatim %v near %v", f.Verbatim, f.Near)
	}
}

// TestEvaluateLittle: what is too little to tell gives NaN or ErrEmpty, never
// a panic.
func TestEvaluateLittle(t *testing.T) {
	nan := math.NaN()
	for name, s := range map[string]*engine.Sample{
		"none":      {Series: []string{}, Value: [][]float64{{}}},
		"one":       {Series: []string{"a"}, Time: []int64{0}, Index: []int32{0}, Value: [][]float64{{1}}},
		"null":      {Series: []string{"a"}, Time: []int64{0, 1e9}, Index: []int32{0, 0}, Value: [][]float64{{nan, nan}}},
		"two":       {Series: []string{"a", "b"}, Time: []int64{0, 1e9}, Index: []int32{0, 1}, Value: [][]float64{{1, 2}}},
		"same time": {Series: []string{"a"}, Time: []int64{5, 5, 5}, Index: []int32{0, 0, 0}, Value: [][]float64{{1, 2, 3}}},
	} {
		f, err := evaluate(s, 0, engine.Options{})
		if err != nil && !errors.Is(err, engine.ErrEmpty) || err == nil && !math.IsNaN(f.Overall) {
			t.Errorf("%s: %v %v", name, f, err)
		}
	}
	events := &engine.Sample{Series: []string{"a"}, Value: [][]float64{nil}}
	r := rand.New(rand.NewPCG(1, 1))
	for i, at := 0, int64(0); i < 3000; i++ {
		at += r.Int64N(3600e6)
		events.Time, events.Index = append(events.Time, at), append(events.Index, 0)
		events.Value[0] = append(events.Value[0], float64(i%5))
	}
	if _, err := evaluate(events, 0, engine.Options{}); err != nil {
		t.Errorf("events: %v", err)
	}
	far := &engine.Sample{Series: []string{"a"}, Time: []int64{0, 1, 2, 1e18}, Index: []int32{0, 0, 0, 0}, Value: [][]float64{{1, 2, 3, 4}}}
	if _, err := evaluate(far, 0, engine.Options{}); !errors.Is(err, engine.ErrSpan) {
		t.Errorf("a span of 30,000 years by the microsecond: %v", err)
	}
	stop := errors.New("stop")
	s := madeSets[0].sample(false)
	if _, err := evaluate(s, 0, engine.Options{Interrupt: func() error { return stop }}); !errors.Is(err, stop) {
		t.Errorf("interrupted: %v", err)
	}
}

// TestInterruptedAnywhere ends a judgement at every question whether it is to go
// on: what was begun is of no worth then, and nobody reads it.
func TestInterruptedAnywhere(t *testing.T) {
	set := madeSets[5]
	panel, err := NewPanel(set.sample(false), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	synthetic := panel.Placed(set.sample(true))
	stop := errors.New("stop")
	for last := int64(1); ; last++ {
		var asked atomic.Int64
		_, err := panel.Judge(synthetic, engine.Options{Interrupt: func() error {
			if asked.Add(1) >= last {
				return stop
			}
			return nil
		}})
		if asked.Load() < last && err == nil {
			break // it ended by itself
		}
		if !errors.Is(err, stop) {
			t.Fatalf("question %d did not end it: %v", last, err)
		}
	}
}
