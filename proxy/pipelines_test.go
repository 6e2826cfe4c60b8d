package proxy

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
)

// Parts of a pipeline, theirs and ours, what may go wrong between them, and
// how it may end.
var (
	pipelineParts = []string{
		`Parse a "SELECT 1 AS theirs"
		Bind "" a
		Execute ""`,
		`Parse s "SELECT t, k, v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 5)"
		Bind p s
		Describe P p
		Execute p 2
		Execute p`,
		`Bind "" a
		Execute ""
		Parse i "INSERT INTO piped SELECT * FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 6)"
		Bind "" i
		Execute ""`,
		`Parse g "SELECT count(*) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 8) WHERE k = $1"
		Describe S g
		Bind "" g a
		Execute ""`,
	}
	pipelineErrors = map[string]string{
		"their text":      `Parse x "SELECT nonsense"`,
		"our text":        `Parse x "SELECT nonsense FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 5)"`,
		"no statement":    `Bind "" nowhere`,
		"no portal":       `Execute nowhere`,
		"no description":  `Describe S nowhere`,
		"no parameter":    "Parse x \"SELECT v FROM datamime_generate('mini', 't', ARRAY['k'], 'v', $1)\"\nBind \"\" x",
		"their execution": "Parse x \"SELECT 1 / 0\"\nBind \"\" x\nExecute \"\"",
		"our execution":   "Parse x \"SELECT 1 / (v - v) FROM datamime_generate('mini', 't', ARRAY['k'], 'v', 5)\"\nBind \"\" x\nExecute \"\"",
	}
	pipelineEnds = []string{
		"Sync\nuntil ReadyForQuery",
		"Flush\nuntil ErrorResponse\nSync\nuntil ReadyForQuery",
		"Query \"SELECT 'skipped'\"\nBind \"\" a\nSync\nuntil ErrorResponse ReadyForQuery",
	}
)

// pipelineScript has a pipeline go wrong in each place, with each end, in a
// block and outside, and looks at what is left each time.
func pipelineScript(failure string) string {
	var script strings.Builder
	fmt.Fprintln(&script, "unplaced\nQuery \"CREATE TEMP TABLE piped (LIKE mini)\"\nuntil ReadyForQuery")
	for place := range len(pipelineParts) + 1 {
		for i, end := range pipelineEnds {
			if (place+i)%2 == 0 {
				fmt.Fprintln(&script, "Query \"BEGIN\"\nuntil ReadyForQuery")
			}
			for n, part := range pipelineParts {
				if n == place {
					fmt.Fprintln(&script, failure)
				}
				fmt.Fprintln(&script, part)
			}
			if place == len(pipelineParts) {
				fmt.Fprintln(&script, failure)
			}
			fmt.Fprintln(&script, end)
			fmt.Fprintln(&script, `Query "ROLLBACK"
				until ReadyForQuery
				Execute p 1
				Sync
				Bind "" s
				Execute "" 1
				Sync
				Bind "" a
				Execute ""
				Sync
				Query "SELECT (SELECT count(*) FROM piped), (SELECT array_agg(name ORDER BY name) FROM pg_prepared_statements)"
				until ReadyForQuery ReadyForQuery ReadyForQuery ReadyForQuery
				Query "DEALLOCATE ALL"
				until ReadyForQuery
				Query "TRUNCATE piped"
				until ReadyForQuery`)
		}
	}
	return script.String()
}

// TestPipelineErrors compares what PostgreSQL and the proxy make of each.
func TestPipelineErrors(t *testing.T) {
	_, address := serve(t, "")
	_, attentive := serve(t, "", func(srv *Server) { srv.attentive = true })
	database := oursDatabase(t, address)
	direct := net.JoinHostPort("127.0.0.1", strconv.Itoa(postgres.Port))
	for name, failure := range pipelineErrors {
		t.Run(name, func(t *testing.T) {
			script := "connect database=" + database + "\n" + pipelineScript(failure)
			want := playFile(t, script, &wirePlayer{address: direct, startup: standInsOn})
			compareWire(t, "through the proxy", want, playFile(t, script, &wirePlayer{address: address}))
			compareWire(t, "byte by byte", want, playFile(t, script, &wirePlayer{address: address, dribble: true}))
			compareWire(t, "message by message", want, playFile(t, script, &wirePlayer{address: attentive}))
		})
	}
}
