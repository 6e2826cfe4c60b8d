package sqlfuncs

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// A call is one call of ours in a statement. Offsets count bytes of the
// client's text.
type call struct {
	name       string
	schema     string // that it is written with; "" as none is
	start, end int    // from the name to behind the closing parenthesis
	open       int    // the opening parenthesis
	args       []*argument
	wrong      *Error // why it cannot stand where it does

	idle bool // whatever its rows are, nothing comes of them

	// A call in FROM: what of the text is replaced, and how it is named there.
	spliceEnd     int
	ordinality    bool
	aliased       bool // an alias follows in the text
	alias         string
	columnAliases bool // with names for the columns
	definitions   []columnDefinition
	rows          *rowsFrom // in which it stands, beside other functions

	// A call that is the whole select list.
	list      bool
	listStart int // the list, up to spliceEnd
	fromAt    int // where the FROM clause goes
}

// label is what the call's rows are called.
func (c *call) label() string {
	if c.aliased {
		return c.alias
	}
	return c.name
}

// An argument is one argument of a call as it is written.
type argument struct {
	name       string // "" by position
	start, end int    // the whole argument
	expr       int    // the expression's start, behind "name =>"
	node       *pg.Node
}

// find looks for the calls of ours in the statement's tree.
func (st *Statement) find() {
	f := finder{st: st, placed: map[*pg.FuncCall]*call{}}
	f.visit(st.tree.ProtoReflect())
	slices.SortFunc(st.calls, func(a, b *call) int { return a.start - b.start })
	st.ctes = f.ctes
	st.refs = f.refs
}

// A finder walks a statement's tree.
type finder struct {
	st        *Statement
	placed    map[*pg.FuncCall]*call // calls that stand where one may
	inside    int                    // calls of ours around the node
	idle      bool                   // nothing comes of the node
	idleNodes map[*pg.Node]bool      // of which nothing comes
	banned    string                 // the kind of statement around the node in which no call may stand
	ctes      []string
	refs      references
}

func (f *finder) visit(m protoreflect.Message) {
	banned, idle := f.banned, f.idle
	switch n := m.Interface().(type) {
	case *pg.RangeFunction:
		f.rangeFunction(n)
	case *pg.SelectStmt:
		f.selectStmt(n)
		f.idleParts(n)
	case *pg.Node:
		f.idle = f.idle || f.idleNodes[n]
	case *pg.CommonTableExpr:
		// What writes does so whether its rows are read or not.
		f.idle = f.idle && n.Ctequery.GetSelectStmt() != nil
		f.ctes = append(f.ctes, f.st.source.Name(n.Ctename))
	case *pg.MultiAssignRef:
		if n.Colno > 1 {
			return // SET (a, b) = (SELECT ...): the tree has the source once a column
		}
	case *pg.LockingClause:
		f.st.locks = true
	case *pg.FuncCall:
		f.qualified(n)
		if f.funcCall(n) {
			f.inside++
			defer func() { f.inside-- }()
		}
	case *pg.ColumnRef:
		f.columnRef(n.Fields)
	case *pg.A_Indirection:
		for _, field := range n.Indirection {
			f.columnRef([]*pg.Node{field})
		}
	case *pg.JoinExpr:
		f.refs.natural = f.refs.natural || n.IsNatural
		for _, column := range n.UsingClause {
			f.columnRef([]*pg.Node{column})
		}
	case *pg.ViewStmt:
		f.banned = viewKind
	case *pg.CreateTableAsStmt:
		if n.Objtype == pg.ObjectType_OBJECT_MATVIEW {
			f.banned = materializedKind
		}
		f.idle = f.idle || n.Into.SkipData // WITH NO DATA
	case *pg.CreatePolicyStmt, *pg.AlterPolicyStmt:
		f.banned = "a policy"
	case *pg.CreatePublicationStmt, *pg.AlterPublicationStmt:
		f.banned = "a publication"
	case *pg.RuleStmt:
		f.banned = "a rule"
	case *pg.CreateFunctionStmt:
		f.banned = "a function's body"
	case *pg.PrepareStmt:
		f.banned = "PREPARE"
	}
	below(m, f.visit)
	f.banned, f.idle = banned, idle
}

// rangeFunction places a call that stands alone in FROM.
func (f *finder) rangeFunction(n *pg.RangeFunction) {
	if n.IsRowsfrom {
		f.rowsFrom(n)
		return
	}
	for _, fn := range n.Functions {
		if items := fn.GetList().GetItems(); len(items) > 0 {
			if fc := items[0].GetFuncCall(); fc != nil {
				f.inFrom(n, fc)
			}
		}
	}
}

func (f *finder) inFrom(n *pg.RangeFunction, fc *pg.FuncCall) {
	if _, ok := ourName(fc); !ok || f.inside > 0 {
		return
	}
	c := f.newCall(fc)
	f.placed[fc] = c
	c.spliceEnd = c.end
	if n.Alias != nil {
		c.aliased, c.alias = true, f.st.source.Name(n.Alias.Aliasname)
		c.columnAliases = len(n.Alias.Colnames) > 0
	}
	if len(n.Coldeflist) > 0 {
		c.spliceEnd = c.define(f.st.source, n.Coldeflist, n.Ordinality)
	} else if n.Ordinality {
		c.ordinality = true
		l := sqltext.Lexer{Text: f.st.source.Lex, Pos: c.end}
		l.Next() // WITH
		c.spliceEnd = l.Next().End
	}
}

// wholeList returns the call of ours that is the whole select list; nil when
// none is.
func wholeList(n *pg.SelectStmt) *pg.FuncCall {
	if len(n.TargetList) != 1 || len(n.FromClause) > 0 {
		return nil
	}
	list := n.TargetList[0].GetResTarget().GetVal()
	fc := list.GetFuncCall()
	if ind := list.GetAIndirection(); ind != nil && len(ind.Indirection) == 1 && ind.Indirection[0].GetAStar() != nil {
		fc = ind.Arg.GetFuncCall()
	}
	if _, ok := ourName(fc); !ok {
		return nil
	}
	return fc
}

// selectStmt places a call that is the whole select list.
func (f *finder) selectStmt(n *pg.SelectStmt) {
	fc := wholeList(n)
	if fc == nil || f.inside > 0 {
		return
	}
	target := n.TargetList[0].GetResTarget()
	src := f.st.source
	c := f.newCall(fc)
	f.placed[fc] = c
	f.refs.all = true
	c.list = true
	c.idle = isNever(n.WhereClause)
	c.listStart = src.At(int(target.Location))
	c.spliceEnd = endOfList(src.Lex, c, target.Val.GetFuncCall() == nil)
	l := sqltext.Lexer{Text: src.Lex, Pos: c.spliceEnd}
	if target.Name != "" {
		// A name for the column names the row's source instead.
		c.aliased, c.alias = true, src.Name(target.Name)
		t := l.Next()
		if t.IsWord(src.Lex, "as") {
			t = l.Next()
		}
		c.spliceEnd = t.End
	}
	c.fromAt = c.spliceEnd
	if n.IntoClause != nil {
		c.fromAt = endOfInto(src.Lex, c.spliceEnd)
	}
}

// endOfList returns the end of a select list that is one call: behind the
// parentheses around it, and behind the star when there is one.
func endOfList(sql string, c *call, star bool) int {
	open := 0
	for l := (sqltext.Lexer{Text: sql, Pos: c.listStart}); l.Pos < c.start; {
		if t := l.Next(); t.Start < c.start && t.Is(sql, "(") {
			open++
		}
	}
	l := sqltext.Lexer{Text: sql, Pos: c.end}
	for ; open > 0; open-- {
		l.Next()
	}
	if star {
		l.Next() // .
		l.Next() // *
	}
	return l.Pos
}

// endOfInto returns the end of the INTO clause that starts at pos: its table's
// name is the last thing in it.
func endOfInto(sql string, pos int) int {
	l := sqltext.Lexer{Text: sql, Pos: pos}
	l.Next() // INTO
	t := l.Next()
	for t.IsWord(sql, "temporary") || t.IsWord(sql, "temp") || t.IsWord(sql, "local") ||
		t.IsWord(sql, "global") || t.IsWord(sql, "unlogged") || t.IsWord(sql, "table") {
		t = l.Next()
	}
	for {
		dot := sqltext.Lexer{Text: sql, Pos: t.End}
		if !dot.Next().Is(sql, ".") {
			return t.End
		}
		t = dot.Next()
	}
}

// funcCall takes note of a call of ours that stands nowhere it may.
func (f *finder) funcCall(n *pg.FuncCall) bool {
	name, ok := ourName(n)
	if !ok {
		return false
	}
	c := f.placed[n]
	if c == nil {
		c = f.newCall(n)
		c.wrong = &Error{Code: codeUnsupported,
			Message: name + " cannot stand here",
			Hint:    "A call of it stands in FROM, or is the whole select list: SELECT * FROM " + name + "(...)."}
		if f.inside > 0 {
			c.wrong.Message = name + " cannot stand among the arguments of another call of datamime"
			c.wrong.Hint = "Fill a table with one call first, and name it in the other."
		}
	}
	if c.wrong == nil && f.banned != "" {
		c.wrong = bannedIn(name, f.banned)
	}
	if c.wrong == nil {
		c.wrong = decorated(n, name)
	}
	if c.wrong != nil && c.wrong.Position == 0 {
		c.wrong.Position = f.st.source.Characters(c.start) + 1
	}
	c.idle = c.idle || f.idle
	f.st.calls = append(f.st.calls, c)
	return true
}

// qualified takes note of a call of one of our names in a schema: where the
// server has no such function, the name alone was meant.
func (f *finder) qualified(n *pg.FuncCall) {
	if len(n.Funcname) != 2 {
		return
	}
	name := n.Funcname[1].GetString_().GetSval()
	if fn := functionNamed(name); fn != nil {
		c := f.newCall(n)
		c.schema = f.st.source.Name(n.Funcname[0].GetString_().GetSval())
		f.st.calls = append(f.st.calls, c)
	}
}

// newCall reads the spans of a call and of its arguments from the text.
func (f *finder) newCall(n *pg.FuncCall) *call {
	src := f.st.source
	name := n.Funcname[len(n.Funcname)-1].GetString_().GetSval()
	c := &call{name: src.Name(name), start: src.At(int(n.Location))}
	l := sqltext.Lexer{Text: src.Lex, Pos: c.start}
	for t := l.Next(); t.Kind != sqltext.EOF; t = l.Next() {
		if t.Is(src.Lex, "(") {
			c.open = t.Start
			break
		}
	}
	c.end = c.readArgs(&l)
	for i, a := range n.Args {
		if i >= len(c.args) {
			break
		}
		c.args[i].node = a
		if named := a.GetNamedArgExpr(); named != nil {
			c.args[i].node = named.Arg
			c.args[i].name = src.Name(named.Name)
			c.args[i].expr = behindArrow(src.Lex, c.args[i].start)
		}
	}
	return c
}

// readArgs cuts what stands between the parentheses at its outer commas and
// returns the end of the call.
func (c *call) readArgs(l *sqltext.Lexer) int {
	depth := 1
	first, last := -1, 0
	flush := func() {
		if first >= 0 {
			c.args = append(c.args, &argument{start: first, end: last, expr: first})
		}
		first = -1
	}
	for {
		t := l.Next()
		if t.Kind == sqltext.EOF {
			flush()
			return t.End
		}
		switch s := t.Text(l.Text); {
		case depth == 1 && s == ",":
			flush()
			continue
		case s == "(" || s == "[":
			depth++
		case s == ")" || s == "]":
			if depth--; depth == 0 {
				flush()
				return t.End
			}
		}
		if first < 0 {
			first = t.Start
		}
		last = t.End
	}
}

// behindArrow returns where the expression of a named argument starts.
func behindArrow(sql string, start int) int {
	l := sqltext.Lexer{Text: sql, Pos: start}
	l.Next() // the name
	l.Next() // => or :=
	return l.Next().Start
}
