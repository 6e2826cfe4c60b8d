package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/datamime/datamime/cmd/datamime/importer"
)

// newImport is the verb import.
func newImport() *cobra.Command {
	var (
		o     importer.Options
		types []string
		quiet bool
	)
	cmd := &cobra.Command{
		Use:   "import FILE|URL|-",
		Short: "Load a file of separated values into a table",
		Long: `Load a CSV or TSV file, a URL or standard input (-) into a table. Delimiter,
encoding, names and types are found by looking at the whole of it: UTF-8, UTF-16,
Latin-1 or Windows-1252, gzip or zip, dates as 2024-03-31 or 31/03/2024, numbers
as 1234.5 or 1 234,5. Columns get names that need no quotes; the originals become
their comments. Lines that do not fit are kept aside, with number and reason.`,
		Example: `  datamime import mesures.csv --table mesures --to postgres://me@127.0.0.1:6432/mydatabase
  datamime import mesures.csv --dry-run`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one file, URL or -, but %d were given: see %s --help", cmd.CommandPath(), len(args), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Source, o.Stdin = args[0], cmd.InOrStdin()
			o.Types = map[string]string{}
			for _, t := range types {
				name, typ, ok := strings.Cut(t, "=")
				if !ok {
					return usagef("--type %q: write COLUMN=TYPE", t)
				}
				o.Types[name] = typ
			}
			stderr := cmd.ErrOrStderr()
			if !quiet && isTerminal(stderr) {
				o.Progress = progressLine(stderr)
			}
			show := func(r *importer.Result) error {
				if quiet {
					return nil
				}
				return previewImport(stderr, o.Source, r)
			}
			result, err := importer.Run(cmd.Context(), o, show)
			var usage *importer.UsageError
			if errors.As(err, &usage) {
				return usagef("%s", usage.Text)
			}
			if err != nil || o.DryRun {
				return err
			}
			return reportImport(cmd.OutOrStdout(), o.Table, result)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&o.Table, "table", "", "`NAME` of the table, with or without a schema")
	fs.StringVar(&o.To, "to", "", "`URL` of the database: postgres://USER@HOST:PORT/DATABASE")
	fs.StringVar(&o.IfExists, "if-exists", "fail", "when the table exists: fail, append or replace")
	fs.StringArrayVar(&types, "type", nil, "`COLUMN=TYPE` to use in place of the type found; may be given again")
	fs.StringVar(&o.Delimiter, "delimiter", "", "`CHARACTER` between values, or tab (found by looking)")
	fs.StringVar(&o.Encoding, "encoding", "", "utf-8, latin-1, latin-9, windows-1252 or utf-16 (found by looking)")
	fs.BoolVar(&o.NoHeader, "no-header", false, "the first line is data, not names")
	fs.StringVar(&o.Rejects, "rejects", "", "`FILE` for the lines that do not fit (SOURCE.rejects.csv)")
	fs.BoolVar(&o.DryRun, "dry-run", false, "show what was found, and load nothing")
	fs.BoolVar(&quiet, "quiet", false, "say nothing of what was found")
	return cmd
}

// previewImport shows what was found in a source.
func previewImport(w io.Writer, source string, r *importer.Result) error {
	d := r.Dialect
	text := fmt.Sprintf("%s: %d columns separated by %s, %s\n\n", source, d.Fields, d.DelimiterName(), d.Encoding)
	rows := [][]string{{"column", "type", "missing", "example", "why"}}
	for _, c := range r.Columns {
		name := c.Name
		if c.Original != "" && c.Original != c.Name {
			name += " (" + c.Original + ")"
		}
		rows = append(rows, []string{name, c.Type, thousands(int(c.Missing)), shorten(c.Example, 30), c.Why})
	}
	_, err := fmt.Fprintln(w, text+alignTable(rows))
	return err
}

func shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// reportImport says what was loaded.
func reportImport(w io.Writer, table string, r *importer.Result) error {
	text := fmt.Sprintf("table %s: %s rows in %s\n", table, thousands(int(r.Rows)), r.Took.Round(10*time.Millisecond))
	if r.Rejected > 0 {
		text += fmt.Sprintf("%s lines were kept aside in %s\n", thousands(int(r.Rejected)), r.Rejects)
	}
	if r.Statement != "" {
		text += "\nThrough datamime, try:\n\n    " + r.Statement + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

// isTerminal tells whether somebody watches.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// progressLine shows a share on one line of a terminal, at most ten times a
// second.
func progressLine(w io.Writer) func(float64) {
	const width = 30
	var last time.Time
	return func(share float64) {
		if time.Since(last) < 100*time.Millisecond && share < 1 {
			return
		}
		last = time.Now()
		done := int(share * width)
		end := ""
		if share >= 1 {
			end = "\r" + strings.Repeat(" ", width+10) + "\r"
		}
		_, _ = fmt.Fprintf(w, "\r[%s%s] %3.0f %%%s", strings.Repeat("#", done), strings.Repeat(" ", width-done), 100*share, end)
	}
}
