package main

import (
	"maps"
	"testing"
)

// TestRegressOutcomes reads what pg_regress says, as it did up to PostgreSQL 15
// and as it does since.
func TestRegressOutcomes(t *testing.T) {
	want := map[string]string{
		"test_setup": "pass", "boolean": "pass", "char": "pass", "stats": "pass",
		"copy (printed dd8deb5f)": "fail", "limit (printed 2855f731)": "fail",
	}
	for name, said := range map[string]string{
		"15": `============== running regression test queries        ==============
test test_setup                   ... ok          241 ms
parallel group (3 tests):  char boolean copy
     boolean                      ... ok           46 ms
     char                         ... ok           31 ms
     copy                         ... FAILED      223 ms
test limit                        ... FAILED (test process exited with exit code 2)      123 ms
test stats                        ... ok          500 ms

======================
 2 of 6 tests failed.
`,
		"17": `# using postmaster on 127.0.0.1, port 5432
ok 1         - test_setup                                241 ms
# parallel group (3 tests):  char boolean copy
ok 2         + boolean                                    46 ms
ok 3         + char                                       31 ms
not ok 4     + copy                                      223 ms
not ok 5     - limit                                     123 ms
# (test process exited with exit code 2)
ok 6         - stats                                     500 ms
1..6
`,
	} {
		got := regressOutcomes([]byte(said), func(test string) []byte { return []byte("printed by " + test) })
		if !maps.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
