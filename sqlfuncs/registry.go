package sqlfuncs

import (
	"context"
	"strconv"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// A function is one of datamime's SQL functions. Adding one is adding a file
// that describes it and its entry in functions.
type function struct {
	name    string // without the prefix
	doc     string // one sentence
	example string
	params  []parameter
	// resolve looks up what the call's result is made of and returns it with
	// its columns. Only the arguments that decide them have values yet.
	resolve func(ctx context.Context, in *invocation) (relation, error)
	// foretell, of a function with arguments that decide its columns, looks up
	// the columns where some of these arguments have no value yet; nil: they
	// hang on one of those.
	foretell func(ctx context.Context, in *invocation) ([]column, error)
}

// A parameter is one argument that a function takes.
type parameter struct {
	name     string
	typ      argType
	fallback string // what it is by default, for the help; "" when it must be given
	doc      string
	// decides: the result's columns hang on it, so that its value must be known
	// before the client asks for them.
	decides bool
	// names is which columns of the source it can name; nil: none, or any. A call
	// that lacks such an argument is refused when its source is known, and told
	// which of its columns would do.
	names *candidates
}

// An argType is the type of an argument.
type argType int

const (
	argText argType = iota
	argTextArray
	argNames // text or text[]
	argBigint
	argInt
	argFloat
	argBool
	argInterval
	argTime // any time type
	argJSON
)

var argTypeNames = [...]string{
	argText:      "text",
	argTextArray: "text[]",
	argNames:     "text | text[]",
	argBigint:    "bigint",
	argInt:       "integer",
	argFloat:     "double precision",
	argBool:      "boolean",
	argInterval:  "interval",
	argTime:      "date | timestamp | timestamptz",
	argJSON:      "jsonb",
}

func (t argType) String() string { return argTypeNames[t] }

// A relation is what a call gives: columns, and rows once every argument has
// its value.
type relation interface {
	columns() []column
	// open starts the rows.
	open(ctx context.Context, in *invocation) (RowSource, error)
}

// An acting relation changes something when it is opened: where its rows go
// straight to the client that waits for the Execute.
type acting interface{ acts() }

func (*targetRelation) acts() {}
func (fitRelation) acts()     {}
func (defineRelation) acts()  {}
func (dropRelation) acts()    {}

// registry is filled by init, as the help that is in it lists it.
var registry []*function

func init() {
	registry = []*function{generateFunction, fitFunction, defineFunction, modelsFunction, dropFunction, describeFunction, evaluateFunction, helpFunction, versionFunction}
}

// functions are all of them, in the order of the help.
func functions() []*function { return registry }

// functionNamed returns the function that a call names, nil when there is
// none.
func functionNamed(name string) *function {
	for _, fn := range functions() {
		if prefix+fn.name == name {
			return fn
		}
	}
	return nil
}

// noFunction is the error for a name of ours that is none.
func noFunction(c *call) *Error {
	if c.schema != "" {
		return &Error{Code: codeNoFunction, Message: "function " + c.schema + "." + c.name + " does not exist",
			Hint: "The functions of datamime are in no schema: " + c.name + "(...)."}
	}
	names := make([]string, 0, 16)
	for _, fn := range functions() {
		names = append(names, fn.name)
	}
	e := &Error{Code: codeNoFunction, Message: "function " + c.name + " does not exist"}
	if near := closest(strings.TrimPrefix(c.name, prefix), names, 1); len(near) > 0 {
		e.Hint = "Perhaps you meant " + prefix + near[0] + "; SELECT * FROM datamime_help() lists all."
	} else {
		e.Hint = "SELECT * FROM datamime_help() lists the functions of datamime."
	}
	return e
}

// match assigns a call's arguments to a function's parameters by PostgreSQL's
// rules: by position first, then by name.
func (fn *function) match(st *Statement, c *call) ([]*argument, *Error) {
	given := make([]*argument, len(fn.params))
	named := false
	for i, a := range c.args {
		at := st.source.Characters(a.start) + 1
		if a.name == "" {
			switch {
			case named:
				return nil, &Error{Code: codeSyntax, Message: "positional argument cannot follow named argument", Position: at}
			case i >= len(fn.params):
				return nil, fn.mismatch(c, "function "+c.name+" has "+strconv.Itoa(len(fn.params))+" arguments, not "+strconv.Itoa(len(c.args)))
			}
			given[i] = a
			continue
		}
		named = true
		k := fn.parameter(a.name)
		if k < 0 {
			e := fn.mismatch(c, "function "+c.name+" has no argument named "+sqltext.QuoteName(a.name))
			e.Position = at
			if near := closest(a.name, fn.parameterNames(), 2); len(near) > 0 {
				e.Hint = "Perhaps you meant " + strings.Join(near, " or ") + "; its arguments: " + strings.Join(fn.parameterNames(), ", ") + "."
			}
			return nil, e
		}
		if given[k] != nil {
			return nil, &Error{Code: codeSyntax, Message: "argument name " + sqltext.QuoteName(a.name) + " used more than once", Position: at}
		}
		given[k] = a
	}
	for i, p := range fn.params {
		if given[i] == nil && p.fallback == "" && p.names == nil {
			return nil, fn.needs(c, p.name)
		}
	}
	return given, nil
}

// needs is the error for an argument that is not given.
func (fn *function) needs(c *call, param string) *Error {
	return fn.mismatch(c, "function "+c.name+" needs the argument "+param)
}

func (fn *function) mismatch(c *call, message string) *Error {
	if len(fn.params) == 0 {
		return &Error{Code: codeNoFunction, Message: message, Hint: "It takes no arguments."}
	}
	return &Error{Code: codeNoFunction, Message: message,
		Hint: "Its arguments: " + strings.Join(fn.parameterNames(), ", ") + "."}
}

func (fn *function) parameter(name string) int {
	for i, p := range fn.params {
		if p.name == name {
			return i
		}
	}
	return -1
}

func (fn *function) parameterNames() []string {
	names := make([]string, len(fn.params))
	for i, p := range fn.params {
		names[i] = p.name
	}
	return names
}
