package sqlfuncs

import (
	"context"
	"slices"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// A rowsFrom is a ROWS FROM (...) with calls of ours among its functions. All
// of it is replaced, as only functions can stand between the parentheses: by a
// subquery that has the arrays of the calls there, and gives each column its
// type and its name.
type rowsFrom struct {
	sqltext.Span // from ROWS to behind the parenthesis, and behind WITH ORDINALITY
	items        []rowsItem
	lateral      bool // LATERAL stands in front
	ordinality   bool
	alias        string // what it is called
	aliased      bool   // as the text says
}

// A rowsItem is one function of it.
type rowsItem struct {
	sqltext.Span
	node   *pg.Node
	call   *call   // of ours, or
	fields []Field // the columns of another's
}

// rowsFrom places the calls in a ROWS FROM.
func (f *finder) rowsFrom(n *pg.RangeFunction) {
	g := &rowsFrom{lateral: n.Lateral, ordinality: n.Ordinality}
	var first *call
	for _, fn := range n.Functions {
		items := fn.GetList().GetItems()
		item := rowsItem{node: items[0]}
		fc := item.node.GetFuncCall()
		if _, ok := ourName(fc); ok && f.inside == 0 {
			item.call = f.newCall(fc)
			item.call.rows = g
			f.placed[fc] = item.call
			if first == nil {
				first = item.call
			}
			if len(items) > 1 && len(items[1].GetList().GetItems()) > 0 {
				item.call.define(f.st.source, items[1].GetList().GetItems(), false)
			}
		}
		g.items = append(g.items, item)
	}
	if first == nil {
		return
	}
	if !g.locate(f.st, first) {
		first.wrong = &Error{Code: codeUnsupported, Message: first.name + " cannot stand in this ROWS FROM",
			Hint: "Write the call itself in FROM."}
		return
	}
	g.alias = nameOfFunction(f.st, &g.items[0])
	if n.Alias != nil {
		g.aliased, g.alias = true, f.st.source.Name(n.Alias.Aliasname)
	}
	for _, item := range g.items {
		if c := item.call; c != nil {
			c.aliased, c.alias, c.columnAliases = true, g.alias, len(n.Alias.GetColnames()) > 0
		}
	}
}

// nameOfFunction is what a function in FROM is called without an alias.
func nameOfFunction(st *Statement, item *rowsItem) string {
	if names := item.node.GetFuncCall().GetFuncname(); len(names) > 0 {
		return st.source.Name(names[len(names)-1].GetString_().GetSval())
	}
	l := sqltext.Lexer{Text: st.source.Lex, Pos: item.Start}
	return sqltext.Fold(l.Next().Text(l.Text))
}

// locate finds the spans of the ROWS FROM that holds a call, in the text.
func (g *rowsFrom) locate(st *Statement, c *call) bool {
	sql := st.source.Lex
	l := sqltext.Lexer{Text: sql, Pos: st.start}
	for t := l.Next(); t.Kind != sqltext.EOF && t.Start < c.start; t = l.Next() {
		ahead := l
		if !t.IsWord(sql, "rows") || !ahead.Next().IsWord(sql, "from") || !ahead.Next().Is(sql, "(") {
			continue
		}
		spans, end := ahead.List()
		if len(spans) != len(g.items) {
			continue
		}
		holds := false
		for i := range spans {
			g.items[i].Span = spans[i]
			holds = holds || spans[i].Start == c.start
		}
		if !holds {
			continue
		}
		g.Span = sqltext.Span{Start: t.Start, End: end}
		if g.ordinality {
			ahead.Next() // WITH
			g.End = ahead.Next().End
		}
		return true
	}
	return false
}

// describeRows has the server tell the columns of the functions that stand
// beside calls of ours in a ROWS FROM.
func (p *Prepared) describeRows(ctx context.Context, s Session, paramOIDs []uint32) error {
	seen := map[*rowsFrom]bool{}
	for _, in := range p.calls {
		g := in.call.rows
		if g == nil || seen[g] {
			continue
		}
		seen[g] = true
		for i := range g.items {
			item := &g.items[i]
			if item.call != nil {
				continue
			}
			if err := item.describe(ctx, s, p.st, paramOIDs); err != nil {
				return err
			}
		}
	}
	return nil
}

func (item *rowsItem) describe(ctx context.Context, s Session, st *Statement, paramOIDs []uint32) error {
	w := outerNames{ctes: st.ctes, source: st.source}
	w.visit(item.node.ProtoReflect())
	if w.column != "" || w.cte != "" {
		return &Error{Code: codeUnsupported, Message: "a function beside a call of datamime in ROWS FROM cannot name other tables",
			Hint: "Write the call itself in FROM, WITH ORDINALITY, and join on the number.", Position: st.source.Characters(item.Start) + 1}
	}
	text := &sqltext.Splice{}
	text.Insert("SELECT * FROM ROWS FROM (", item.Start)
	text.Copy(st.source.SQL, item.Start, item.End)
	text.Insert("\n)", item.Start)
	var err error
	item.fields, _, err = s.Describe(ctx, text.String(), paramOIDs)
	return relocate(err, st, text)
}

// rowsFrom writes the subquery that stands for a ROWS FROM:
//
//	LATERAL (SELECT datamime_rows.c1_1::text AS "a", datamime_rows.r2_1 AS "generate_series"
//	FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), generate_series(1, 9)) AS datamime_rows(c1_1, r2_1))
func (r *rewriting) rowsFrom(g *rowsFrom, st *Statement, ins []*invocation) {
	const alias = "datamime_rows"
	var list, names []string
	from := &sqltext.Splice{}
	for i, item := range g.items {
		if i > 0 {
			from.Insert(", ", item.Start)
		}
		if item.call == nil {
			from.Copy(st.source.SQL, item.Start, item.End)
			for k, f := range item.fields {
				own := "r" + strconv.Itoa(i+1) + "_" + strconv.Itoa(k+1)
				list, names = append(list, alias+"."+own+" AS "+sqltext.QuoteName(f.Name)), append(names, own)
			}
			continue
		}
		k := slices.IndexFunc(ins, func(in *invocation) bool { return in.call == item.call })
		l := r.lists(k, ins[k], alias, "c"+strconv.Itoa(i+1)+"_")
		from.Insert(l.sources.String(), item.Start)
		list, names = append(list, l.list.String()), append(names, l.names.String())
	}
	if g.ordinality {
		list, names = append(list, alias+".o AS ordinality"), append(names, "o")
	}
	if !g.lateral {
		r.Insert("LATERAL ", g.Start)
	}
	r.Insert("(SELECT "+strings.Join(list, ", ")+" FROM ROWS FROM (", g.Start)
	r.Append(from)
	r.Insert(")", g.Start)
	if g.ordinality {
		r.Insert(" WITH ORDINALITY", g.Start)
	}
	r.Insert(" AS "+alias+"("+strings.Join(names, ", ")+"))", g.Start)
	if !g.aliased {
		r.Insert(" AS "+sqltext.QuoteName(g.alias), g.Start)
	}
}
