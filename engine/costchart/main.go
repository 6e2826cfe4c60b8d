// Costchart draws what fitting and generating cost against rows and series,
// from the output of the engine's benchmarks:
//
//	go test -run '^$' -bench 'Fit|Generate' -cpu 1 ./engine | go run ./engine/costchart
//
// A bar is processors' time; where the cost is linear, the nanoseconds of a
// value stay what they are.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

func main() {
	if err := draw(os.Stdout, os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "costchart:", err)
		os.Exit(1)
	}
}

// A result is one line of a benchmark.
type result struct {
	group        string // the benchmark and its first part
	series, rows int
	speed        float64 // values a second of a processor
}

func (r *result) seconds() float64 { return float64(r.rows) / r.speed }

// draw reads results and writes a chart of each group.
func draw(w io.Writer, from io.Reader) error {
	var results []result
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		if r, ok := read(lines.Text()); ok {
			results = append(results, r)
		}
	}
	for i := 0; i < len(results); {
		j := i
		most := 0.
		for ; j < len(results) && results[j].group == results[i].group; j++ {
			most = max(most, results[j].seconds())
		}
		fmt.Fprintf(w, "%-28s %9s %9s %9s\n", results[i].group, "rows", "seconds", "ns/value")
		for _, r := range results[i:j] {
			fmt.Fprintf(w, "  %5d series %s %9d %9.3f %9.0f\n", r.series, bar(r.seconds()/most), r.rows, r.seconds(), 1e9/r.speed)
		}
		i = j
	}
	return lines.Err()
}

// read takes a line like
//
//	BenchmarkFitRows/hourly12/series=12/rows=105120-2  3  ... ns/op  1500000 values/cpu-s
func read(line string) (r result, ok bool) {
	fields := strings.Fields(line)
	if len(fields) == 0 {
		return r, false
	}
	name, cut := strings.CutPrefix(fields[0], "Benchmark")
	parts := strings.Split(strings.Split(name, "-")[0], "/")
	if !cut || len(parts) != 4 {
		return r, false
	}
	r.group = parts[0] + " " + parts[1]
	r.series, _ = strconv.Atoi(strings.TrimPrefix(parts[2], "series="))
	r.rows, _ = strconv.Atoi(strings.TrimPrefix(parts[3], "rows="))
	for i := 2; i < len(fields); i++ {
		if fields[i] == "values/cpu-s" {
			r.speed, _ = strconv.ParseFloat(fields[i-1], 64)
		}
	}
	return r, r.rows > 0 && r.speed > 0
}

// bar is a share of fourteen places, in eighths.
func bar(share float64) string {
	const places = 14
	eighths := max(1, int(share*places*8+.5))
	b := strings.Repeat("█", eighths/8)
	if n := eighths % 8; n > 0 {
		b += string(rune('█' + 8 - n)) // ▏ to ▉ follow the full block
	}
	return b + strings.Repeat(" ", places-len([]rune(b)))
}
