package tabular

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// aligned is how many rows a table looks at before it sets its columns'
// widths; a longer table goes on with them, row by row.
const aligned = 1000

// narrowest is what a text may be cut to, to keep a row on one line.
const narrowest = 12

// A table sets rows in columns for the eye. Where even cut texts do not fit
// into a line of the terminal, each row stands on lines of its own, a value
// each.
type table struct {
	w       *bufio.Writer
	columns []Column
	width   int // of the terminal, 0: no bound
	rows    int
	held    [][]string // nil once the widths are set
	widths  []int
	upright bool // a value a line
}

func newTable(w io.Writer, columns []Column, width int) *table {
	return &table{w: bufio.NewWriterSize(w, 1<<16), columns: columns, width: width, held: [][]string{}}
}

func (t *table) Row(values [][]byte) error {
	row := make([]string, len(values))
	for i, v := range values {
		row[i] = printable(v)
		if k := t.columns[i].kind(); k == float32s || k == float64s {
			row[i] = readable(row[i])
		}
	}
	t.rows++
	if t.held == nil {
		return t.write(row)
	}
	t.held = append(t.held, row)
	if len(t.held) < aligned {
		return nil
	}
	return t.release()
}

// release sets the widths by the rows held, and writes those.
func (t *table) release() error {
	held := t.held
	t.held = nil
	t.measure(held)
	if !t.upright {
		if err := t.head(); err != nil {
			return err
		}
	}
	for n, row := range held {
		if t.upright && n > 0 {
			t.w.WriteByte('\n') //nolint:errcheck // the buffer keeps its first error for Flush
		}
		if err := t.write(row); err != nil {
			return err
		}
	}
	return nil
}

// measure chooses the columns' widths, or to stand upright.
func (t *table) measure(rows [][]string) {
	t.widths = make([]int, len(t.columns))
	for i, c := range t.columns {
		t.widths[i] = cells(c.Name)
		for _, row := range rows {
			t.widths[i] = max(t.widths[i], cells(row[i]))
		}
	}
	if t.width == 0 {
		return
	}
	for over := t.total() - t.width; over > 0; over = t.total() - t.width {
		widest := -1
		for i, w := range t.widths {
			floor := max(narrowest, cells(t.columns[i].Name))
			if t.columns[i].kind() == text && t.columns[i].Name != "sparkline" && w > floor && (widest < 0 || w > t.widths[widest]) {
				widest = i
			}
		}
		// A sentence that is cut to its first words tells nothing.
		if widest < 0 || over > t.widths[widest]*2/3 && t.widths[widest] > 2*narrowest {
			t.stand()
			return
		}
		t.widths[widest]--
	}
}

// stand makes the rows upright: the names in one column, the values beside.
func (t *table) stand() {
	t.upright = true
	name := 0
	for _, c := range t.columns {
		name = max(name, cells(c.Name))
	}
	t.widths = []int{name, max(2*narrowest, t.width-name-3)}
}

// total is the width of a line: " a | b ".
func (t *table) total() int {
	total := 3*len(t.widths) - 1
	for _, w := range t.widths {
		total += w
	}
	return total
}

func (t *table) head() error {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.Name
	}
	if err := t.line(names, false); err != nil {
		return err
	}
	for i, w := range t.widths {
		if i > 0 {
			t.w.WriteByte('+') //nolint:errcheck // as above
		}
		t.w.WriteString(strings.Repeat("-", w+2)) //nolint:errcheck // as above
	}
	return t.w.WriteByte('\n')
}

func (t *table) write(row []string) error {
	if !t.upright {
		return t.line(row, true)
	}
	for i, v := range row {
		name := t.columns[i].Name
		for _, part := range wrap(v, t.widths[1]) {
			_, _ = fmt.Fprintf(t.w, "%s%s | %s\n", name, strings.Repeat(" ", t.widths[0]-cells(name)), part)
			name = ""
		}
	}
	return nil
}

// line writes one line; numbers stand on the right.
func (t *table) line(row []string, right bool) error {
	last := len(row) - 1
	for i, v := range row {
		v = cut(v, t.widths[i], t.width > 0)
		space := strings.Repeat(" ", max(0, t.widths[i]-cells(v)))
		switch {
		case right && t.columns[i].kind().isNumber():
			v = space + v
		case i < last:
			v += space
		}
		between := " | "
		if i == 0 {
			between = " "
		}
		t.w.WriteString(between) //nolint:errcheck // as above
		t.w.WriteString(v)       //nolint:errcheck // as above
	}
	return t.w.WriteByte('\n')
}

func (t *table) Close() error {
	if t.held != nil {
		if err := t.release(); err != nil {
			return err
		}
	}
	rows := "rows"
	if t.rows == 1 {
		rows = "row"
	}
	if t.upright {
		t.w.WriteByte('\n') //nolint:errcheck // as above
	}
	_, _ = fmt.Fprintf(t.w, "(%d %s)\n", t.rows, rows)
	return t.w.Flush()
}

// readable rounds a double to six digits, its whole part kept.
func readable(s string) string {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || len(s) <= 8 || math.IsInf(f, 0) || math.IsNaN(f) || strings.Contains(s, "e") {
		return s
	}
	whole := 0
	for x := math.Abs(f); x >= 1 && whole < 6; x /= 10 {
		whole++
	}
	s = strconv.FormatFloat(f, 'f', 6-whole, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// printable is a value without what would move the terminal's cursor.
func printable(v []byte) string {
	if bytes.IndexFunc(v, unicode.IsControl) < 0 {
		return string(v)
	}
	var b strings.Builder
	for _, r := range string(v) {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsControl(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// cells is how many cells of a terminal a text takes.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n += cellsOf(r)
	}
	return n
}

func cellsOf(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cut shortens a text to some cells, where that is asked for.
func cut(s string, most int, asked bool) string {
	if !asked || cells(s) <= most {
		return s
	}
	n := 0
	for i, r := range s {
		if n += cellsOf(r); n > most-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// wrap breaks a text into lines of at most so many cells, between words where
// it can.
func wrap(s string, most int) []string {
	var lines []string
	for cells(s) > most {
		at, space, n := 0, 0, 0
		for i, r := range s {
			if n += cellsOf(r); n > most {
				at = i
				break
			}
			if r == ' ' {
				space = i
			}
		}
		if space > 0 {
			lines, s = append(lines, s[:space]), s[space+1:]
			continue
		}
		lines, s = append(lines, s[:at]), s[at:]
	}
	return append(lines, s)
}
