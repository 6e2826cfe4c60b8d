package main

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/datamime/datamime/cmd/datamime/locale"
	"github.com/datamime/datamime/cmd/datamime/tabular"
)

// A destination is where a result goes, and in what form.
type destination struct {
	file    string // "" and "-" are standard output
	asked   string // by --format
	format  tabular.Format
	gzipped bool
}

func (d *destination) register(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&d.file, "output", "o", "", "`FILE` for the result; its ending tells the format, .gz after it compresses")
	cmd.Flags().StringVar(&d.asked, "format", "", tabular.Names()+" (table on a terminal, else csv)")
	names := make([]string, len(tabular.Formats))
	for i, f := range tabular.Formats {
		names[i] = string(f)
	}
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// choose settles the format before anything is asked of a server.
func (d *destination) choose(stdout io.Writer) error {
	if d.file == "-" {
		d.file = ""
	}
	var err error
	if d.asked != "" {
		if d.format, err = tabular.ParseFormat(d.asked); err != nil {
			return usagef("%v", err)
		}
		_, d.gzipped, _ = tabular.FormatOf(d.file)
	}
	switch {
	case d.asked != "":
	case d.file != "":
		if d.format, d.gzipped, err = tabular.FormatOf(d.file); err != nil {
			return usagef("%v", err)
		}
	case isTerminal(stdout):
		d.format = tabular.Table
	default:
		d.format = tabular.CSV
	}
	if d.format.Binary() && d.onTerminal(stdout) {
		return usagef("%s is nothing for a terminal to show: name a file by --output", d.format)
	}
	return nil
}

func (d *destination) onTerminal(stdout io.Writer) bool { return d.file == "" && isTerminal(stdout) }

// width is how many cells a line of the terminal has, 0 elsewhere.
func (d *destination) width(stdout io.Writer) int {
	f, ok := stdout.(*os.File)
	if !ok || d.file != "" {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// A sink is an open destination. A file appears under its name once it is
// whole.
type sink struct {
	io.Writer
	file    *os.File // nil: standard output
	partial string   // the name until then, "" when it is written in place
	name    string
	zip     *gzip.Writer
	buffer  *bufio.Writer
}

func (d *destination) open(stdout io.Writer) (*sink, error) {
	s := &sink{Writer: stdout, name: d.file}
	if d.file != "" {
		if err := s.create(); err != nil {
			return nil, locale.Errorf("cannot write %s: %w", d.file, reason(err))
		}
		s.buffer = bufio.NewWriterSize(s.file, 1<<16)
		s.Writer = s.buffer
	}
	if d.gzipped {
		s.zip = gzip.NewWriter(s.Writer)
		s.Writer = s.zip
	}
	return s, nil
}

// create opens the file: a neighbour of its name, or itself where it is a
// device or a pipe.
func (s *sink) create() (err error) {
	if info, err := os.Stat(s.name); err == nil && !info.Mode().IsRegular() {
		s.file, err = os.OpenFile(s.name, os.O_WRONLY, 0)
		return err
	}
	s.partial = filepath.Join(filepath.Dir(s.name), "."+filepath.Base(s.name)+".partial")
	s.file, err = os.Create(s.partial)
	return err
}

// keep ends what was written and gives it its name.
func (s *sink) keep() error {
	if s.zip != nil {
		if err := s.zip.Close(); err != nil {
			return locale.Errorf("cannot write %s: %w", s.name, err)
		}
	}
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.buffer.Flush(), s.file.Close())
	s.file = nil
	if err == nil && s.partial != "" {
		err = os.Rename(s.partial, s.name)
	}
	if err != nil {
		return locale.Errorf("cannot write %s: %w", s.name, reason(err))
	}
	return nil
}

// abandon leaves no half file behind; after keep it does nothing.
func (s *sink) abandon() {
	if s.file == nil {
		return
	}
	s.file.Close()
	if s.partial != "" {
		os.Remove(s.partial)
	}
}

// reason is an error of a file without the file's name.
func reason(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// A rowCount shows how many rows have come, on one line of a terminal.
type rowCount struct {
	w     io.Writer
	shown bool
	wide  int
	rows  int
	began time.Time
	last  time.Time
}

func newRowCount(w io.Writer, shown bool) *rowCount {
	return &rowCount{w: w, shown: shown, began: time.Now(), last: time.Now()}
}

func (c *rowCount) add() {
	c.rows++
	if !c.shown || c.rows%256 != 0 || time.Since(c.last) < 100*time.Millisecond {
		return
	}
	c.last = time.Now()
	text := locale.Say("%s rows", thousands(c.rows))
	c.wide = max(c.wide, len(text))
	_, _ = fmt.Fprint(c.w, "\r"+text)
}

// clear makes room for other lines.
func (c *rowCount) clear() {
	if c.wide > 0 {
		_, _ = fmt.Fprint(c.w, "\r"+strings.Repeat(" ", c.wide)+"\r")
		c.wide = 0
	}
}

// done tells the end.
func (c *rowCount) done(file string) {
	c.clear()
	if c.shown && file != "" {
		_, _ = fmt.Fprintln(c.w, locale.Say("%s: %s rows in %s", file, thousands(c.rows), time.Since(c.began).Round(10*time.Millisecond)))
	}
}
