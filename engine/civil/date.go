// Package civil is time as people read it: dates, the civil time of a location, the
// clock that regular steps stand on, and what a sample's times say of it.
//
// Times are microseconds since 1970-01-01 00:00:00. Those of a nil location are civil
// times, as a date or a timestamp without time zone holds them; those of any other are
// instants. The clock of steps has an axis on which they are regular: civil time where
// they are days, months or longer, as days differ in length, else the sample's own.
package civil

// Lengths in microseconds.
const (
	MicrosPerSecond = 1_000_000
	MicrosPerHour   = 3600 * MicrosPerSecond
	MicrosPerDay    = 24 * MicrosPerHour
)

// FloorDiv divides towards minus infinity.
func FloorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// FloorMod is the remainder of FloorDiv, in [0, b).
func FloorMod(a, b int64) int64 { return a - FloorDiv(a, b)*b }

// Date returns the proleptic Gregorian date of a day number since
// 1970-01-01 and its day of the year, counted from 0 (Hinnant 2013,
// "chrono-compatible low-level date algorithms").
func Date(day int64) (year int64, month, dom, yday int) {
	z := day + 719468
	era := FloorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	year = yoe + era*400
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	dom = int(doy-(153*mp+2)/5) + 1
	if mp < 10 {
		month = int(mp) + 3
	} else {
		month = int(mp) - 9
		year++
	}
	return year, month, dom, int(day - DayNumber(year, 1, 1))
}

// DayNumber is the inverse of Date.
func DayNumber(year int64, month, dom int) int64 {
	if month <= 2 {
		year--
	}
	era := FloorDiv(year, 400)
	yoe := year - era*400
	m := int64(month)
	if m > 2 {
		m -= 3
	} else {
		m += 9
	}
	doy := (153*m+2)/5 + int64(dom) - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468
}

// MonthNumber counts the months since the year 0.
func MonthNumber(day int64) (month int64, dom int) {
	y, m, d, _ := Date(day)
	return y*12 + int64(m) - 1, d
}
