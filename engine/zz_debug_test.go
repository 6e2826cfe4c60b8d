package engine

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func readCSV(t *testing.T, file, tcol, keys, value string) *Sample {
	f, err := os.Open(file)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	head, _ := r.Read()
	col := map[string]int{}
	for i, h := range head {
		col[h] = i
	}
	s := &Sample{Value: [][]float64{nil}}
	at := map[string]int32{}
	for {
		rec, err := r.Read()
		if err != nil {
			break
		}
		var tm time.Time
		for _, l := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02"} {
			if u, err := time.Parse(l, rec[col[tcol]]); err == nil {
				tm = u
			}
		}
		var k []string
		if keys != "" {
			for _, c := range strings.Split(keys, ",") {
				k = append(k, rec[col[c]])
			}
		}
		key := strings.Join(k, "|")
		id, ok := at[key]
		if !ok {
			id = int32(len(s.Series))
			at[key] = id
			s.Series = append(s.Series, key)
		}
		x, err := strconv.ParseFloat(rec[col[value]], 64)
		if err != nil {
			x = missing()
		}
		s.Time = append(s.Time, tm.UnixMicro())
		s.Index = append(s.Index, id)
		s.Value[0] = append(s.Value[0], x)
	}
	return s
}

func TestDebug(t *testing.T) {
	a := strings.Split(os.Getenv("DBG"), "|")
	if len(a) < 4 {
		t.Skip()
	}
	s := readCSV(t, a[0], a[1], a[2], a[3])
	m := mustFit(t, s, Options{})
	fmt.Println("freq", m.cal.freq, "n", m.cal.n, "season", m.cal.season, "gap", m.cal.gap, "cols", len(m.location.cols), "inner", m.location.inner, "waves", len(m.location.waves))
	fmt.Println("warm", m.dynamics.warm, "order", m.dynamics.order, "tile", m.tile, "block", m.planner.length, "group", m.planner.group, "level", m.level, "axes", m.dynamics.axes.count)
	for k := range m.variable {
		if k > 5 {
			break
		}
		v := &m.variable[k]
		fmt.Println(k, v.link, "blend", v.blend, "lat", len(v.lattice.set), v.lattice.decimals, v.least, v.most)
	}
}

func TestPhases(t *testing.T) {
	if os.Getenv("PH") == "" {
		t.Skip()
	}
	s := linked.sample(1)
	f := &fitter{o: Options{Workers: 1}}
	last := processorSeconds()
	lap := func(n string) {
		now := processorSeconds()
		fmt.Printf("%-12s %.3f\n", n, now-last)
		last = processorSeconds()
	}
	rank, order := canonical(s.Series)
	h := newHistory(s, rank, &zone{})
	freq := h.frequency()
	lap("frequency")
	g, _ := newGrid(s, rank, order, h.clock(freq, s, f.o))
	lap("grid")
	f.g = g
	f.m = &Model{names: g.names, order: order, emit: rank, values: g.values, report: g.report}
	f.m.cal = newCalendar(g.clock, g.n)
	f.observe()
	lap("observe")
	f.variables()
	lap("variables")
	f.seasons()
	lap("seasons")
	f.residuals()
	lap("residuals")
	f.dynamics()
	lap("dynamics")
	f.mixing()
	lap("mixing")
	f.learnGaps()
	lap("gaps")
}
