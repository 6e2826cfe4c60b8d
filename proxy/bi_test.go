package proxy

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestTools plays what tools send, the files of testdata/bi, to PostgreSQL,
// where functions of our names read a table that holds the same rows, and
// through the proxy. The answers must be the same bytes.
func TestTools(t *testing.T) {
	files, err := filepath.Glob("testdata/bi/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	_, address := serve(t, "")
	_, loopless := serve(t, "", func(s *Server) { s.loopless = true })
	database := toolsDatabase(t, address)
	direct := net.JoinHostPort("127.0.0.1", strconv.Itoa(postgres.Port))
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script, err := toolScript(string(text))
			if err != nil {
				t.Fatal(err)
			}
			script = "connect database=" + database + "\nunplaced\n" + script
			want := playFile(t, script, &wirePlayer{address: direct, startup: standInsOn})
			compareWire(t, "through the proxy", want, playFile(t, script, &wirePlayer{address: address}))
			compareWire(t, "byte by byte", want, playFile(t, script, &wirePlayer{address: address, dribble: true}))
			compareWire(t, "on goroutines", want, playFile(t, script, &wirePlayer{address: loopless, between: makeAttentive}))
		})
	}
}

// toolsDatabase is oursDatabase with as many rows as tools want.
func toolsDatabase(t *testing.T, address string) string {
	t.Helper()
	database := oursDatabase(t, address)
	conn, err := pgx.Connect(t.Context(), "postgres://postgres@"+address+"/"+database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{
		"TRUNCATE generated",
		"SELECT datamime_generate('mini', 't', ARRAY['k'], 'v', 3000, target => 'generated')",
		"VACUUM ANALYZE",
	} {
		if _, err := conn.PgConn().Exec(t.Context(), sql).ReadAll(); err != nil {
			t.Fatal(err)
		}
	}
	return database
}

// toolComment is a comment of such a file, a line to itself.
var toolComment = regexp.MustCompile(`(?m)^#.*\n`)

// toolScript makes a wire script of a file of testdata/bi.
func toolScript(text string) (string, error) {
	first, rest, _ := strings.Cut(text, "\n")
	how, ok := strings.CutPrefix(first, "# sent: ")
	if !ok {
		return "", fmt.Errorf("the first line does not say how it is sent: %s", first)
	}
	words := strings.Fields(how)
	format, rows := "", ""
	for _, w := range words[1:] {
		if n, ok := strings.CutPrefix(w, "rows="); ok {
			rows = n
		} else if w == "binary" {
			format = "1"
		} else {
			return "", fmt.Errorf("unknown word %q", w)
		}
	}
	var b strings.Builder
	for i, block := range strings.Split(strings.TrimSpace(toolComment.ReplaceAllString(rest, "")), "\n\n") {
		switch words[0] {
		case "simple":
			fmt.Fprintf(&b, "Query %q\nuntil ReadyForQuery\n", block)
		case "ahead":
			for _, sql := range strings.Split(block, "\n") {
				fmt.Fprintf(&b, "Parse \"\" %q\nBind \"\" \"\" / / 1\nDescribe P \"\"\nExecute \"\"\n", sql)
			}
			b.WriteString("Sync\nuntil ReadyForQuery\n")
		case "extended":
			portal := `""`
			block, values, _ := strings.Cut(block, "\nbound: ")
			if rows != "" && selects(block) {
				portal = fmt.Sprintf("C_%d", i)
			}
			fmt.Fprintf(&b, "Parse \"\" %q\nBind %s \"\" %s / / %s\nDescribe P %s\nExecute %s %s\nSync\nuntil ReadyForQuery\n", block, portal, values, format, portal, portal, rows)
			if portal != `""` {
				fmt.Fprintf(&b, "Execute %s %s\nSync\nuntil ReadyForQuery\nClose P %s\nSync\nuntil ReadyForQuery\n", portal, rows, portal)
			}
		default:
			return "", fmt.Errorf("unknown way %q", words[0])
		}
	}
	return b.String(), nil
}

// selects tells whether a statement gives rows, whatever comments it begins
// with.
func selects(sql string) bool {
	for strings.HasPrefix(sql, "--") {
		_, sql, _ = strings.Cut(sql, "\n")
	}
	word, _, _ := strings.Cut(strings.TrimSpace(sql), " ")
	return strings.EqualFold(word, "select") || strings.EqualFold(word, "with")
}
