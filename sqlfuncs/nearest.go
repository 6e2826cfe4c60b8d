package sqlfuncs

import (
	"sort"
	"strings"

	"github.com/agnivade/levenshtein"
)

// closest returns the names most like name, best first, at most n: those that
// a typing error could have turned into it, or that it is a part of.
func closest(name string, names []string, n int) []string {
	type scored struct {
		name string
		d    int
	}
	name = strings.ToLower(name)
	var near []scored
	for _, c := range names {
		lower := strings.ToLower(c)
		d := levenshtein.ComputeDistance(name, lower)
		switch {
		case d >= max(len(name), len(lower)): // nothing of it is the same
			continue
		case d <= max(2, len(name)/3) && 2*d <= max(len(name), len(lower)):
		case len(name) >= 3 && strings.Contains(lower, name), len(lower) >= 3 && strings.Contains(name, lower):
		default:
			continue
		}
		near = append(near, scored{c, d})
	}
	sort.SliceStable(near, func(i, j int) bool { return near[i].d < near[j].d })
	out := make([]string, 0, n)
	for i := 0; i < len(near) && i < n; i++ {
		out = append(out, near[i].name)
	}
	return out
}
