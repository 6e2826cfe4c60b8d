package importer

import (
	"strconv"
	"strings"
	"time"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// dateOrder is the order of the parts of a date.
type dateOrder int

const (
	ymd dateOrder = iota // 2024-03-31, 2024/03/31; 20240331 is a number until its column says otherwise
	dmy                  // 31/03/2024, 31.03.2024, 31-03-24
	mdy                  // 03/31/2024
)

func (o dateOrder) String() string {
	return [...]string{locale.Say("year-month-day"), locale.Say("day/month/year"), locale.Say("month/day/year")}[o]
}

// dateOrders are the orders by the names that a user gives them; without one, days
// come first, as in most of the world.
var dateOrders = map[string]dateOrder{"": dmy, "ymd": ymd, "dmy": dmy, "mdy": mdy}

// moment is a text read as a date or a time.
type moment struct {
	text  string // as PostgreSQL reads it
	month bool   // it has no day: the first is taken
	clock bool   // it has a time of day
	zoned bool   // it has a time zone
}

// parseMoment reads a month, or a date, alone or with a time of day and a zone.
func parseMoment(s string, order dateOrder) (moment, bool) {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '-' || s[end] == '/' || s[end] == '.') {
		end++
	}
	var m moment
	year, month, day, ok := parseDate(s[:end], order)
	if !ok && end == len(s) {
		year, month, ok = parseMonth(s, order)
		m.month, day = ok, 1
	}
	if !ok || !validDate(year, month, day) {
		return moment{}, false
	}
	date := strconv.Itoa(year + 100000)[2:] + "-" + two(month) + "-" + two(day)
	rest := s[end:]
	if rest == "" {
		m.text = date
		return m, true
	}
	if rest[0] != 'T' && rest[0] != ' ' {
		return moment{}, false
	}
	rest = strings.TrimPrefix(strings.TrimLeft(rest[1:], " "), "à ")
	clock, zone, ok := parseClock(rest)
	if !ok {
		return moment{}, false
	}
	m.clock, m.zoned = true, zone != ""
	m.text = date + " " + clock + zone
	return m, true
}

func parseDate(s string, order dateOrder) (year, month, day int, ok bool) {
	i := strings.IndexAny(s, "-/.")
	if i <= 0 {
		return 0, 0, 0, false
	}
	parts := strings.Split(s, s[i:i+1])
	if len(parts) != 3 {
		return 0, 0, 0, false
	}
	switch order {
	case dmy:
		parts[0], parts[2] = parts[2], parts[0]
	case mdy:
		parts[0], parts[1], parts[2] = parts[2], parts[0], parts[1]
	}
	if len(parts[0]) != 4 && (order == ymd || len(parts[0]) != 2) || len(parts[1]) > 2 || len(parts[2]) > 2 {
		return 0, 0, 0, false
	}
	var n [3]int
	for k, p := range parts {
		if p == "" || !digits(p) {
			return 0, 0, 0, false
		}
		n[k], _ = strconv.Atoi(p)
	}
	if len(parts[0]) == 2 { // as POSIX reads two digits
		n[0] += 1900
		if n[0] < 1969 {
			n[0] += 100
		}
	}
	return n[0], n[1], n[2], true
}

// parseMonth reads a month of a year: 2024-03 or 03/2024; 3.2024 is a number.
func parseMonth(s string, order dateOrder) (year, month int, ok bool) {
	i := strings.IndexAny(s, "-/")
	if i < 0 || order == mdy {
		return 0, 0, false
	}
	y, m := s[:i], s[i+1:]
	if order == dmy {
		y, m = m, y
	}
	if len(y) != 4 || m == "" || len(m) > 2 || !digits(y) || !digits(m) {
		return 0, 0, false
	}
	year, _ = strconv.Atoi(y)
	month, _ = strconv.Atoi(m)
	return year, month, true
}

// parseDigits reads a year, for its first day, or a date without signs between.
func parseDigits(s string) (text string, ok bool) {
	if !digits(s) || s == "" || s[0] == '0' {
		return "", false
	}
	switch len(s) {
	case len("2024"):
		return s + "-01-01", true
	case len("20240331"):
		text = s[:4] + "-" + s[4:6] + "-" + s[6:]
		_, err := time.Parse(time.DateOnly, text)
		return text, err == nil
	}
	return "", false
}

func validDate(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 || year < 1 {
		return false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t.Day() == day
}

// parseClock reads a time of day (14:05, 14:05:06.789, 14h05, 14h, with AM or
// PM) and a zone (Z, +01, +0100, +01:00).
func parseClock(s string) (clock, zone string, ok bool) {
	s, zone, ok = cutZone(s)
	if !ok {
		return "", "", false
	}
	afternoon, twelve := false, false
	for _, suffix := range []string{"AM", "PM", "am", "pm"} {
		if rest, found := strings.CutSuffix(s, suffix); found {
			s, twelve, afternoon = strings.TrimSpace(rest), true, suffix[0]|0x20 == 'p'
		}
	}
	s = strings.TrimSuffix(strings.Replace(s, "h", ":", 1), ":")
	parts := strings.Split(s, ":")
	if len(parts) > 3 || len(parts) == 1 && !twelve && len(s) > 2 {
		return "", "", false
	}
	fraction := ""
	if i := strings.IndexAny(parts[len(parts)-1], ".,"); i >= 0 && len(parts) == 3 {
		fraction = parts[2][i+1:]
		parts[2] = parts[2][:i]
		if fraction == "" || !digits(fraction) {
			return "", "", false
		}
	}
	var n [3]int
	for k, p := range parts {
		if p == "" || len(p) > 2 || !digits(p) {
			return "", "", false
		}
		n[k], _ = strconv.Atoi(p)
	}
	if twelve {
		if n[0] < 1 || n[0] > 12 {
			return "", "", false
		}
		n[0] %= 12
		if afternoon {
			n[0] += 12
		}
	}
	if n[0] > 24 || n[1] > 59 || n[2] > 60 || n[0] == 24 && n[1]+n[2] > 0 {
		return "", "", false
	}
	clock = two(n[0]) + ":" + two(n[1]) + ":" + two(n[2])
	if fraction != "" {
		clock += "." + fraction
	}
	return clock, zone, true
}

// cutZone cuts a time zone from the end.
func cutZone(s string) (rest, zone string, ok bool) {
	for _, utc := range []string{"Z", " UTC", "UTC", " GMT"} {
		if r, found := strings.CutSuffix(s, utc); found {
			return strings.TrimRight(r, " "), "+00", true
		}
	}
	i := strings.LastIndexAny(s, "+-")
	if i < 0 {
		return s, "", true
	}
	offset := strings.Replace(s[i+1:], ":", "", 1)
	if !digits(offset) || len(offset) != 2 && len(offset) != 4 {
		return "", "", false
	}
	zone = s[i:i+1] + offset[:2]
	if len(offset) == 4 {
		zone += ":" + offset[2:]
	}
	return strings.TrimRight(s[:i], " "), zone, true
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
