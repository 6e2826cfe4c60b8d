package engine

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/internal/stat"
)

// halves cuts a sample in two by alternating stretches of a fortnight.
func halves(s *Sample) (train, held *Sample) {
	train, held = &Sample{Series: s.Series, Value: make([][]float64, len(s.Value))}, &Sample{Series: s.Series, Value: make([][]float64, len(s.Value))}
	for i, t := range s.Time {
		half := train
		if civil.FloorDiv(t-s.Time[0], 14*civil.MicrosPerDay)%2 == 1 {
			half = held
		}
		half.Time, half.Index = append(half.Time, t), append(half.Index, s.Index[i])
		for v := range s.Value {
			half.Value[v] = append(half.Value[v], s.Value[v][i])
		}
	}
	return train, held
}

// rebuilt is what the bytes of a model say best of each of the rows: the
// median of the value at its step, from the location, the scale, the tables
// and the map.
func rebuilt(m *Model, s *Sample, column int) []float64 {
	z := civil.Zone{Location: m.cal.Location}
	where, width := sheet{d: m.location}, sheet{d: m.scaling}
	rank, _ := stat.RankTexts(s.Series)
	first := m.cal.Clock
	n := m.cal.n + 15*24
	where.fill(0, n, &z)
	width.fill(0, n, &z)
	predicted := make([][]float64, len(m.variable))
	for k := range m.variable {
		v := &m.variable[k]
		loc, scale := make([]float64, n), make([]float64, n)
		where.private().curve(loc, v.location)
		width.private().curve(scale, v.scale)
		scales(scale)
		cell := make([]uint8, n)
		for i := range cell {
			cell[i] = m.cellOf(int(where.phase[i]), where.rows[where.unit[i]].weekday)
		}
		y := make([]float64, n)
		v.margin(y, make([]float64, m.lead+n+2), loc, scale, cell)
		for i := range y {
			y[i] = v.finish(y[i])
		}
		predicted[k] = y
	}
	out := make([]float64, len(s.Time))
	for i, t := range s.Time {
		step, _ := first.Nearest(t)
		out[i] = predicted[rank[s.Index[i]]*m.values+column][step]
	}
	return out
}

// numbers are all that can be read from bytes: floats at every place, varints
// at every place in every unit that parameters are kept in, on the scale of
// the values, and the parameters of the model that is restored.
func numbers(m *Model) (found []float64) {
	keep := func(x float64) {
		if stat.Finite(x) {
			found = append(found, x)
		}
	}
	for i := range m.bytes {
		if i+8 <= len(m.bytes) {
			keep(math.Float64frombits(binary.LittleEndian.Uint64(m.bytes[i:])))
		}
		if i+4 <= len(m.bytes) {
			keep(float64(math.Float32frombits(binary.LittleEndian.Uint32(m.bytes[i:]))))
		}
		if x, n := binary.Varint(m.bytes[i:]); n > 0 {
			for _, unit := range []float64{1, coefficientUnit, shapeUnit, rateUnit} {
				keep(float64(x) * unit)
			}
		}
	}
	for k := range m.variable {
		v := &m.variable[k]
		var level []float64
		if v.remap != nil {
			level = append(append(level, v.remap.from...), v.remap.to...)
		}
		level = append(level, v.least, v.most, v.low, v.high, v.mean)
		for _, x := range level {
			keep(x)
		}
	}
	slices.Sort(found)
	return found
}

// distance is that of a value to the nearest number.
func distance(x float64, numbers []float64) float64 {
	i, _ := slices.BinarySearch(numbers, x)
	d := math.Inf(1)
	for _, j := range []int{i - 1, i} {
		if j >= 0 && j < len(numbers) {
			d = min(d, math.Abs(numbers[j]-x))
		}
	}
	return d
}

// averages are what a table of the means of a sample by series, month and hour
// says of the rows of another.
func averages(of, s *Sample) []float64 {
	type place struct {
		series      int32
		month, hour int
	}
	at := func(s *Sample, i int) place {
		u := time.UnixMicro(s.Time[i]).UTC()
		return place{s.Index[i], int(u.Month()), u.Hour()}
	}
	sum, n := map[place]float64{}, map[place]float64{}
	for i := range of.Time {
		sum[at(of, i)] += of.Value[0][i]
		n[at(of, i)]++
	}
	out := make([]float64, len(s.Time))
	for i := range out {
		out[i] = sum[at(s, i)] / n[at(s, i)]
	}
	return out
}

// Who has the fitted form of a half of the rows rebuilds that half no better
// than the other half, which the model has never seen: but for what any average
// is nearer to those that it is of. A table of means by month and hour, each of
// some fifteen values, shows how much that is in the same worlds.
func TestRowsCannotBeRebuilt(t *testing.T) {
	const worlds = 8
	w := world{series: 3, days: 364, step: time.Hour, phi: .9, shared: .5, decimals: 6,
		profile: func(h float64) float64 { return 2 * math.Sin(2*math.Pi*h/24) }}
	var nearer, nearest [worlds]float64
	for i := range worlds {
		train, held := halves(w.sample(uint64(40 + i)))
		m := mustFit(t, train, Options{Innovations: Fitted})
		back, err := Restore(m.Parameters(), train.Series, Options{})
		if err != nil {
			t.Fatal(err)
		}
		gain := func(predict func(s *Sample) []float64) float64 {
			return math.Log(meanError(train, predict(train)) / meanError(held, predict(held)))
		}
		own := gain(func(s *Sample) []float64 { return rebuilt(back, s, 0) })
		plain := gain(func(s *Sample) []float64 { return averages(train, s) })
		nearer[i] = own - plain
		all := numbers(back)
		near := func(s *Sample) (sum float64) {
			for _, x := range s.Value[0] {
				sum += math.Log(distance(x, all)+1e-9) / float64(len(s.Time))
			}
			return sum
		}
		nearest[i] = near(train) - near(held)
		t.Logf("errors of the half that is known, to those of the other: %.3f, of averages %.3f; log distance to a number that is stored: %+.4f",
			math.Exp(own), math.Exp(plain), nearest[i])
	}
	// Four standard errors of the means over the worlds.
	for what, x := range map[string][]float64{"than averages are": nearer[:], "to a stored number": nearest[:]} {
		if mean, sd := moments(x); mean < -4*sd/math.Sqrt(worlds-1) {
			t.Errorf("known rows are nearer by %.4f %s, standard error %.4f", -mean, what, sd/math.Sqrt(worlds-1))
		}
	}
}

// meanError is the mean absolute error of predictions of a sample's values.
func meanError(s *Sample, predicted []float64) (sum float64) {
	for i, x := range s.Value[0] {
		sum += math.Abs(x-predicted[i]) / float64(len(predicted))
	}
	return sum
}
