package sqlfuncs

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// A value is the value of one argument.
type value struct {
	known bool // given, and evaluated
	null  bool
	text  string   // text, jsonb
	list  []string // text[] and names
	nulls bool     // a NULL among them
	isInt bool     // a literal that is a number, in num
	num   int64    // integers; times in microseconds since 1970
	float float64
	span  interval
}

// An interval is a value of PostgreSQL's type of that name.
type interval struct {
	micros       int64
	days, months int32
}

// fold1 evaluates literals, casts of literals to text and arrays of literals
// without the server.
func fold1(n *pg.Node, src *sqltext.Source) (value, bool) {
	switch n := n.GetNode().(type) {
	case *pg.Node_AConst:
		c := n.AConst
		switch {
		case c.Isnull:
			return value{known: true, null: true}, true
		case c.GetSval() != nil:
			return value{known: true, text: src.Name(c.GetSval().Sval)}, true
		case c.GetIval() != nil:
			return value{known: true, isInt: true, num: int64(c.GetIval().Ival)}, true
		case c.GetFval() != nil:
			i, err := strconv.ParseInt(c.GetFval().Fval, 10, 64)
			return value{known: true, isInt: true, num: i}, err == nil
		}
	case *pg.Node_TypeCast:
		if t := n.TypeCast.TypeName; isTextType(t) {
			v, ok := fold1(n.TypeCast.Arg, src)
			if ok && (v.isInt || v.list != nil && len(t.ArrayBounds) == 0) {
				return value{}, false
			}
			if ok && len(t.ArrayBounds) > 0 {
				ok = v.convert(argTextArray)
			}
			return v, ok
		}
	case *pg.Node_AArrayExpr:
		v := value{known: true, list: []string{}}
		for _, e := range n.AArrayExpr.Elements {
			x, ok := fold1(e, src)
			if !ok || x.isInt || x.list != nil {
				return value{}, false
			}
			v.nulls = v.nulls || x.null
			v.list = append(v.list, x.text)
		}
		return v, true
	}
	return value{}, false
}

// isTextType tells whether a type is written text or text[].
func isTextType(t *pg.TypeName) bool { return isType(t, "text") && len(t.ArrayBounds) <= 1 }

// isType tells whether a type is written by the given name, or as an array of
// it.
func isType(t *pg.TypeName, name string) bool {
	if t == nil || len(t.Names) == 0 || len(t.Typmods) > 0 || t.Setof || t.PctType {
		return false
	}
	for i, n := range t.Names {
		s := n.GetString_().GetSval()
		if i < len(t.Names)-1 && s != "pg_catalog" || i == len(t.Names)-1 && s != name {
			return false
		}
	}
	return true
}

// convert makes a folded literal a value of the type; false leaves it to the
// server.
func (v *value) convert(t argType) bool {
	if v.null {
		return true
	}
	switch t {
	case argText:
		return !v.isInt && v.list == nil
	case argTextArray, argNames:
		if v.isInt || v.list != nil {
			return v.list != nil
		}
		list, nulls, ok := parseArray(v.text)
		switch {
		case ok:
			v.list, v.nulls = list, nulls
		case t == argNames:
			v.list = []string{v.text}
		}
		return v.list != nil
	case argBigint:
		return v.isInt
	case argInt:
		return v.isInt && v.num == int64(int32(v.num))
	case argFloat:
		v.float = float64(v.num)
		return v.isInt && v.num == int64(v.float)
	}
	return false
}

// castOf is the type that an argument is cast to for its evaluation.
func castOf(t argType, timeCast string) string {
	switch t {
	case argTextArray:
		return "::pg_catalog.text[]"
	case argBigint:
		return "::pg_catalog.int8"
	case argInt:
		return "::pg_catalog.int4"
	case argFloat:
		return "::pg_catalog.float8"
	case argBool:
		return "::pg_catalog.bool"
	case argInterval:
		return "::pg_catalog.interval"
	case argTime:
		return "::" + timeCast
	case argJSON:
		return "::pg_catalog.json::pg_catalog.text"
	}
	return "::pg_catalog.text"
}

// An evaluation is one auxiliary SELECT for the arguments that are no
// literals:
//
//	SELECT * FROM GREATEST((argument)::type) AS a1, GREATEST((argument)::type) AS a2
//
// Each stands in a function in FROM, as it does for the client, so that the
// server refuses there what it would refuse in a function of its own.
type evaluation struct {
	sqltext.Splice
	st     *Statement
	args   []evaluated
	params []int // the client's parameters in it, in the order of its own
}

type evaluated struct {
	in    *invocation
	index int
}

// add puts an argument into the SELECT.
func (e *evaluation) add(in *invocation, i int) {
	if len(e.args) == 0 {
		e.Insert("SELECT * FROM ", 0)
	} else {
		e.Insert(", ", 0)
	}
	e.args = append(e.args, evaluated{in, i})
	a := in.args[i]
	e.Insert("GREATEST((", a.expr)
	src := e.st.source.SQL
	at := a.expr
	for _, p := range paramsIn(e.st.source.Lex, a.expr, a.end) {
		e.Copy(src, at, p.start)
		e.Insert("$"+strconv.Itoa(e.parameter(p.number)), p.start)
		at = p.end
	}
	e.Copy(src, at, a.end)
	timeCast := "pg_catalog.timestamp"
	if t, ok := in.rel.(interface{ timeCast() string }); ok {
		timeCast = t.timeCast()
	}
	e.Insert("\n)"+castOf(in.fn.params[i].typ, timeCast)+") AS a"+strconv.Itoa(len(e.args)), a.expr)
}

// inTimes tells whether a parameter of the client's stands in an argument that
// is a time.
func (e *evaluation) inTimes(client int) bool {
	return slices.ContainsFunc(e.args, func(a evaluated) bool {
		arg := a.in.args[a.index]
		return a.in.fn.params[a.index].typ == argTime &&
			slices.ContainsFunc(paramsIn(e.st.source.Lex, arg.expr, arg.end), func(t paramToken) bool { return t.number == client })
	})
}

// parameter returns the number in the SELECT of a parameter of the client's.
func (e *evaluation) parameter(client int) int {
	for i, n := range e.params {
		if n == client {
			return i + 1
		}
	}
	e.params = append(e.params, client)
	return len(e.params)
}

// describe has the server check the arguments, and returns the types of the
// client's parameters in them by number.
func (e *evaluation) describe(ctx context.Context, s Session, oids []uint32) (map[int]uint32, error) {
	if len(e.args) == 0 {
		return nil, nil
	}
	declared := make([]uint32, len(e.params))
	for i, n := range e.params {
		if n <= len(oids) {
			declared[i] = oids[n-1]
		}
	}
	_, params, err := s.Describe(ctx, e.String(), declared)
	if err != nil {
		return nil, e.explain(relocate(err, e.st, &e.Splice))
	}
	types := map[int]uint32{}
	for i, n := range e.params {
		if i < len(params) {
			types[n] = params[i]
		}
	}
	return types, nil
}

// run evaluates the arguments into their invocations' values.
func (e *evaluation) run(ctx context.Context, s Session, params []Param) error {
	if len(e.args) == 0 {
		return nil
	}
	bound := make([]Param, len(e.params))
	for i, n := range e.params {
		if n > len(params) {
			return &Error{Code: codeProtocol, Message: fmt.Sprintf("there is no parameter $%d", n)}
		}
		bound[i] = params[n-1]
	}
	e.keepOrder(bound)
	err := s.Query(ctx, e.String(), bound, Binary, func(row [][]byte) error {
		for i, a := range e.args {
			v, err := readArgument(a.in.fn.params[a.index].typ, row[i])
			if err != nil {
				return a.in.invalid(a.index, err)
			}
			a.in.values[a.index] = v
		}
		return nil
	})
	return e.explain(relocate(err, e.st, &e.Splice))
}

// paramToken is a $n in a text.
type paramToken struct{ number, start, end int }

// paramsIn returns the parameters between two offsets of a text.
func paramsIn(sql string, from, to int) []paramToken {
	var out []paramToken
	l := sqltext.Lexer{Text: sql[:to], Pos: from}
	for t := l.Next(); t.Kind != sqltext.EOF; t = l.Next() {
		if t.Kind == sqltext.Param {
			if n, err := strconv.Atoi(sql[t.Start+1 : t.End]); err == nil && n > 0 && n <= 65535 {
				out = append(out, paramToken{n, t.Start, t.End})
			}
		}
	}
	return out
}
