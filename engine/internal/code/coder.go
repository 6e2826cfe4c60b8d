// Package code codes a model's parameters: a Coder writes values as bytes or reads
// them, so that one description of a form serves both.
package code

import (
	"encoding/binary"
	"math"

	"github.com/datamime/datamime/engine/internal/stat"
)

// A Coder writes parameters or reads them. Every method that takes a pointer writes
// the value, or reads it. Written or read, the value is afterwards what a reader
// finds, so that a model is the same before it is stored as after.
//
// The bytes that are read may be anybody's. After the first thing amiss a
// Coder is bad and reads zeros.
//
// The zero Coder writes; From makes one that reads.
type Coder struct {
	out     []byte
	in      []byte
	reading bool
	bad     bool
}

// From returns a Coder that reads data, which it keeps and does not change.
func From(data []byte) *Coder { return &Coder{in: data, reading: true} }

// Reading tells whether values are read.
func (c *Coder) Reading() bool { return c.reading }

// Bytes is what was written; the next value that is written may move it.
func (c *Coder) Bytes() []byte { return c.out }

// Left is how many bytes were not read yet, 0 of a Coder that writes.
func (c *Coder) Left() int { return len(c.in) }

// Fail makes the Coder bad: what was coded is none of the form's.
func (c *Coder) Fail() { c.bad, c.in = true, nil }

// Bad tells whether anything was amiss.
func (c *Coder) Bad() bool { return c.bad }

// Varint codes any number, in few bytes where it is near to 0.
func (c *Coder) Varint(v *int64) {
	if !c.reading {
		c.out = binary.AppendVarint(c.out, *v)
		return
	}
	x, n := binary.Varint(c.in)
	if n <= 0 {
		c.Fail()
		*v = 0
		return
	}
	c.in, *v = c.in[n:], x
}

// Integer codes a number from least to most; any other is bad, and becomes least.
func (c *Coder) Integer(v *int, least, most int) {
	x := int64(*v)
	c.Varint(&x)
	if x < int64(least) || x > int64(most) {
		c.Fail()
		x = int64(least)
	}
	*v = int(x)
}

// Bool codes a truth.
func (c *Coder) Bool(v *bool) {
	x := 0
	if *v {
		x = 1
	}
	c.Integer(&x, 0, 1)
	*v = x == 1
}

// Optional codes whether there is a part, nil where there is none, and makes the one
// that is to be read. It tells whether there is: the caller codes what is in it.
func Optional[T any](c *Coder, part **T) bool {
	there := *part != nil
	if c.Bool(&there); there && c.reading {
		*part = new(T)
	}
	return there
}

// Count codes how many things follow, of which each takes a byte at least, and
// returns it: n when writing, and never more than the bytes that are left when reading.
func (c *Coder) Count(n int) int {
	if c.reading {
		n = 0
	}
	c.Integer(&n, 0, math.MaxInt32)
	if c.reading && n > len(c.in) {
		c.Fail()
		return 0
	}
	return n
}

// Exact codes a number to the last bit. Reading, one that is not finite is bad.
func (c *Coder) Exact(v *float64) {
	if !c.reading {
		c.out = binary.LittleEndian.AppendUint64(c.out, math.Float64bits(*v))
		return
	}
	if *v = 0; len(c.in) < 8 {
		c.Fail()
		return
	}
	*v = math.Float64frombits(binary.LittleEndian.Uint64(c.in))
	if c.in = c.in[8:]; !stat.Finite(*v) {
		c.Fail()
		*v = 0
	}
}

// Rough codes a number to about seven digits, at most the largest float32. Reading,
// one that is not finite is bad.
func (c *Coder) Rough(v *float64) {
	if !c.reading {
		x := float32(math.Max(-math.MaxFloat32, math.Min(math.MaxFloat32, *v)))
		c.out = binary.LittleEndian.AppendUint32(c.out, math.Float32bits(x))
		*v = float64(x)
		return
	}
	if *v = 0; len(c.in) < 4 {
		c.Fail()
		return
	}
	*v = float64(math.Float32frombits(binary.LittleEndian.Uint32(c.in)))
	if c.in = c.in[4:]; !stat.Finite(*v) {
		c.Fail()
		*v = 0
	}
}

// Quantum codes a number as the nearest multiple of a unit, at most 2⁴⁰ of them.
func (c *Coder) Quantum(v *float64, unit float64) {
	const most = 1 << 40
	x := int64(math.RoundToEven(math.Max(-most, math.Min(most, *v/unit))))
	c.Varint(&x)
	if x < -most || x > most {
		c.Fail()
		x = 0
	}
	*v = float64(x) * unit
}

// Quanta codes n numbers as multiples of a unit: len(*v) == n when writing, or it is
// bad, and a new slice when reading.
func (c *Coder) Quanta(v *[]float64, n int, unit float64) {
	if c.reading {
		if *v = nil; n > len(c.in) {
			c.Fail()
			return
		}
		*v = make([]float64, n)
	}
	if len(*v) != n {
		c.Fail()
		return
	}
	for i := range *v {
		c.Quantum(&(*v)[i], unit)
	}
}

// Within refuses what is missing or, in size, larger than most, and sets it to 0.
func (c *Coder) Within(v []float64, most float64) {
	for i, x := range v {
		if !(math.Abs(x) <= most) {
			c.Fail()
			v[i] = 0
		}
	}
}

// Rises codes n ascending numbers as multiples of a unit, by their differences; as
// with Quanta, len(*v) == n when writing. What falls is bad.
func (c *Coder) Rises(v *[]float64, n int, unit float64) {
	if !c.reading {
		if len(*v) != n {
			c.Fail()
			return
		}
		d := make([]float64, n)
		last := 0.
		for i, x := range *v {
			d[i] = math.RoundToEven(x/unit) - last
			last += d[i]
		}
		c.Quanta(&d, n, 1)
	} else {
		c.Quanta(v, n, 1)
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
			c.Fail()
		}
	}
}

const mostText = 1 << 10 // bytes

// Text codes a text of at most 1 kB; of a longer one that is written, the beginning.
func (c *Coder) Text(v *string) {
	n := c.Count(min(len(*v), mostText))
	switch {
	case n > mostText:
		c.Fail()
	case c.reading:
		*v, c.in = string(c.in[:n]), c.in[n:]
	default:
		*v = (*v)[:n]
		c.out = append(c.out, *v...)
	}
}
