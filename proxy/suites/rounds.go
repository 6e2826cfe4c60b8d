package main

import (
	"fmt"
	"maps"
	"slices"
)

// round is the outcomes of one run of a suite each way. Where they differ
// there is another: some tests measure time, and fare now so, now otherwise,
// either way. One that passes half of the time fares otherwise the same way in
// all of four rounds once in 128 times.
type round struct{ direct, proxied map[string]string }

// counts tells how many tests passed, failed and were skipped.
func counts(outcomes map[string]string) string {
	n := make(map[string]int)
	for _, o := range outcomes {
		n[o]++
	}
	return fmt.Sprintf("%d passed, %d failed, %d skipped", n["pass"], n["fail"], n["skip"])
}

// otherwise are the tests, sorted, that fare otherwise through the proxy, the
// same way in every round.
func otherwise(rounds []round) []string {
	first := rounds[0]
	var names []string
	for _, test := range allTests(rounds) {
		direct, proxied := first.direct[test], first.proxied[test]
		if direct != proxied && !slices.ContainsFunc(rounds[1:], func(r round) bool {
			return r.direct[test] != direct || r.proxied[test] != proxied
		}) {
			names = append(names, test)
		}
	}
	return names
}

// allTests are the names of all tests, sorted.
func allTests(rounds []round) []string {
	all := make(map[string]string)
	for _, r := range rounds {
		maps.Copy(all, r.direct)
		maps.Copy(all, r.proxied)
	}
	return slices.Sorted(maps.Keys(all))
}

// report prints every test that fares otherwise through the proxy, each time.
// Tests that did so now and then are named, and no fault.
func report(name string, rounds []round) bool {
	differ := otherwise(rounds)
	for _, test := range allTests(rounds) {
		var direct, proxied []string
		for _, r := range rounds {
			direct, proxied = append(direct, r.direct[test]), append(proxied, r.proxied[test])
		}
		switch {
		case slices.Contains(differ, test):
			fmt.Printf("  %s: %q directly, %q through the proxy\n", test, direct[0], proxied[0])
		case !slices.Equal(direct, proxied):
			fmt.Printf("  %s varies: %q directly, %q through the proxy\n", test, direct, proxied)
		}
	}
	return len(differ) == 0
}
