package sqlfuncs

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// A Preparation is a PREPARE of a statement of ours. The server takes no
// parameters of ours in one, so that it becomes a prepared statement of the
// protocol: both kinds share their names.
type Preparation struct {
	Name      string
	Statement *Statement // what it prepares
	Offset    int        // of that in the PREPARE, counted in characters

	types []string // of its parameters, as written
}

// An Execution is an EXECUTE of a prepared statement of ours, alone or in
// EXPLAIN or CREATE TABLE AS.
type Execution struct {
	Name string

	st         *Statement     // that it stands in
	args       []sqltext.Span // expressions
	start, end int            // in the statement's SQL
}

// MayExecute tells whether a text may hold an EXECUTE, a DEALLOCATE or a
// DISCARD, by a search of its bytes alone.
func MayExecute(sql []byte) bool {
	return containsFold(sql, "execute") || containsFold(sql, "deallocate") || containsFold(sql, "discard")
}

// containsFold finds an ASCII word in lower case, whatever its case in b.
func containsFold(b []byte, word string) bool {
	for i := 0; i+len(word) <= len(b); i++ {
		n := 0
		for n < len(word) && b[i+n]|0x20 == word[n] {
			n++
		}
		if n == len(word) {
			return true
		}
	}
	return false
}

// prepared looks whether a statement makes, runs or drops a prepared statement
// of ours; other statements are left as they are.
func (st *Statement) prepared(opt LexOptions) error {
	switch n := st.tree.Node.(type) {
	case *pg.Node_PrepareStmt:
		return st.prepares(st.source.Name(n.PrepareStmt.Name), opt)
	case *pg.Node_DeallocateStmt:
		if name := st.source.Name(n.DeallocateStmt.Name); opt.known(name) {
			st.Deallocates = name
		}
	case *pg.Node_ExecuteStmt:
		st.executes(n.ExecuteStmt, opt)
	case *pg.Node_CreateTableAsStmt:
		st.executes(n.CreateTableAsStmt.Query.GetExecuteStmt(), opt)
	case *pg.Node_ExplainStmt:
		query := n.ExplainStmt.Query
		st.executes(query.GetExecuteStmt(), opt)
		st.executes(query.GetCreateTableAsStmt().GetQuery().GetExecuteStmt(), opt)
	}
	return nil
}

// known tells whether a name is that of a prepared statement of ours.
func (opt LexOptions) known(name string) bool {
	return name != "" && opt.Prepared != nil && opt.Prepared(name)
}

// with is the test for names of prepared statements of ours where one more was
// made.
func (opt LexOptions) with(name string) func(string) bool {
	return func(n string) bool { return n == name || opt.Prepared != nil && opt.Prepared(n) }
}

// prepares reads PREPARE name [(type, ...)] AS statement.
func (st *Statement) prepares(name string, opt LexOptions) error {
	sql := st.source.Lex[st.start:st.end]
	l := sqltext.Lexer{Text: sql, Backslashes: !opt.StandardConformingStrings}
	for !l.Next().IsWord(sql, "prepare") {
	}
	l.Next() // the name
	t := l.Next()
	var types []string
	if t.Is(sql, "(") {
		var spans []sqltext.Span
		spans, _ = l.List()
		for _, x := range spans {
			types = append(types, st.SQL[x.Start:x.End])
		}
		t = l.Next()
	}
	for t.Kind != sqltext.EOF && !t.IsWord(sql, "as") {
		t = l.Next()
	}
	inner, err := Parse(st.source.Client(st.start+t.End, st.end), opt)
	if err != nil || inner == nil || len(inner.Statements) != 1 || !inner.Statements[0].Ours {
		return err
	}
	st.Prepares = &Preparation{Name: name, Statement: inner.Statements[0], types: types,
		Offset: st.source.Characters(st.start+t.End) - st.source.Characters(st.start)}
	st.calls = nil
	st.Ours = true
	return nil
}

// executes finds the text of an EXECUTE of ours in the statement.
func (st *Statement) executes(n *pg.ExecuteStmt, opt LexOptions) {
	name := st.source.Name(n.GetName())
	if !opt.known(name) {
		return
	}
	e := &Execution{Name: name, st: st, start: -1}
	sql := st.source.Lex[st.start:st.end]
	l := sqltext.Lexer{Text: sql, Backslashes: !opt.StandardConformingStrings}
	for t := l.Next(); t.Kind != sqltext.EOF; t = l.Next() {
		if !t.IsWord(sql, "execute") {
			continue
		}
		behind := l
		if named := behind.Next(); named.Kind != sqltext.Ident && named.Kind != sqltext.Quoted && named.Kind != sqltext.UQuoted {
			continue
		}
		e.start, e.end, e.args = t.Start, behind.Pos, nil
		if behind.Next().Is(sql, "(") {
			e.args, e.end = behind.List()
		}
	}
	if e.start >= 0 {
		st.Executes = e
		st.Ours = true
	}
}

// ParamOIDs returns the types of the parameters that a PREPARE declares.
func (p *Preparation) ParamOIDs(ctx context.Context, s Session) ([]uint32, error) {
	oids := make([]uint32, len(p.types))
	for i, t := range p.types {
		if sqltext.Fold(t) == "unknown" {
			continue
		}
		err := s.Query(ctx, "SELECT $1::pg_catalog.regtype::pg_catalog.oid", []Param{textParam(t)}, Text,
			func(values [][]byte) error {
				oid, err := strconv.ParseUint(string(values[0]), 10, 32)
				oids[i] = uint32(oid)
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return oids, nil
}

// Expand returns the statement with its EXECUTE replaced by the text of what
// is executed.
func (st *Statement) Expand(prepared *Statement, opt LexOptions) (*Statement, error) {
	e := st.Executes
	script, err := Parse(st.SQL[:e.start]+prepared.SQL+"\n"+st.SQL[e.end:], opt)
	if err != nil {
		return nil, err
	}
	if script == nil || len(script.Statements) != 1 {
		return nil, &Error{Code: codeUnsupported, Message: fmt.Sprintf("prepared statement %q cannot be executed here", e.Name)}
	}
	script.Statements[0].Stored = true
	expanded := script.Statements[0]
	if create := expanded.tree.GetCreateTableAsStmt(); create.GetInto().GetSkipData() {
		expanded.withoutRows = &emptyTable{creationOf(expanded.source, create.Into), create.IfNotExists}
	}
	return expanded, nil
}

// ownArguments is the prepared statement that the server evaluates the arguments
// of an EXECUTE of ours with.
const ownArguments = `"datamime.arguments"`

// Supplies refuses an EXECUTE with more or fewer arguments than p has parameters.
func (e *Execution) Supplies(p *Prepared) error {
	if len(e.args) == p.ClientParams {
		return nil
	}
	return &Error{Code: codeSyntax, Message: fmt.Sprintf("wrong number of parameters for prepared statement %q", e.Name),
		Detail: fmt.Sprintf("Expected %d parameters but got %d.", p.ClientParams, len(e.args))}
}

// Arguments evaluates what an EXECUTE gives to the parameters of p. The server
// executes a statement with parameters of the same types, so that what it
// takes for an argument, what it coerces and what it refuses is its own.
func (e *Execution) Arguments(ctx context.Context, s Session, p *Prepared) ([]Param, error) {
	if err := e.Supplies(p); err != nil || len(e.args) == 0 {
		return nil, err
	}
	types := p.ParamOIDs
	if p.Deferred == nil {
		var err error
		if _, types, err = s.Describe(ctx, p.SQL, p.ParamOIDs); err != nil {
			return nil, mapPosition(err, func(int) int { return 0 })
		}
	}
	// A parameter without a type yet gets its argument as text, which is read
	// as what the parameter turns out to be.
	params := make([]Param, len(e.args))
	for i := range params {
		params[i].OID = cmp.Or(types[i], pgtypes.Text)
	}
	if err := prepareArguments(ctx, s, params); err != nil {
		return nil, relocateTo(err, 0)
	}
	list := &sqltext.Splice{}
	for i, a := range e.args {
		list.Insert([]string{"EXECUTE " + ownArguments + " (", ", "}[min(i, 1)], e.st.start+a.Start)
		list.Copy(e.st.source.SQL, e.st.start+a.Start, e.st.start+a.End)
	}
	list.Insert("\n)", e.st.start+e.args[len(e.args)-1].End)
	err := s.Query(ctx, list.String(), nil, Text, func(values [][]byte) error {
		for i, v := range values {
			if v != nil {
				params[i].Value = append([]byte{}, v...)
			}
		}
		return nil
	})
	if err != nil {
		return nil, relocate(err, e.st, list)
	}
	for i := range params {
		params[i].OID = types[i]
	}
	return params, runEach(ctx, s, "DEALLOCATE "+ownArguments)
}

// prepareArguments prepares a statement that returns its parameters, of the
// types of these. One whose EXECUTE failed before is still there.
func prepareArguments(ctx context.Context, s Session, params []Param) error {
	var oids, list, types []string
	for i, p := range params {
		oids = append(oids, strconv.FormatUint(uint64(p.OID), 10))
		list = append(list, "$"+strconv.Itoa(i+1))
	}
	left := false
	err := s.Query(ctx, "SELECT pg_catalog.format_type(x.t, NULL), EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE '\"' || name || '\"' = $2)"+
		" FROM pg_catalog.unnest($1::pg_catalog.oid[]) WITH ORDINALITY AS x(t, i) ORDER BY x.i",
		[]Param{textArray(oids), textParam(ownArguments)}, Text, func(row [][]byte) error {
			types, left = append(types, string(row[0])), string(row[1]) == "t"
			return nil
		})
	if err != nil {
		return err
	}
	if left {
		if err := runEach(ctx, s, "DEALLOCATE "+ownArguments); err != nil {
			return err
		}
	}
	return runEach(ctx, s, "PREPARE "+ownArguments+" ("+strings.Join(types, ", ")+") AS SELECT "+strings.Join(list, ", "))
}
