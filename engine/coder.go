package engine

import (
	"encoding/binary"
	"math"

	"github.com/datamime/datamime/engine/internal/stat"
)

// coder writes parameters or reads them: one description of the form serves
// both. Written or read, a value is afterwards what a reader finds, so that a
// model is the same before it is stored as after.
//
// The bytes that are read may be anybody's. After the first thing amiss a
// coder is bad and reads zeros.
type coder struct {
	out     []byte
	in      []byte
	reading bool
	bad     bool
}

func (c *coder) fail() { c.bad, c.in = true, nil }

func (c *coder) varint(v *int64) {
	if !c.reading {
		c.out = binary.AppendVarint(c.out, *v)
		return
	}
	x, n := binary.Varint(c.in)
	if n <= 0 {
		c.fail()
		*v = 0
		return
	}
	c.in, *v = c.in[n:], x
}

// integer codes a number from least to most.
func (c *coder) integer(v *int, least, most int) {
	x := int64(*v)
	c.varint(&x)
	if x < int64(least) || x > int64(most) {
		c.fail()
		x = int64(least)
	}
	*v = int(x)
}

func (c *coder) bool(v *bool) {
	x := 0
	if *v {
		x = 1
	}
	c.integer(&x, 0, 1)
	*v = x == 1
}

// optional codes whether there is a part, nil where there is none, and makes the one
// that is to be read.
func optional[T any](c *coder, part **T) bool {
	there := *part != nil
	if c.bool(&there); there && c.reading {
		*part = new(T)
	}
	return there
}

// count codes how many things follow, of which each takes a byte at least.
func (c *coder) count(n int) int {
	if c.reading {
		n = 0
	}
	c.integer(&n, 0, math.MaxInt32)
	if c.reading && n > len(c.in) {
		c.fail()
		return 0
	}
	return n
}

// exact codes a number to the last bit.
func (c *coder) exact(v *float64) {
	if !c.reading {
		c.out = binary.LittleEndian.AppendUint64(c.out, math.Float64bits(*v))
		return
	}
	if *v = 0; len(c.in) < 8 {
		c.fail()
		return
	}
	*v = math.Float64frombits(binary.LittleEndian.Uint64(c.in))
	if c.in = c.in[8:]; !stat.Finite(*v) {
		c.fail()
		*v = 0
	}
}

// rough codes a number to about seven digits.
func (c *coder) rough(v *float64) {
	if !c.reading {
		x := float32(math.Max(-math.MaxFloat32, math.Min(math.MaxFloat32, *v)))
		c.out = binary.LittleEndian.AppendUint32(c.out, math.Float32bits(x))
		*v = float64(x)
		return
	}
	if *v = 0; len(c.in) < 4 {
		c.fail()
		return
	}
	*v = float64(math.Float32frombits(binary.LittleEndian.Uint32(c.in)))
	if c.in = c.in[4:]; !stat.Finite(*v) {
		c.fail()
		*v = 0
	}
}

// quantum codes a number as a multiple of a unit.
func (c *coder) quantum(v *float64, unit float64) {
	const most = 1 << 40
	x := int64(math.RoundToEven(math.Max(-most, math.Min(most, *v/unit))))
	c.varint(&x)
	if x < -most || x > most {
		c.fail()
		x = 0
	}
	*v = float64(x) * unit
}

// quanta codes n numbers as multiples of a unit.
func (c *coder) quanta(v *[]float64, n int, unit float64) {
	if c.reading {
		if *v = nil; n > len(c.in) {
			c.fail()
			return
		}
		*v = make([]float64, n)
	}
	if len(*v) != n {
		c.fail()
		return
	}
	for i := range *v {
		c.quantum(&(*v)[i], unit)
	}
}

// within refuses what is larger than most.
func (c *coder) within(v []float64, most float64) {
	for i, x := range v {
		if !(math.Abs(x) <= most) {
			c.fail()
			v[i] = 0
		}
	}
}

// rises codes n ascending numbers as multiples of a unit.
func (c *coder) rises(v *[]float64, n int, unit float64) {
	if !c.reading {
		if len(*v) != n {
			c.fail()
			return
		}
		d := make([]float64, n)
		last := 0.
		for i, x := range *v {
			d[i] = math.RoundToEven(x/unit) - last
			last += d[i]
		}
		c.quanta(&d, n, 1)
	} else {
		c.quanta(v, n, 1)
	}
	last := 0.
	for i := range *v {
		if c.reading {
			last += (*v)[i]
			(*v)[i] = last * unit
		} else {
			(*v)[i] = math.RoundToEven((*v)[i]/unit) * unit
		}
		if i > 0 && (*v)[i] < (*v)[i-1] {
			c.fail()
		}
	}
}

// text codes a text of at most mostText bytes.
func (c *coder) text(v *string) {
	const mostText = 1 << 10
	n := c.count(min(len(*v), mostText))
	switch {
	case n > mostText:
		c.fail()
	case c.reading:
		*v, c.in = string(c.in[:n]), c.in[n:]
	default:
		*v = (*v)[:n]
		c.out = append(c.out, *v...)
	}
}
