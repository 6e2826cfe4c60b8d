package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// sparse is the trips from three stations by the hour, most of which have none:
// Poisson about a profile of the day and what is asked for everywhere, which moves
// slowly.
func sparse(n int) *Sample {
	r := rand.New(rand.NewPCG(29, 11))
	s := &Sample{Series: []string{"a", "b", "c"}, Value: make([][]float64, 1)}
	demand := 0.
	for h := range n {
		demand = .9*demand + math.Sqrt(1-.81)*r.NormFloat64()
		for c := range 3 {
			mean := .06 * float64(1+c) * (1 - .9*math.Cos(2*math.Pi*float64(h%24)/24)) * math.Exp(.7*demand-.245)
			s.Time, s.Index = append(s.Time, newYear.Add(time.Duration(h)*time.Hour).UnixMicro()), append(s.Index, int32(c))
			s.Value[0] = append(s.Value[0], distuv.Poisson{Lambda: mean, Src: r}.Rand())
		}
	}
	return s
}

// Of sparse counts the others are as many, and follow each other and come
// together as seldom as they did.
func TestSparseCounts(t *testing.T) {
	const n = 24 * 365
	s := sparse(n)
	type facts struct{ mean, none, step, memory, linked float64 }
	of := func(x []float64, c int) (f facts) {
		at := func(h, c int) float64 { return x[3*h+c%3] }
		var own, other []float64
		for h := range n {
			v := at(h, c)
			if v < 0 || v != math.Round(v) {
				t.Fatalf("a count of %g", v)
			}
			own, other = append(own, v), append(other, at(h, c+1))
			f.mean += v / n
			f.none += indicator(v == 0) / n
			if h > 0 {
				f.step += math.Abs(v-at(h-1, c)) / n
			}
		}
		f.memory, f.linked = correlate(own[1:], own[:n-1]), correlate(own, other)
		return f
	}
	for innovations, name := range map[Innovations]string{Resampled: "resampled", Fitted: "fitted"} {
		m := mustFit(t, s, Options{Innovations: innovations})
		first, last := m.Span()
		rows := all(t, m, Window{Start: first, End: last + 1, NoGaps: true})
		for c := range 3 {
			real, made := of(s.Value[0], c), of(rows.Value[0], c)
			// Of 526, 1,051 and 1,577 trips, whose demand is worth 8760·.1/1.9 = 461
			// hours with a relative spread of .8: four standard errors of the mean are
			// 4·√2·√(1/526 + .64/461) = .32 of it for the first, and less for the
			// others; steps and empty hours follow from it.
			if q := made.mean / real.mean; math.Abs(q-1) > .32 {
				t.Errorf("%s, station %d: %.4f an hour, not %.4f", name, c, made.mean, real.mean)
			}
			if d := (1 - made.none) / (1 - real.none); math.Abs(d-1) > .32 {
				t.Errorf("%s, station %d: none in %.4f of the hours, not %.4f", name, c, made.none, real.none)
			}
			if q := made.step / real.step; math.Abs(q-1) > .32 {
				t.Errorf("%s, station %d: steps of %.4f, not %.4f", name, c, made.step, real.step)
			}
			// Correlations of 8,760 hours, of which bursts weigh a few times their
			// number: 4·√2·√(3/8760) = .105.
			if math.Abs(made.memory-real.memory) > .105 {
				t.Errorf("%s, station %d: hours follow each other by %.3f, not %.3f", name, c, made.memory, real.memory)
			}
			if math.Abs(made.linked-real.linked) > .105 {
				t.Errorf("%s, station %d: linked by %.3f, not %.3f", name, c, made.linked, real.linked)
			}
		}
	}
}
