package sqlfuncs

import (
	"context"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// Script is a client's text cut into its statements.
type Script struct {
	Statements []*Statement
}

// Statement is one statement of a script.
type Statement struct {
	// SQL is the statement's own text and Offset its first character's place
	// in the script, counted in characters.
	SQL    string
	Offset int
	// Ours tells whether the statement calls a function of ours, so that it
	// must go through Prepare. Other statements are forwarded as they are.
	Ours bool
	// Kind is what kind of statement it is as far as transactions go.
	Kind Kind
	// Prepares, Executes and Deallocates tell of a statement of ours that
	// PREPARE makes, that EXECUTE runs, or whose name DEALLOCATE drops.
	Prepares    *Preparation
	Executes    *Execution
	Deallocates string
	// Stored tells that the server keeps the statement's rows until it has made
	// the last, and describes them then: those of RETURNING, EXECUTE, EXPLAIN.
	Stored bool
	// Fetches tells of a FETCH or a MOVE of a portal of ours.
	Fetches *Fetch
	// Transacts is the verb of a statement of kind Transaction, as a command
	// tag or an error names it: BEGIN, COMMIT, ROLLBACK TO SAVEPOINT, ...
	Transacts string

	source     *sqltext.Source
	start, end int // in source.sql
	tree       *pg.Node
	calls      []*call // in the order of the text
	ctes       []string
	refs       references
	locks      bool // FOR UPDATE or the like stands in it

	withoutRows *emptyTable // which an EXECUTE makes
}

// Kind sorts statements by what they do to the transaction.
type Kind int

// The kinds of statements.
const (
	Ordinary    Kind = iota
	Transaction      // BEGIN, COMMIT, ROLLBACK, SAVEPOINT, ...
	NoBlock          // what PostgreSQL refuses in a transaction block (VACUUM, CREATE DATABASE, ...)
	CopyFromStdin
)

// LexOptions are the session's settings that decide how a text is read.
type LexOptions struct {
	StandardConformingStrings bool
	ClientEncoding            string
	// Prepared tells whether a prepared statement of that name is ours; nil
	// when none is.
	Prepared func(name string) bool
	// Portal tells whether the rows of the portal of that name are made by us;
	// nil when there is no such portal.
	Portal func(name string) bool
}

// Position maps a position in SQL, in characters from 1, to one in the client's
// text; 0 stays 0.
func (st *Statement) Position(server int) int { return st.source.Position(st.start, server) }

// Contains tells whether a text may hold a call of ours, by a byte search
// alone: false is certain. It allocates nothing.
func Contains(sql []byte) bool { return containsDatamime(sql) || containsUnicodeName(sql) }

// Parse finds the calls of ours in a text. A text that does not parse, or
// holds none, gives a nil Script: it goes to the server as it is. The error,
// an *Error, is for texts that name us and are too large or too deep to parse.
func Parse(sql string, opt LexOptions) (*Script, error) { return parse(sql, opt) }

// Prepared is a statement of ours, ready for the server.
type Prepared struct {
	// SQL is the text to send in place of the client's, and ParamOIDs the
	// types to declare with it: the client's own first, those of ours behind.
	SQL       string
	ParamOIDs []uint32
	// ClientParams is how many of ParamOIDs are the client's own:
	// ParameterDescription is cut after them.
	ClientParams int

	// Deferred, where not nil, tells that the result's columns hang on
	// parameters without values yet: SQL is empty, whoever asks for the columns
	// now gets what Foretell says, and the statement is to be prepared again, by
	// Decide, with each Bind.
	Deferred *Error

	told   bool    // by Foretell, and
	fields []Field // what

	st        *Statement
	calls     []*invocation
	rewriting *rewriting
	stream    *stream
	insert    *insertion   // the stream goes into a table
	create    *creation    // or into a new one
	declares  bool         // a cursor
	holds     bool         // a cursor that stays behind the transaction's end
	explain   *explanation // of an EXPLAIN
}

// Prepare resolves the statement's calls on the session: their sources,
// columns and types. paramOIDs are those that the client declared.
func (st *Statement) Prepare(ctx context.Context, s Session, paramOIDs []uint32) (*Prepared, error) {
	return st.prepare(ctx, s, paramOIDs, nil)
}

// PrepareBound is Prepare where the parameters have values already, of the
// types that were declared or text.
func (st *Statement) PrepareBound(ctx context.Context, s Session, paramOIDs []uint32, params []Param) (*Prepared, error) {
	return st.prepare(ctx, s, paramOIDs, params)
}

// NeedsBlock tells whether the server runs the statement in a transaction block
// only.
func (p *Prepared) NeedsBlock() bool { return p.declares && !p.holds }

// Statement is the statement that was prepared. It cannot be prepared again.
func (p *Prepared) Statement() *Statement { return p.st }

// Position maps a position in p.SQL, as the server's errors carry it, to the
// client's text; 0 where there is none.
func (p *Prepared) Position(server int) int { return p.position(server) }

// Bound is a statement of ours with its parameters bound.
type Bound struct {
	// Params are the parameters to bind behind the client's own, and Made is
	// how many rows they, or the settings in their place, hold.
	Params []Param
	Made   int64
	// CountsNone tells that the command tag counts no row where the server's
	// counts nothing.
	CountsNone bool
	// Rows, where not nil, are the rows of a portal that the server executes
	// over empty arrays (for its locks, its privileges, its state): the
	// proxy sends them to the client in place of the server's none.
	Rows RowSource
	// Insert, where not nil, is run after the portal was executed over
	// empty arrays, and has put no row into a table. It puts the rows there,
	// and returns their number for the command tag.
	Insert func(ctx context.Context, s Session) (rows int64, err error)
	// Close, where not nil, ends what an Insert has ready that may not be run.
	Close func()
	// Instead, where not nil, is the text to bind in place of the prepared
	// one: it takes rows that are too many for arrays from temporary tables.
	Instead *Rewritten
	// Drop, where not nil, drops these tables, once the portal is closed. The
	// end of the transaction drops them too.
	Drop func(ctx context.Context, s Session) error
}

// Rewritten is a statement's text for the server.
type Rewritten struct {
	SQL       string
	ParamOIDs []uint32

	position func(server int) int
}

// Position maps a position in t.SQL to the client's text.
func (t *Rewritten) Position(server int) int { return t.position(server) }

// Bind computes the calls with the client's parameters bound.
func (p *Prepared) Bind(ctx context.Context, s Session, params []Param) (*Bound, error) {
	return p.bind(ctx, s, params, false)
}

// BindAtOnce is Bind for who has called PrepareBound or Decide with the same parameters
// and run nothing since: what was looked up then is not looked up again.
func (p *Prepared) BindAtOnce(ctx context.Context, s Session, params []Param) (*Bound, error) {
	return p.bind(ctx, s, params, true)
}

// RowSource gives rows in batches. It is not safe for concurrent use.
type RowSource interface {
	// Next returns the next batch, valid until the next call; io.EOF at the
	// end. The context ends a long computation.
	Next(ctx context.Context) (*Batch, error)
	Close()
}

// Batch is a run of rows, column by column.
type Batch struct {
	Rows    int
	Columns []Column
}

// Column is one column of a batch. Values are as the type's output (Text) or
// send (Binary) function would give them under the session's settings.
type Column interface {
	Null(row int) bool
	AppendText(dst []byte, row int) []byte
	AppendBinary(dst []byte, row int) []byte
}
