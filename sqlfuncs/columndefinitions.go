package sqlfuncs

import (
	"context"
	"fmt"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// A columnDefinition is one of a call's column definition list, by which
// PostgreSQL knows the columns of a function that returns records:
//
//	datamime_generate(model => $1) AS g(at timestamptz, value double precision)
//
// A call whose columns hang on its arguments may have one. It names the columns
// before the arguments have values, and holds them to it.
type columnDefinition struct {
	name         string
	sqltext.Span // of its type
}

// typed is the type, and the collation as it is written; "" for none.
func (d *columnDefinition) typed(src *sqltext.Source) (typeName, collation string) {
	l := sqltext.Lexer{Text: src.Lex, Pos: d.Start}
	end := d.Start
	for t := l.Next(); t.Start < d.End; t = l.Next() {
		if t.IsWord(src.Lex, "collate") {
			return src.SQL[d.Start:end], src.SQL[l.Next().Start:d.End]
		}
		end = t.End
	}
	return src.SQL[d.Start:end], ""
}

// define reads the list behind a call, and returns the offset behind it.
func (c *call) define(src *sqltext.Source, columns []*pg.Node, ordinality bool) int {
	l := sqltext.Lexer{Text: src.Lex, Pos: c.end}
	for t := l.Next(); t.Kind != sqltext.EOF && !t.Is(src.Lex, "("); {
		t = l.Next()
	}
	ahead := l
	first := ahead.Next().Start
	spans, end := l.List()
	for i, n := range columns {
		if i >= len(spans) {
			break
		}
		within := sqltext.Lexer{Text: src.Lex, Pos: spans[i].Start}
		within.Next() // the name
		c.definitions = append(c.definitions, columnDefinition{src.Name(n.GetColumnDef().GetColname()),
			sqltext.Span{Start: within.Next().Start, End: spans[i].End}})
	}
	if ordinality {
		c.wrong = &Error{Code: codeSyntax, Message: "WITH ORDINALITY cannot be used with a column definition list",
			Hint: "Put the column definition list inside ROWS FROM().", Position: src.Characters(first) + 1}
	}
	return end
}

// redundantColumns is the error for a list behind a call whose columns are
// always the same.
func redundantColumns(st *Statement, c *call) *Error {
	return &Error{Code: codeSyntax, Message: "a column definition list is redundant for a function returning a named composite type",
		Position: st.source.Characters(c.start) + 1}
}

// definedAlias is what the call and its columns are called.
func (c *call) definedAlias() string {
	names := make([]string, len(c.definitions))
	for i, d := range c.definitions {
		names[i] = sqltext.QuoteName(d.name)
	}
	return " AS " + sqltext.QuoteName(c.label()) + "(" + strings.Join(names, ", ") + ")"
}

// defined has the server tell the types of the column definition lists.
func (p *Prepared) defined(ctx context.Context, s Session) error {
	for _, in := range p.calls {
		if in.call.definitions == nil {
			continue
		}
		text := &sqltext.Splice{}
		for i, d := range in.call.definitions {
			text.Insert([]string{"SELECT NULL::", ", NULL::"}[min(i, 1)], d.Start)
			text.Copy(p.st.source.SQL, d.Start, d.End)
			text.Insert("\n", d.End)
		}
		fields, _, err := s.Describe(ctx, text.String(), nil)
		if err != nil {
			return relocate(err, p.st, text)
		}
		in.defined = make([]column, len(fields))
		for i, f := range fields {
			d := &in.call.definitions[i]
			in.defined[i] = column{name: d.name, oid: f.OID, base: f.OID, mod: f.Modifier}
			in.defined[i].typeName, in.defined[i].collation = d.typed(p.st.source)
		}
	}
	return nil
}

// fits refuses a column definition list that is not that of the columns, in the
// server's words for records.
func (in *invocation) fits() error {
	if in.defined == nil {
		return nil
	}
	columns := in.rel.columns()
	detail := ""
	if len(columns) != len(in.defined) {
		detail = fmt.Sprintf("Returned row contains %d attributes, but query expects %d.", len(columns), len(in.defined))
	} else {
		for i, c := range columns {
			if d := in.defined[i]; c.oid != d.oid || c.mod != d.mod && d.mod != -1 {
				detail = fmt.Sprintf("Returned type %s at ordinal position %d, but query expects %s.", c.typeName, i+1, d.typeName)
				break
			}
		}
	}
	if detail == "" {
		return nil
	}
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = sqltext.QuoteName(c.name) + " " + c.typeName
	}
	return &Error{Code: codeWrongType, Message: "function return row and query-specified return row do not match", Detail: detail,
		Hint:     "Its columns: (" + strings.Join(list, ", ") + ").",
		Position: in.st.source.Characters(in.call.start) + 1}
}

// columns are those of the call's result, with the modifiers of its column
// definition list, which may leave them open (the values keep to their own), and
// with its collations.
func (in *invocation) columns() []column {
	columns := in.rel.columns()
	if in.defined == nil {
		return columns
	}
	columns = slices.Clone(columns)
	for i, d := range in.defined {
		if c := &columns[i]; c.mod != d.mod {
			c.mod, c.typeName = d.mod, c.typeName+"::"+d.typeName
		}
		if in.recollates(i) {
			columns[i].collation = d.collation
		}
	}
	return columns
}

// recollates tells whether the column definition list gives a column a collation.
func (in *invocation) recollates(column int) bool {
	return in.defined != nil && in.defined[column].collation != ""
}
