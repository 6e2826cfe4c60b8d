// Package importer brings a table from anywhere (separated values, a spreadsheet,
// JSON, Parquet; a file, a URL, an open data portal) into a PostgreSQL table: what
// it is, where its names stand and which types its columns have is found by
// looking at all of it.
//
// Start reading at Run: the source is opened (open.go, opendatasoft.go) and
// spooled, a text as UTF-8, anything else as rows (spool.go; workbook.go, json.go,
// parquet.go). It is read once to learn its dialect and its types (dialect.go,
// infer.go, tally.go), and a second time to be loaded by COPY (load.go). A row that
// does not fit is kept aside with its place and the reason; nothing is lost.
package importer

import (
	"context"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// Options say what is imported, and to where.
type Options struct {
	Source    string // a file, "-" for standard input, or an http(s) URL
	Table     string // with or without a schema
	To        string // the database's URL
	Delimiter string // "": found; one character, or "tab"
	Encoding  string // "": found; utf-8, latin-1, windows-1252, utf-16
	NoHeader  bool   // there are no names of columns
	Skip      int    // rows above the names; 0: found
	Sheet     string // of a spreadsheet, by name or number; "": the first that holds a table
	Types     map[string]string
	Dates     string   // the order of dates that several fit: dmy (""), mdy or ymd
	Time      string   // the column of times, "": found
	Series    []string // the columns that name a series, nil: found; empty: none
	Values    []string // the columns to be generated, nil: found
	IfExists  string   // fail (""), append or replace
	Rejects   string   // file of the lines kept aside; "": named after the source
	DryRun    bool     // look, and load nothing
	Stdin     io.Reader
	// Progress, when not nil, is told how much of the source is loaded.
	Progress func(share float64)
}

// Result is what an import did.
type Result struct {
	Columns  []Column
	Dialect  Dialect
	Rows     int64
	Rejected int64
	Rejects  string // the file of rejected lines, "" when there are none
	Took     time.Duration
	// Proposal is how the table may be generated from, nil where it has no time
	// or no numbers.
	Proposal *Proposal
	// Proxied tells that the table was loaded through datamime.
	Proxied bool
}

// UsageError is a demand that cannot be meant.
type UsageError struct{ Text string }

// Error is the text.
func (e *UsageError) Error() string { return e.Text }

func usagef(format string, args ...any) error { return &UsageError{locale.Say(format, args...)} }

// Run imports a source. preview, when not nil, is called with what was found
// before anything is loaded; an error of it ends the import. Errors are one
// line.
func Run(ctx context.Context, o Options, preview func(*Result) error) (*Result, error) {
	began := time.Now()
	if err := o.check(); err != nil {
		return nil, err
	}
	into, err := openTarget(ctx, o)
	if err != nil {
		return nil, err
	}
	defer into.close(ctx)
	spooled, err := spool(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { _ = spooled.Close() }()
	dialect, err := findDialect(spooled, o)
	if err != nil {
		return nil, err
	}
	found, err := inferColumns(ctx, spooled, &dialect, o)
	if err != nil {
		return nil, err
	}
	assigned, err := assign(found, o)
	if err != nil {
		return nil, err
	}
	result := &Result{Columns: found, Dialect: dialect}
	if preview != nil {
		if err := preview(result); err != nil {
			return nil, err
		}
	}
	if o.DryRun {
		return result, nil
	}
	if err := into.load(ctx, spooled, o, assigned, result); err != nil {
		return nil, err
	}
	result.Took = time.Since(began)
	return result, nil
}

func (o *Options) check() error {
	switch o.IfExists {
	case "":
		o.IfExists = "fail"
	case "fail", "append", "replace":
	default:
		return usagef("--if-exists %q is unknown: choose fail, append or replace", o.IfExists)
	}
	if _, ok := dateOrders[o.Dates]; !ok {
		return usagef("--dates %q is unknown: choose dmy, mdy or ymd", o.Dates)
	}
	if o.Source == "" {
		return usagef("name a file, - for standard input, or a URL")
	}
	if o.DryRun {
		return nil
	}
	if o.Table == "" {
		return usagef("--table is missing: name the table to load into, such as --table %s", TableName(o.Source))
	}
	if o.To == "" {
		return usagef("--to is missing: say where to, --to postgres://USER@HOST:PORT/DATABASE, or look first by --dry-run")
	}
	if _, err := pgx.ParseConfig(o.To); err != nil {
		return usagef("--to is no connection string: write postgres://USER@HOST:PORT/DATABASE")
	}
	return nil
}

// A saidError is known by its address, and says what it is in the language that
// is in use by then.
type saidError struct{ say func() string }

func (e *saidError) Error() string { return e.say() }

// errStopped tells that the context ended.
var errStopped = &saidError{func() string { return locale.Say("interrupted: nothing was loaded") }}
