package engine

// innovations is how the axes' innovations are drawn.
type innovations struct {
	shape []*shape // [axis]
	table []*scores
}

// learnInnovations learns the distributions of the sample's innovations.
func learnInnovations(d *dynamics) *innovations {
	axes := d.axes.count
	n := len(d.e) / axes
	in := &innovations{}
	v := make([]float64, n)
	for q := range axes {
		for t := range v {
			v[t] = float64(d.e[t*axes+q])
		}
		sortValues(v)
		in.shape = append(in.shape, newShape(v))
	}
	return in
}

func (in *innovations) code(c *coder, axes int) {
	if c.reading {
		in.shape = make([]*shape, axes)
	}
	for q := range in.shape {
		codeShape(c, &in.shape[q])
	}
}

// prepare makes the tables that draws are looked up in.
func (in *innovations) prepare() {
	in.table = nil
	for _, s := range in.shape {
		t := &scores{}
		t.tabulate(s.at)
		in.table = append(in.table, t)
	}
}

// drawn draws innovations from their fitted distributions.
type drawn struct {
	in  *innovations
	key []uint64 // [axis]
}

func (in *innovations) draws(seed int64, key []uint64) *drawn {
	d := &drawn{in: in}
	s := stream(seed, forInnovations)
	for _, k := range key {
		d.key = append(d.key, draw(s, int64(k)))
	}
	return d
}

func (d *drawn) restart(int64) {}

func (d *drawn) innovate(path [][]float64, at int, step int64, count int) {
	for q, x := range path {
		key, table := d.key[q], d.in.table[q]
		for i := range count {
			x[at+i] = table.whole(gaussian(draw(key, step+int64(i))))
		}
	}
}

// source is the step itself: a fitted form knows no rows.
func (d *drawn) source(step int64) int64 { return step }
