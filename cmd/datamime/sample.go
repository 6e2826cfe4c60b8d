package main

import (
	"math"
	"math/rand/v2"
	"time"
)

// measurement is one row of the demo's table.
type measurement struct {
	start, end         time.Time
	station, pollutant string
	commune            string
	value              int
	missing            bool // the row is there, its value is not
}

// sampleDDL makes the demo's table.
const sampleDDL = `CREATE TABLE mesures (
	date_debut timestamp NOT NULL,
	date_fin   timestamp NOT NULL,
	station    text NOT NULL,
	polluant   text NOT NULL,
	commune    text NOT NULL,
	valeur     integer
)`

// sampleStart is a Monday; sampleHours are six weeks.
var sampleStart = time.Date(2024, time.March, 4, 0, 0, 0, 0, time.UTC)

const sampleHours = 6 * 7 * 24

// station is a place of the sample: what it measures, how much traffic passes
// and how much wind it gets.
type station struct {
	name, commune string
	traffic, wind float64
	pollutants    []string
}

var stations = []station{
	{"Gare", "Valmont", 1.5, 0.8, []string{"NO2", "PM10", "PM2.5"}},
	{"Lycée", "Valmont", 0.8, 0.9, []string{"NO2", "O3", "PM10", "PM2.5"}},
	{"Jardin", "Valmont", 0.5, 1.0, []string{"NO2", "O3", "PM10"}},
	{"Port", "Saint-Aubin", 1.0, 1.5, []string{"NO2", "PM10"}},
	{"Campus", "Mesnil", 0.6, 1.1, []string{"NO2", "O3"}},
}

// airSample makes the demo's data: hourly air quality, always the same. One
// weather drives all stations (stagnant air, sun), each station has its
// traffic, each series its own short memory; sensors fail now and then.
func airSample() []measurement {
	random := rand.New(rand.NewPCG(2024, 6432))
	stagnant, sun := newMemory(0.97), newMemory(0.95)
	var series []*sampleSeries
	for i := range stations {
		for _, p := range stations[i].pollutants {
			series = append(series, &sampleSeries{at: &stations[i], pollutant: p, own: newMemory(0.75)})
		}
	}
	var rows []measurement
	for h := range sampleHours {
		t := sampleStart.Add(time.Duration(h) * time.Hour)
		stagnant.step(random)
		sun.step(random)
		for _, s := range series {
			s.own.step(random)
			value := s.value(t, stagnant.x, sun.x)
			absent, missing := s.fails(random)
			if absent {
				continue
			}
			rows = append(rows, measurement{
				start: t, end: t.Add(time.Hour), station: s.at.name, pollutant: s.pollutant,
				commune: s.at.commune, value: value, missing: missing,
			})
		}
	}
	return rows
}

// sampleSeries is one pollutant at one station.
type sampleSeries struct {
	at        *station
	pollutant string
	own       *memory
	down      int // hours that the sensor stays silent
}

// value is the concentration in µg/m³.
func (s *sampleSeries) value(t time.Time, stagnant, sun float64) int {
	hour := float64(t.Hour())
	rush := bump(hour, 8, 1.6) + 0.9*bump(hour, 18.5, 2.2)
	if day := t.Weekday(); day == time.Saturday || day == time.Sunday {
		rush = 0.45 * bump(hour, 13, 4)
	}
	traffic := s.at.traffic * (0.35 + rush)
	air := math.Exp(0.45*stagnant/s.at.wind + 0.18*s.own.x)
	var level float64
	switch s.pollutant {
	case "NO2":
		level = 16 * traffic * air
	case "O3":
		day := math.Max(0, math.Sin(math.Pi*(hour-6)/15))
		level = 38 + 42*day*math.Exp(0.25*sun) - 9*traffic*air + 5*s.own.x
	case "PM10":
		level = (11 + 5*traffic) * math.Exp(0.5*stagnant+0.2*s.own.x)
	case "PM2.5":
		level = (7 + 2*traffic) * math.Exp(0.55*stagnant+0.15*s.own.x)
	}
	return int(math.Round(math.Max(0, level)))
}

// fails tells whether the sensor is silent (no row), or sent no value.
func (s *sampleSeries) fails(random *rand.Rand) (absent, missing bool) {
	u := random.Float64()
	if s.down > 0 {
		s.down--
		return true, false
	}
	switch {
	case u < 0.0015:
		s.down = 1 + random.IntN(10)
		return true, false
	case u < 0.006:
		return false, true
	}
	return false, false
}

// bump is 1 at the hour `at` and falls to 0.6 at `width` hours from it.
func bump(hour, at, width float64) float64 {
	d := (hour - at) / width
	return math.Exp(-d * d / 2)
}

// memory is an AR(1) process of variance 1.
type memory struct{ phi, x float64 }

func newMemory(phi float64) *memory { return &memory{phi: phi} }

func (m *memory) step(random *rand.Rand) {
	m.x = m.phi*m.x + math.Sqrt(1-m.phi*m.phi)*normal(random)
}

// normal sums twelve uniform numbers: near enough to a normal one, and the
// same on every machine and in every release of Go.
func normal(random *rand.Rand) float64 {
	sum := -6.0
	for range 12 {
		sum += random.Float64()
	}
	return sum
}
