package proxy

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// composedCall is what @ stands for in the files of testdata/compose.
const composedCall = "datamime_generate('mini', 't', ARRAY['k'], 'v', 40)"

// TestComposition plays statements over a call of ours, the files of
// testdata/compose, to PostgreSQL, where a function of the same name reads a
// table that holds the same rows, and through the proxy: in the simple and the
// extended protocol, in text and in binary. The answers must be the same bytes:
// rows, types, command tags, errors and their positions.
//
//	go test -v -run TestComposition ./proxy | grep statements    counts them by kind
func TestComposition(t *testing.T) {
	files, err := filepath.Glob("testdata/compose/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no statements", err)
	}
	_, address := serve(t, "")
	database := oursDatabase(t, address)
	direct := net.JoinHostPort("127.0.0.1", strconv.Itoa(postgres.Port))
	total := 0
	for _, file := range files {
		kind := strings.TrimSuffix(filepath.Base(file), ".sql")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		heading, statements, _ := strings.Cut(string(text), "\n\n")
		_, ways, ok := strings.Cut(heading, "\n# sent: ")
		if !ok {
			t.Fatalf("%s does not say how it is sent", file)
		}
		for _, way := range strings.Split(ways, ", ") {
			n := 1 + strings.Count(strings.TrimSpace(statements), "\n\n")
			total += n
			t.Run(kind+"/"+way, func(t *testing.T) {
				t.Logf("%d statements: %s, %s", n, strings.ReplaceAll(kind, "_", " "), way)
				if way == "binary" {
					way = "extended binary"
				}
				script, err := toolScript("# sent: " + way + "\n" + strings.ReplaceAll(statements, "@", composedCall))
				if err != nil {
					t.Fatal(err)
				}
				script = "connect database=" + database + "\nunplaced\n" + script
				want := playFile(t, script, &wirePlayer{address: direct, startup: standInsOn})
				compareWire(t, "through the proxy", want, playFile(t, script, &wirePlayer{address: address}))
			})
		}
	}
	t.Logf("%d statements in all", total)
}
