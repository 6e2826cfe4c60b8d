package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/datamime/datamime/cmd/datamime/importer"
	"github.com/datamime/datamime/cmd/datamime/locale"
)

// importFlags are the flags of import.
type importFlags struct {
	importer.Options
	types []string
	lists columnLists
	quiet bool
}

// newImport is the verb import.
func newImport() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE|URL|-",
		Short: "Load a file, a URL or an open data set into a table",
		Long: `Load a table into PostgreSQL: CSV or TSV, XLSX, ODS, JSON, NDJSON, GeoJSON or
Parquet, in gzip or zip too; from a file, a URL, standard input (-), or a data set
of an Opendatasoft portal (ods://PORTAL/DATASET, with ?where=... and ?select=...).
Delimiter, encoding, sheet, names and types are found by looking at the whole of
it: UTF-8, UTF-16, Latin-1 or Windows-1252, dates as 2024-03-31, 31/03/2024 14h30
or a spreadsheet's own, numbers as 1234.5 or 1 234,5, titles above and sums below
the table. Columns get names that need no quotes; the originals become their
comments. Rows that do not fit are kept aside, with their place and the reason.`,
		Example: `  datamime import mesures.csv --table mesures --to postgres://me@127.0.0.1:6432/mydatabase
  datamime import relevés.xlsx --sheet Feuil2 --table mesures --to ...
  datamime import 'ods://odre.opendatasoft.com/eco2mix-regional-tr?limit=100000' --table eco2mix --to ...
  datamime import mesures.csv --dry-run`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one file, URL or -, but %d were given: see %s --help", cmd.CommandPath(), len(args), cmd.CommandPath())
			}
			return nil
		},
		RunE: f.run,
	}
	f.register(cmd.Flags())
	return cmd
}

func (f *importFlags) register(fs *pflag.FlagSet) {
	fs.SortFlags = false
	fs.StringVar(&f.Table, "table", "", "`NAME` of the table, with or without a schema")
	fs.StringVar(&f.To, "to", "", "`URL` of the database: postgres://USER@HOST:PORT/DATABASE")
	fs.StringVar(&f.IfExists, "if-exists", "fail", "when the table exists: fail, append or replace")
	fs.StringArrayVar(&f.types, "type", nil, "`COLUMN=TYPE` to use in place of the type found; may be given again")
	f.lists.register(fs, &f.Options)
	fs.StringVar(&f.Dates, "dates", "", "`ORDER` of dates that several orders fit: dmy, mdy or ymd (dmy)")
	fs.StringVar(&f.Delimiter, "delimiter", "", "`CHARACTER` between values, or tab (found by looking)")
	fs.StringVar(&f.Encoding, "encoding", "", "utf-8, latin-1, latin-9, windows-1252 or utf-16 (found by looking)")
	fs.IntVar(&f.Skip, "skip", 0, "`NUMBER` of rows above the names (found by looking)")
	fs.BoolVar(&f.NoHeader, "no-header", false, "there is no row of names")
	fs.StringVar(&f.Rejects, "rejects", "", "`FILE` for the lines that do not fit (SOURCE.rejects.csv)")
	fs.BoolVar(&f.DryRun, "dry-run", false, "show what was found, and load nothing")
	fs.BoolVar(&f.quiet, "quiet", false, "say nothing of what was found")
}

// run loads the source that args name.
func (f *importFlags) run(cmd *cobra.Command, args []string) error {
	f.Source, f.Stdin = args[0], cmd.InOrStdin()
	f.Types = map[string]string{}
	for _, t := range f.types {
		name, typ, ok := strings.Cut(t, "=")
		if !ok {
			return usagef("--type %q: write COLUMN=TYPE", t)
		}
		f.Types[name] = typ
	}
	if err := f.lists.read(cmd, &f.Options); err != nil {
		return err
	}
	stderr := cmd.ErrOrStderr()
	if !f.quiet && isTerminal(stderr) {
		f.Progress = progressLine(stderr)
	}
	show := func(r *importer.Result) error {
		if f.quiet {
			return nil
		}
		return previewImport(stderr, f.Source, r)
	}
	result, err := importer.Run(cmd.Context(), f.Options, show)
	var usage *importer.UsageError
	if errors.As(err, &usage) {
		return usagef("%s", usage.Text)
	}
	if err != nil || f.DryRun {
		return err
	}
	return reportImport(cmd.OutOrStdout(), &f.Options, result)
}

// previewImport shows what was found in a source.
func previewImport(w io.Writer, source string, r *importer.Result) error {
	text := fmt.Sprintf("%s: %s\n\n", source, r.Dialect)
	rows := [][]string{{locale.Say("column"), locale.Say("type"), locale.Say("missing"), locale.Say("example"), locale.Say("why")}}
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

// columnLists are the lists of columns as they were typed.
type columnLists struct{ series, values string }

// register declares what may be said of a table's columns.
func (l *columnLists) register(fs *pflag.FlagSet, o *importer.Options) {
	fs.StringVar(&o.Time, "time", "", "`COLUMN` of the times, for the calls proposed (found by looking)")
	fs.StringVar(&l.series, "series", "", "`COLUMNS` that name a series, station,polluant; '' for none (found by looking)")
	fs.StringVar(&l.values, "value", "", "`COLUMNS` of the values (found by looking)")
	fs.StringVar(&o.Sheet, "sheet", "", "`NAME` or number of a spreadsheet's sheet (the first that holds a table)")
}

// read takes the lists over; a list of series that is given and empty says that
// there is one series.
func (l *columnLists) read(cmd *cobra.Command, o *importer.Options) (err error) {
	if o.Series, err = splitNames(l.series); err != nil {
		return usagef("--series: %v", err)
	}
	if o.Values, err = splitNames(l.values); err != nil {
		return usagef("--value: %v", err)
	}
	if o.Series == nil && cmd.Flags().Changed("series") {
		o.Series = []string{}
	}
	return nil
}

// reportImport says what was loaded, and what to do with it.
func reportImport(w io.Writer, o *importer.Options, r *importer.Result) error {
	text := locale.Say("table %s: %s in %s", o.Table, countOf(int(r.Rows)), r.Took.Round(10*time.Millisecond)) + "\n"
	if r.Rejected > 0 {
		text += locale.Say("%s kept aside in %s, with the reasons", countOf(int(r.Rejected)), r.Rejects) + "\n"
	}
	switch {
	case r.Rows == 0: // nothing to learn from
	case r.Proposal == nil:
		text += "\n" + locale.Say("No column of times with one of numbers was found: name them by --type COLUMN=timestamp and --type COLUMN=numeric.") + "\n"
	case r.Proxied:
		text += "\n" + locale.Say("More of it, in any client of this address:") + "\n\n    " + r.Proposal.Statement() + "\n\n" +
			locale.Say("What it is like, and a page of it beside what is generated:") + "\n\n" +
			indent(verbLines(r.Proposal.Arguments(), withoutPassword(o.To)), "    ") + "\n"
	default:
		text += "\n" + locale.Say("Through datamime (datamime serve, in front of this server), try:") + "\n\n    " + r.Proposal.Statement() + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

// countOf is a number of rows.
func countOf(n int) string {
	if n == 1 {
		return locale.Say("1 row")
	}
	return locale.Say("%s rows", thousands(n))
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
