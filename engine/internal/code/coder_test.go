package code

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

// part is a thing of each kind.
type part struct {
	far    int64
	number int
	truth  bool
	exact  float64
	rough  float64
	unit   float64
	many   []float64
	rising []float64
	text   string
	more   *float64
	less   *float64
}

func (p *part) code(c *Coder) {
	c.Varint(&p.far)
	c.Integer(&p.number, -3, 40)
	c.Bool(&p.truth)
	c.Exact(&p.exact)
	c.Rough(&p.rough)
	c.Quantum(&p.unit, .25)
	n := c.Count(len(p.many))
	c.Quanta(&p.many, n, .5)
	c.Within(p.many, 100)
	n = c.Count(len(p.rising))
	c.Rises(&p.rising, n, .01)
	c.Text(&p.text)
	for _, f := range []**float64{&p.more, &p.less} {
		if Optional(c, f) {
			c.Exact(*f)
		}
	}
}

func newPart() *part {
	more := 7.
	return &part{math.MinInt64, 40, true, math.Pi, math.Pi, -2.6, []float64{1.2, -3.3, 0}, []float64{-1.001, .333, .333, 8}, "mètre", &more, nil}
}

// TestCoder: what is written is what a reader finds, to the last bit and byte.
func TestCoder(t *testing.T) {
	written := newPart()
	w := &Coder{}
	if written.code(w); w.Bad() || w.Reading() {
		t.Fatal("bad")
	}
	want := newPart()
	want.rough, want.unit, want.many = float64(float32(math.Pi)), -2.5, []float64{1, -3.5, 0}
	want.rising = []float64{-1, .33, .33, 8}
	if !reflect.DeepEqual(written, want) {
		t.Errorf("became %+v instead of %+v", written, want)
	}
	read, r := &part{}, From(w.Bytes())
	if read.code(r); r.Bad() || r.Left() != 0 {
		t.Fatalf("bad: %v, with %d bytes left", r.Bad(), r.Left())
	}
	if !reflect.DeepEqual(read, want) {
		t.Errorf("read %+v instead of %+v", read, want)
	}
	again := &Coder{}
	if read.code(again); string(again.Bytes()) != string(w.Bytes()) {
		t.Error("what was read is written otherwise")
	}
	for n := range w.Bytes() {
		cut := From(w.Bytes()[:n])
		if new(part).code(cut); !cut.Bad() {
			t.Errorf("%d bytes of %d are not missed", len(w.Bytes())-n, len(w.Bytes()))
		}
	}
}

// TestRefused: what is none of the form's is bad and becomes what is.
func TestRefused(t *testing.T) {
	number, fall, wide, long := 41, []float64{2, 1}, []float64{math.NaN(), 1}, strings.Repeat("a", 1<<10+1)
	for name, code := range map[string]func(*Coder){
		"number": func(c *Coder) { c.Integer(&number, 2, 40) },
		"fall":   func(c *Coder) { c.Rises(&fall, 2, 1) },
		"length": func(c *Coder) { c.Quanta(&fall, 3, 1) },
		"wide":   func(c *Coder) { c.Within(wide, 9) },
		"count":  func(c *Coder) { *c = *From([]byte{4, 0}); c.Count(0) },
		"nan":    func(c *Coder) { *c = *From([]byte{255, 255, 255, 255, 255, 255, 255, 255}); c.Exact(&wide[1]) },
	} {
		c := &Coder{}
		if code(c); !c.Bad() {
			t.Errorf("%s is taken", name)
		}
	}
	if number != 2 || wide[0] != 0 || wide[1] != 0 {
		t.Errorf("became %d and %v", number, wide)
	}
	c := &Coder{}
	if c.Text(&long); c.Bad() || len(long) != 1<<10 {
		t.Errorf("a long text becomes one of %d bytes", len(long))
	}
}
