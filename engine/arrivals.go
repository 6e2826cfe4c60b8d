package engine

import (
	"math"
	"math/bits"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/code"
	"github.com/datamime/datamime/engine/internal/random"
	"github.com/datamime/datamime/engine/internal/stepset"
)

// arrivals is when something comes to units, rows to series or changes to held
// variables, by parameters: at each phase of the week or the day so often, and
// so far at once.
type arrivals struct {
	weekly bool
	phase  []float64 // chance relative to the unit's own
	rate   []float64 // [unit]: chance at a step
	common float64   // chance that a unit takes the draw that all have in common
}

// arrivalsOf learns from the steps at which something came to each unit, nil
// where nothing ever does, among those observed.
func arrivalsOf(cal *calendar, came []stepset.Set, observed stepset.Set) *arrivals {
	like := gaps{cal: cal, weekly: cal.day > 0 && float64(cal.n) > 56*cal.day}
	a := &arrivals{weekly: like.weekly, phase: make([]float64, like.phases()), rate: make([]float64, len(came))}
	steps, total, units := 0., 0., 0.
	for _, w := range observed {
		steps += float64(bits.OnesCount64(w))
	}
	count, phases := make([]float64, cal.n), make([]int, cal.n)
	seen := make([]float64, len(a.phase))
	z := civil.Zone{Location: cal.Location}
	for t := range phases {
		if phases[t] = like.phase(int64(t), &z); observed.Has(t) {
			seen[phases[t]]++
		}
	}
	for u, set := range came {
		if set == nil {
			continue
		}
		units++
		for t := range cal.n {
			if set.Has(t) && observed.Has(t) {
				a.phase[phases[t]]++
				a.rate[u] += 1 / steps
				count[t]++
				total++
			}
		}
	}
	for p := range a.phase {
		if a.phase[p] = a.phase[p] / math.Max(1, seen[p]) / math.Max(1e-9, total/steps); seen[p] == 0 {
			a.phase[p] = 1
		}
	}
	a.together(count, observed, phases)
	return a
}

// together learns how far things come at once, from the variance of how many
// units they come to.
func (a *arrivals) together(count []float64, observed stepset.Set, phases []int) {
	have, alone, joint := 0., 0., 0.
	for t, n := range count {
		if !observed.Has(t) {
			continue
		}
		mean, own, sd := 0., 0., 0.
		for u := range a.rate {
			p := a.chance(u, phases[t])
			mean += p
			own += p * (1 - p)
			sd += math.Sqrt(p * (1 - p))
		}
		have += (n - mean) * (n - mean)
		alone += own
		joint += sd*sd - own
	}
	if joint > 0 {
		a.common = math.Sqrt(math.Max(0, math.Min(1, (have-alone)/joint)))
	}
}

// chance is that of a unit at a phase.
func (a *arrivals) chance(unit, phase int) float64 {
	if phase >= len(a.phase) {
		return 0
	}
	return math.Min(1, a.rate[unit]*a.phase[phase])
}

func (a *arrivals) code(c *code.Coder, units int) {
	c.Bool(&a.weekly)
	n := c.Count(len(a.phase))
	c.Quanta(&a.phase, n, rateUnit)
	c.Quanta(&a.rate, units, rateUnit)
	c.Quantum(&a.common, rateUnit)
}

// arriving draws arrivals; the units go by their keys.
type arriving struct {
	*arrivals
	like gaps // for its phases
	key  []uint64
}

func (a *arrivals) draws(cal *calendar, key []uint64) *arriving {
	return &arriving{arrivals: a, like: gaps{cal: cal, weekly: a.weekly}, key: key}
}

// at tells whether something comes to a unit at a step, in a stream, and
// returns the random bits that told, which units may have in common.
func (a *arriving) at(unit int, step int64, stream uint64, z *civil.Zone) (come bool, bits uint64) {
	bits = random.Draw(stream, step)
	if own := random.Draw(random.Draw(stream, int64(a.key[unit])), step); random.Uniform(own) >= a.common {
		bits = random.Scramble(own)
	}
	return random.Uniform(bits) < a.chance(unit, a.like.phase(step, z)), bits
}
