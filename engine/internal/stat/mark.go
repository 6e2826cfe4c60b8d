package stat

import (
	"math"
	"strconv"
	"strings"
)

// Marks are the values at the ends of sorted ones that stand for what was not
// measured, as -999 and 9999 do: they have the look of a mark, come again, and lie
// farther from all others than these from each other, twice. left are the others.
func Marks(v []float64) (marks, left []float64) {
	const (
		least    = 3  // of a mark
		others   = 30 // values
		distinct = 5
	)
	from, to := 0, len(v)
	for from < len(v) && v[from] == v[0] {
		from++
	}
	for to > from && v[to-1] == v[len(v)-1] {
		to--
	}
	low := from >= least && looksLikeMark(v[0])
	high := len(v)-to >= least && looksLikeMark(v[len(v)-1])
	if !low {
		from = 0
	}
	if !high {
		to = len(v)
	}
	if left = v[from:to]; !low && !high || len(left) < others || changes(left, distinct) < distinct-1 {
		return nil, v
	}
	room := 2 * (Quantile(left, .995) - Quantile(left, .005))
	if !(room > 0) {
		return nil, v
	}
	if low && left[0]-v[0] > room {
		marks = append(marks, v[0])
	} else {
		from = 0
	}
	if high && v[len(v)-1]-left[len(left)-1] > room {
		marks = append(marks, v[len(v)-1])
	} else {
		to = len(v)
	}
	return marks, v[from:to]
}

// changes counts how often sorted values change, up to a number.
func changes(v []float64, most int) (n int) {
	for i := 1; i < len(v) && n < most; i++ {
		if v[i] != v[i-1] {
			n++
		}
	}
	return n
}

// looksLikeMark tells whether x is made of nines, like -99, 999.9 and -9999, the end
// of an integer type, or what a format fills in (NetCDF's default is 9.96921e36).
func looksLikeMark(x float64) bool {
	switch a := math.Abs(x); a {
	case 999.25, 32767, 32768, 65535, 2147483647, 2147483648, 4294967295, 1e20, 1e30, 1e31, 9.969209968386869e36, math.MaxFloat32:
		return true
	default:
		digits := strings.Replace(strconv.FormatFloat(a, 'f', -1, 64), ".", "", 1)
		return (a >= 999 || x <= -99) && strings.Trim(digits, "9") == ""
	}
}
