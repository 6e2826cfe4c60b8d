package main

import (
	"slices"
	"testing"
)

// TestOtherwise asserts that only the tests which differ in the same way in
// every round are told from those that vary.
func TestOtherwise(t *testing.T) {
	one := round{
		direct:  map[string]string{"same": "pass", "worse": "pass", "better": "fail", "lost": "pass", "varies": "pass", "once": "fail"},
		proxied: map[string]string{"same": "pass", "worse": "fail", "better": "pass", "varies": "fail", "once": "pass"},
	}
	two := round{
		direct:  map[string]string{"same": "pass", "worse": "pass", "better": "fail", "lost": "pass", "varies": "fail", "once": "pass", "late": "pass"},
		proxied: map[string]string{"same": "pass", "worse": "fail", "better": "pass", "varies": "pass", "once": "pass", "late": "fail"},
	}
	for _, c := range []struct {
		rounds []round
		want   []string
	}{
		{[]round{one}, []string{"better", "lost", "once", "varies", "worse"}},
		{[]round{one, two}, []string{"better", "lost", "worse"}},
		{[]round{one, two, {direct: two.direct, proxied: two.direct}}, nil},
	} {
		if got := otherwise(c.rounds); !slices.Equal(got, c.want) {
			t.Errorf("otherwise after %d rounds: %q, want %q", len(c.rounds), got, c.want)
		}
	}
}
