package sqlfuncs

import (
	"sort"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
)

// closest returns the names most like name, best first, at most n: those that
// a typing error could have turned into it, or that it is a part of; where there
// are none of these, those that have a word of it (rows: row_count).
func closest(name string, names []string, n int) []string {
	type scored struct {
		name string
		d    int
	}
	name = strings.ToLower(name)
	var near, akin []scored
	for _, c := range names {
		lower := strings.ToLower(c)
		d := levenshtein.ComputeDistance(name, lower)
		switch {
		case d >= max(len(name), len(lower)): // nothing of it is the same
			continue
		case d <= max(2, len(name)/3) && 2*d <= max(len(name), len(lower)):
		case len(name) >= 3 && strings.Contains(lower, name), len(lower) >= 3 && strings.Contains(name, lower):
		case shareWord(name, lower):
			akin = append(akin, scored{c, d})
			continue
		default:
			continue
		}
		near = append(near, scored{c, d})
	}
	if len(near) == 0 {
		near = akin
	}
	sort.SliceStable(near, func(i, j int) bool { return near[i].d < near[j].d })
	out := make([]string, 0, n)
	for i := 0; i < len(near) && i < n; i++ {
		out = append(out, near[i].name)
	}
	return out
}

// shareWord tells whether two names have a word of three letters or more in
// common, in the singular or the plural.
func shareWord(a, b string) bool {
	words := func(name string) []string {
		return strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) })
	}
	for _, v := range words(a) {
		for _, w := range words(b) {
			if v, w = strings.TrimSuffix(v, "s"), strings.TrimSuffix(w, "s"); v == w && len(v) >= 3 {
				return true
			}
		}
	}
	return false
}
