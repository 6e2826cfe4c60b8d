package sqlfuncs

import (
	"context"
	"slices"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// A rowsFrom is a ROWS FROM (...) with calls of ours among its functions. All
// of it is replaced, as only functions can stand between the parentheses: by a
// subquery that has the arrays of the calls there, and gives each column its
// type and its name.
type rowsFrom struct {
	span       // from ROWS to behind the parenthesis, and behind WITH ORDINALITY
	items      []rowsItem
	lateral    bool // LATERAL stands in front
	ordinality bool
	alias      string // what it is called
	aliased    bool   // as the text says
}

// A rowsItem is one function of it.
type rowsItem struct {
	span
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
				item.call.wrong = redundantColumns()
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
		g.aliased, g.alias = true, f.st.source.name(n.Alias.Aliasname)
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
		return st.source.name(names[len(names)-1].GetString_().GetSval())
	}
	l := lexer{src: st.source.lex, pos: item.start}
	return fold(l.next().text(l.src))
}

// locate finds the spans of the ROWS FROM that holds a call, in the text.
func (g *rowsFrom) locate(st *Statement, c *call) bool {
	sql := st.source.lex
	l := lexer{src: sql, pos: st.start}
	for t := l.next(); t.kind != tokEOF && t.start < c.start; t = l.next() {
		ahead := l
		if !t.isWord(sql, "rows") || !ahead.next().isWord(sql, "from") || !ahead.next().is(sql, "(") {
			continue
		}
		spans, end := ahead.list()
		if len(spans) != len(g.items) {
			continue
		}
		holds := false
		for i := range spans {
			g.items[i].span = spans[i]
			holds = holds || spans[i].start == c.start
		}
		if !holds {
			continue
		}
		g.span = span{t.start, end}
		if g.ordinality {
			ahead.next() // WITH
			g.end = ahead.next().end
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
			Hint: "Write the call itself in FROM, WITH ORDINALITY, and join on the number.", Position: st.source.characters(item.start) + 1}
	}
	text := &splice{}
	text.insert("SELECT * FROM ROWS FROM (", item.start)
	text.copy(st.source.sql, item.start, item.end)
	text.insert("\n)", item.start)
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
	from := &splice{}
	for i, item := range g.items {
		if i > 0 {
			from.insert(", ", item.start)
		}
		if item.call == nil {
			from.copy(st.source.sql, item.start, item.end)
			for k, f := range item.fields {
				own := "r" + strconv.Itoa(i+1) + "_" + strconv.Itoa(k+1)
				list, names = append(list, alias+"."+own+" AS "+quoteName(f.Name)), append(names, own)
			}
			continue
		}
		k := slices.IndexFunc(ins, func(in *invocation) bool { return in.call == item.call })
		l := r.lists(k, ins[k], alias, "c"+strconv.Itoa(i+1)+"_")
		from.insert(l.sources.String(), item.start)
		list, names = append(list, l.list.String()), append(names, l.names.String())
	}
	if g.ordinality {
		list, names = append(list, alias+".o AS ordinality"), append(names, "o")
	}
	if !g.lateral {
		r.insert("LATERAL ", g.start)
	}
	r.insert("(SELECT "+strings.Join(list, ", ")+" FROM ROWS FROM (", g.start)
	r.append(from)
	r.insert(")", g.start)
	if g.ordinality {
		r.insert(" WITH ORDINALITY", g.start)
	}
	r.insert(" AS "+alias+"("+strings.Join(names, ", ")+"))", g.start)
	if !g.aliased {
		r.insert(" AS "+quoteName(g.alias), g.start)
	}
}
