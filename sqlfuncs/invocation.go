package sqlfuncs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// An invocation is a call with its function and its arguments' values.
type invocation struct {
	st       *Statement
	call     *call
	fn       *function
	args     []*argument // per parameter of fn; nil: not given
	values   []value
	session  Session
	settings *settings
	rel      relation
	defined  []column // those of its column definition list
	needed   []bool   // the columns of the result that the statement can need
}

// newInvocation matches the arguments of a call and reads its literals.
func newInvocation(st *Statement, c *call, fn *function) (*invocation, *Error) {
	args, err := fn.match(st, c)
	if err != nil {
		if err.Position == 0 {
			err.Position = st.source.Characters(c.start) + 1
		}
		return nil, err
	}
	in := &invocation{st: st, call: c, fn: fn, args: args, values: make([]value, len(args))}
	if c.definitions != nil && fn.foretell == nil {
		return nil, redundantColumns(st, c)
	}
	for i, a := range args {
		if a == nil {
			continue
		}
		if err := in.constant(a, fn.params[i].name); err != nil {
			return nil, err
		}
		if err := in.single(a, i); err != nil {
			return nil, err
		}
		v, ok := fold1(a.node, st.source)
		if ok {
			ok = v.convert(fn.params[i].typ)
		} else if fn.params[i].typ == argJSON {
			v, ok = foldJSON(a.node, st.source)
		}
		switch {
		case ok:
			in.values[i] = v
		case fn.params[i].typ == argTextArray:
			if err := in.list(a, i); err != nil {
				return nil, err
			}
		}
	}
	return in, nil
}

// single refuses a list in the place of one text, as where an argument before it
// was left out.
func (in *invocation) single(a *argument, i int) *Error {
	if in.fn.params[i].typ != argText || a.node.GetAArrayExpr() == nil {
		return nil
	}
	return in.outOfOrder(a, i, "one name, not a list")
}

// outOfOrder is the error of an argument that another one seems to stand in the
// place of.
func (in *invocation) outOfOrder(a *argument, i int, wanted string) *Error {
	return &Error{Code: codeWrongType, Message: fmt.Sprintf("argument %s of %s is %s", in.fn.params[i].name, in.call.name, wanted),
		Hint: "Its arguments, in their order: " + strings.Join(in.fn.parameterNames(), ", ") + ".", Position: in.position(a)}
}

// list refuses a number in the place of a list of names, and a plain literal as
// the server does, and tells how to write it.
func (in *invocation) list(a *argument, i int) *Error {
	if c := a.node.GetAConst(); c.GetIval() != nil || c.GetFval() != nil {
		return in.outOfOrder(a, i, "a list of names, not a number")
	}
	text := strings.TrimSpace(a.node.GetAConst().GetSval().GetSval())
	if a.node.GetAConst().GetSval() == nil || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		return nil
	}
	var hints []string
	if text != "" {
		names := strings.Split(in.st.source.Name(text), ",")
		for i, n := range names {
			names[i] = sqltext.QuoteLiteral(strings.TrimSpace(n))
		}
		hints = append(hints, "Write it as ARRAY["+strings.Join(names, ", ")+"].")
	}
	if in.fn.params[i].name == "series_columns" {
		hints = append(hints, "It is NULL for a single series.")
	}
	return &Error{Code: codeMalformed, Message: "malformed array literal: " + quoteText(in.st.source.Name(a.node.GetAConst().GetSval().GetSval())),
		Detail: `Array value must start with "{" or dimension information.`, Hint: strings.Join(hints, " "), Position: in.position(a)}
}

// constant refuses an argument that the server cannot evaluate in front of
// the FROM clause: one that names columns, or a CTE in a subquery.
func (in *invocation) constant(a *argument, name string) *Error {
	w := outerNames{ctes: in.st.ctes, source: in.st.source}
	w.visit(a.node.ProtoReflect())
	switch {
	case in.fn.parameter(w.column) >= 0 && a.name == "":
		return &Error{Code: codeUnsupported,
			Message: fmt.Sprintf("argument %s of %s must be constant, it names the column %s", name, in.call.name, sqltext.QuoteName(w.column)),
			Hint:    "An argument is given by its name as " + w.column + " => value.", Position: in.position(a)}
	case w.column != "":
		return &Error{Code: codeUnsupported,
			Message: fmt.Sprintf("argument %s of %s must be constant, it names the column %s", name, in.call.name, sqltext.QuoteName(w.column)),
			Hint:    "A literal is written in single quotes: '" + w.column + "'. Columns of other tables cannot be arguments.", Position: in.position(a)}
	case w.cte != "":
		return &Error{Code: codeUnsupported,
			Message: fmt.Sprintf("argument %s of %s must be constant, it names the common table expression %s", name, in.call.name, sqltext.QuoteName(w.cte)),
			Hint:    "A subquery in an argument can read tables only.", Position: in.position(a)}
	}
	return nil
}

func (in *invocation) position(a *argument) int { return in.st.source.Characters(a.expr) + 1 }

// given returns the value of an argument; false when it was not given, or is
// NULL.
func (in *invocation) given(param string) (value, bool) {
	i := in.fn.parameter(param)
	if i < 0 || in.args[i] == nil || !in.values[i].known || in.values[i].null {
		return value{}, false
	}
	return in.values[i], true
}

// isNull tells whether an argument was given as NULL.
func (in *invocation) isNull(param string) bool {
	i := in.fn.parameter(param)
	return i >= 0 && in.args[i] != nil && in.values[i].known && in.values[i].null
}

// word returns an argument that is one of some words; the first is the
// default.
func (in *invocation) word(param string, words ...string) (string, error) {
	v, ok := in.given(param)
	if !ok {
		return words[0], nil
	}
	if w := strings.ToLower(v.text); slices.Contains(words, w) {
		return w, nil
	}
	return "", in.wrong(param, codeInvalid, "It is one of '"+strings.Join(words, "', '")+"'.",
		"%s cannot be %s", param, quoteText(v.text))
}

// invalid completes an error with the place of an argument.
func (in *invocation) invalid(i int, err *Error) *Error {
	if err.Position == 0 && in.args[i] != nil {
		err.Position = in.position(in.args[i])
	}
	return err
}

// wrong is an error of an argument by its name.
func (in *invocation) wrong(param, code, hint, format string, args ...any) *Error {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...), Hint: hint}
	if i := in.fn.parameter(param); i >= 0 && in.args[i] != nil {
		e.Position = in.position(in.args[i])
	} else {
		e.Position = in.st.source.Characters(in.call.start) + 1
	}
	return e
}
