package sqlfuncs

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/engine/define"
)

// peak reads a time of the day and how much more the values are then.
func (r *jsonReader) peak(n jsonNode) define.Peak {
	_, m := r.object(n, "at", "by")
	p := define.Peak{}
	if at, ok := m["at"]; !ok {
		r.fail(jsonNode{path: n.path + ".at"}, `A peak is like {"at": "08:00", "by": 0.3}.`, "is missing")
	} else if t, err := time.Parse("15:04", r.text(at)); err != nil {
		r.fail(at, "Write it as '08:00'.", "is not a time of the day")
	} else {
		p.At = float64(t.Hour()) + float64(t.Minute())/60
	}
	if by, ok := m["by"]; !ok {
		r.fail(jsonNode{path: n.path + ".by"}, `A peak is like {"at": "08:00", "by": 0.3}.`, "is missing")
	} else {
		p.By = r.number(by, -.99, mostShare)
	}
	return p
}

// yearPlace reads a month, whose middle is meant, or a day: 07, 07-14.
func (r *jsonReader) yearPlace(n jsonNode) float64 {
	s := strings.Trim(string(n.raw), `" `)
	for _, layout := range []string{"1", "01", "January", "Jan", "01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			day := float64(t.YearDay())
			if layout != "01-02" {
				day += 14
			}
			return day / 365.25
		}
	}
	r.fail(n, "Write a month, '07', or a day, '07-14'.", "is not a time of the year")
	return 0
}

var trendForm = regexp.MustCompile(`^([+-]?[0-9]+(?:\.[0-9]+)?) *% *(?:(?:per|a|/) *(year|month|week|day))?$`)

// trend reads a share a year: 0.02, or '+2 % per year'.
func (r *jsonReader) trend(n jsonNode) float64 {
	if s := string(n.raw); s == "" || s[0] != '"' {
		return r.number(n, -.99, mostShare)
	}
	m := trendForm.FindStringSubmatch(r.text(n))
	if m == nil {
		r.fail(n, "Write it as '+2 % per year', or as a share a year, 0.02.", "is not a trend")
		return 0
	}
	v, _ := strconv.ParseFloat(m[1], 64)
	v *= map[string]float64{"": 1, "year": 1, "month": 12, "week": 52.1775, "day": 365.2425}[m[2]] / 100
	if v <= -1 || v > mostShare {
		r.fail(n, "", "is too steep")
	}
	return v
}

var spanForm = regexp.MustCompile(`^ *([0-9]+(?:\.[0-9]+)?) *([a-zA-Z]+)`)

// span reads a length of time: '6 hours', '1 day 30 min'.
func (r *jsonReader) span(n jsonNode) engine.Frequency {
	s := r.text(n)
	months, micros := 0., 0.
	rest := s
	for rest != "" {
		m := spanForm.FindStringSubmatch(rest)
		if m == nil {
			break
		}
		v, _ := strconv.ParseFloat(m[1], 64)
		unit := strings.ToLower(m[2])
		if len(unit) > 2 {
			unit = strings.TrimSuffix(unit, "s")
		}
		switch unit {
		case "year", "y", "yr":
			months += 12 * v
		case "month", "mon":
			months += v
		default:
			size, ok := spanUnits[unit]
			if !ok {
				r.fail(n, "Write it as '6 hours'.", "is not a length of time")
				return engine.Frequency{}
			}
			micros += v * size * float64(civil.MicrosPerSecond)
		}
		rest = strings.TrimSpace(rest[len(m[0]):])
	}
	f := engine.Frequency{Months: int32(months), Micros: int64(micros)}
	if rest != "" || months != math.Trunc(months) || months > 12_000 || micros > 36_500*float64(civil.MicrosPerDay) || f == (engine.Frequency{}) {
		r.fail(n, "Write it as '6 hours'.", "is not a length of time")
		return engine.Frequency{}
	}
	return f
}

var spanUnits = map[string]float64{
	"week": 7 * 86400, "w": 7 * 86400, "day": 86400, "d": 86400, "hour": 3600, "hr": 3600, "h": 3600,
	"minute": 60, "min": 60, "m": 60, "second": 1, "sec": 1, "s": 1, "millisecond": 1e-3, "ms": 1e-3,
}

// readMoment reads a date or a time of day of one, as civil microseconds.
func readMoment(s string) (int64, bool) {
	for _, layout := range []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMicro(), true
		}
	}
	return 0, false
}
