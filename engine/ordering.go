package engine

import (
	"github.com/datamime/datamime/engine/internal/code"
	"github.com/datamime/datamime/engine/internal/stat"
)

// ordering is two value columns of which the one never exceeds the other: fine
// dust is part of all dust, a minimum lies below its mean.
type ordering struct{ lower, upper int }

// leastOrdered rows with both values make an ordering known.
const leastOrdered = 100

// orderings finds the pairs of value columns that keep an order in every row
// of the sample, though their ranges overlap.
func (g *grid) orderings() (found []ordering) {
	for a := range g.values {
		for b := range g.values {
			if a != b && g.ordered(a, b) {
				found = append(found, ordering{a, b})
			}
		}
	}
	return found
}

func (g *grid) ordered(a, b int) bool {
	count, overlap := 0, false
	for c := range g.names {
		lower, upper := g.x[c*g.values+a], g.x[c*g.values+b]
		most, least := stat.Missing(), stat.Missing()
		for i, x := range lower {
			y := upper[i]
			if stat.IsMissing(x) || stat.IsMissing(y) {
				continue
			}
			if x > y {
				return false
			}
			if count++; !(most >= x) {
				most = x
			}
			if !(least <= y) {
				least = y
			}
		}
		overlap = overlap || most > least
	}
	return overlap && count >= leastOrdered
}

// keepOrder lets the values of a piece keep the orderings: two that do not are
// exchanged, as far as the one's values can be the other's.
func (r *renderer) keepOrder(p *piece) {
	m := r.m
	for range m.orderings { // as often as a value may have to move on
		for _, o := range m.orderings {
			for c := range m.names {
				a, b := c*m.values+o.lower, c*m.values+o.upper
				lower, upper := p.value[a], p.value[b]
				for i, x := range lower {
					if y := upper[i]; x > y {
						upper[i] = r.variable[b].within(r.variable[b].lattice.snap(x))
						lower[i] = r.variable[a].atMost(min(y, upper[i]))
					}
				}
			}
		}
	}
}

// atMost is the variable's largest value that does not exceed x, where it has one.
func (v *variable) atMost(x float64) float64 {
	y := v.lattice.snap(x)
	if y > x {
		y = v.lattice.next(y, false)
	}
	return v.within(y)
}

func codeOrderings(c *code.Coder, o *[]ordering, values int) {
	n := c.Count(len(*o))
	if c.Reading() {
		*o = make([]ordering, n)
	}
	for i := range *o {
		c.Integer(&(*o)[i].lower, 0, values-1)
		c.Integer(&(*o)[i].upper, 0, values-1)
	}
}
