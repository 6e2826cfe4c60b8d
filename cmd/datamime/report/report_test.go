package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// wave is a series with a day, a week and noise.
func wave(name string, steps int, step int64, level float64, seed uint64) Series {
	random := rand.New(rand.NewPCG(seed, 1))
	s := Series{Name: name}
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	for i := range steps {
		at := start + int64(i)*step
		t := time.Unix(at, 0).UTC()
		v := level + 3*math.Sin(2*math.Pi*float64(t.Hour())/24) + random.NormFloat64()
		if t.Weekday() == time.Sunday {
			v -= 2
		}
		if i%50 == 7 {
			v = math.NaN()
		}
		s.Times, s.Values = append(s.Times, at), append(s.Values, v)
	}
	return s
}

func scores() []Score {
	none := math.NaN()
	return []Score{
		{"marginal", .1, .11, 1.1}, {"acf", .1, .35, 3.5}, {"profile", .1, .9, 9}, {"step", .1, .15, 1.5}, {"ties", .1, .1, 1}, {"gaps", none, none, none},
		{"verbatim", .01, .2, none}, {"near", .01, .02, none}, {"coverage", 1, .5, none}, {"overall", none, none, 1.62},
	}
}

func TestPage(t *testing.T) {
	d := &Data{Source: `<script>alert("x")</script>`, Synthetic: "Made up.", Made: time.Unix(0, 0), Scores: scores(), RealRows: 12345,
		Sentences: map[string]string{"s3": "A <b>sentence</b>."}}
	for i := range 10 {
		name := fmt.Sprint("s", i)
		d.Real = append(d.Real, wave(name, 1000, 3600, 10, uint64(i)))
		level := 10.
		if i == 3 {
			level = 30
		}
		d.Generated = append(d.Generated, wave(name, 1000, 3600, level, uint64(100+i)))
	}
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"<script", "NaN", "Inf", "ZgotmplZ", "http://", "https://", "<b>sentence"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	if heads := regexp.MustCompile(`<h3>([^<]*)</h3>`).FindAllStringSubmatch(page, -1); len(heads) != 10 || heads[0][1] != "s3" {
		t.Errorf("series %v; s3 differs most", heads)
	}
	for _, want := range []string{"1.62", "as real rows", "a difference to be seen", "far off", "out of bounds", "3 more series", "prefers-color-scheme: dark", "A &lt;b&gt;sentence",
		"too little to tell: gaps.", "<dd>12,345</dd>", "1 Jan 2024 – 11 Feb 2024"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	charts := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(page, -1)
	// Two matrices, and of each series: two overviews, a closer look, two
	// profiles, the distribution and the autocorrelation.
	if len(charts) != 2+10*7 {
		t.Errorf("%d charts", len(charts))
	}
	for i, c := range charts {
		if !strings.Contains(c, `class="mark`) {
			t.Errorf("chart %d has no marks: %.200s", i, c)
		}
		if err := wellFormed(c); err != nil {
			t.Errorf("chart %d: %v", i, err)
		}
	}
}

// TestFewValues: of ten values nothing is shown that chance alone would give.
func TestFewValues(t *testing.T) {
	few := Series{Name: "ten"}
	for i := range 10 {
		few.Times, few.Values = append(few.Times, int64(i)*day), append(few.Values, float64(i*i%7))
	}
	// A measure or two come to a ratio by chance.
	scores := []Score{{"total_sd", .1, math.NaN(), 10}, {"acf", math.NaN(), math.NaN(), math.NaN()}, {"overall", math.NaN(), math.NaN(), 10}}
	var b bytes.Buffer
	if err := Write(&b, &Data{Source: "t", Real: []Series{few}, Generated: []Series{few}, Scores: scores}); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"far off", "10.00", "autocorrelation", "day of the week", "Scorecard"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, want := range []string{"too few for a score", "a stroke for each value", `class="mark dot real"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestInFrench: words, dates and numbers are French ones.
func TestInFrench(t *testing.T) {
	if err := locale.Use("fr"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locale.Use(locale.English) }()
	d := &Data{Source: "mesures", Scores: scores(), RealRows: 12345, Made: time.Date(2024, 8, 5, 10, 0, 0, 0, time.UTC),
		Real: []Series{wave("a", 10000, 3600, 10, 1)}, Generated: []Series{wave("a", 10000, 3600, 10, 2)}}
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<html lang="fr">`, "5 août 2024 10:00", "12\u202f345", "1,62", ">lun.<", "janv. 2024", "comme des lignes réelles"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{"synthetic<", ">mean<", "ratio of", " the "} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

// TestTimeMarks: they stand at times of the calendar, and are not too many.
func TestTimeMarks(t *testing.T) {
	at := func(y, m, d, h int) float64 {
		return float64(time.Date(y, time.Month(m), d, h, 0, 0, 0, time.UTC).Unix())
	}
	for _, c := range []struct {
		from, to float64
		want     []string
	}{
		{at(2024, 3, 4, 22), at(2024, 3, 5, 20), []string{"5 Mar", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00"}},
		{at(2024, 3, 4, 0), at(2024, 4, 15, 0), []string{"4 Mar", "11 Mar", "18 Mar", "25 Mar", "1 Apr", "8 Apr", "15 Apr"}},
		{at(2023, 2, 1, 0), at(2024, 1, 31, 0), []string{"Mar 2023", "May 2023", "Jul 2023", "Sep 2023", "Nov 2023", "Jan 2024"}},
		{at(1900, 2, 1, 0), at(2024, 1, 31, 0), []string{"1920", "1940", "1960", "1980", "2000", "2020"}},
	} {
		d := small("x")
		d.span(c.from, c.to, 0, 1)
		d.times()
		var got []string
		for _, m := range regexp.MustCompile(`<text[^>]*>([^<]*)<`).FindAllStringSubmatch(d.String(), -1) {
			got = append(got, m[1])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func wellFormed(s string) error {
	for d := xml.NewDecoder(strings.NewReader(s)); ; {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// TestOddSeries: whatever the values are, the page holds no number that is
// none.
func TestOddSeries(t *testing.T) {
	constant := wave("x", 40, 86400, 0, 1)
	for i := range constant.Values {
		constant.Values[i] = 5
	}
	nothing := wave("x", 40, 86400, 0, 1)
	for i := range nothing.Values {
		nothing.Values[i] = math.NaN()
	}
	huge := wave("x", 40, 86400, 0, 1)
	for i := range huge.Values {
		huge.Values[i] = 1e16 + float64(i%2)*2
	}
	two := Series{"x", []int64{0, 86400}, []float64{1, 2}}
	same := Series{"x", []int64{5, 5}, []float64{1, 2}}
	monthly := Series{Name: "x"}
	for i := range 60 {
		monthly.Times = append(monthly.Times, time.Date(2020, time.Month(i+1), 1, 0, 0, 0, 0, time.UTC).Unix())
		monthly.Values = append(monthly.Values, float64(i))
	}
	all := []Series{constant, nothing, huge, two, same, monthly, wave("x", 2000, 60, 1e-6, 3), wave("x", 800, 86400, -1e9, 4)}
	for i, real := range all {
		for k, other := range all {
			var b bytes.Buffer
			if err := Write(&b, &Data{Source: "t", Real: []Series{real}, Generated: []Series{other}}); err != nil {
				t.Fatal(err)
			}
			if bad := regexp.MustCompile(`.{0,60}(NaN|Inf|e\+\d\d\d)`).FindString(b.String()); bad != "" {
				t.Errorf("%d beside %d: %s", i, k, bad)
			}
		}
	}
	if err := Write(io.Discard, &Data{Source: "t", Real: []Series{two}}); err == nil {
		t.Error("no series on the other side, and no error")
	}
}

func TestAutocorrelation(t *testing.T) {
	x := make([]float64, 4000)
	random := rand.New(rand.NewPCG(1, 2))
	for i := 1; i < len(x); i++ {
		x[i] = .8*x[i-1] + random.NormFloat64()
	}
	r := autocorrelation(x, 0, []int{1, 2, 3})
	// The standard error of r(1) is sqrt((1-.64)/4000) = .01.
	for i, want := range []float64{.8, .64, .512} {
		if math.Abs(r[i]-want) > .05 {
			t.Errorf("lag %d: %.3f, want %.3f", i+1, r[i], want)
		}
	}
}
