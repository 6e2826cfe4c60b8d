package sqlfuncs

import pg "github.com/pganalyze/pg_query_go/v6"

func bannedIn(name, where string) *Error {
	e := &Error{Code: codeUnsupported, Message: name + " cannot stand in " + where,
		Hint: "Fill a table first: CREATE TABLE ... AS SELECT * FROM " + name + "(...)."}
	switch where {
	case viewKind:
		e.Hint = "Write CREATE TABLE in the place of CREATE VIEW, or make the view over a table that was filled so."
	case materializedKind:
		e.Hint = "Write CREATE TABLE in the place of CREATE MATERIALIZED VIEW: both keep the rows."
	}
	return e
}

// Kinds of statement in which no call may stand, but in their like.
const (
	viewKind         = "a view"
	materializedKind = "a materialized view"
)

// decorated refuses what only aggregates and window functions take.
func decorated(n *pg.FuncCall, name string) *Error {
	switch {
	case n.Over != nil:
		return &Error{Code: codeWrongObject, Message: "OVER specified, but " + name + " is not a window function nor an aggregate function"}
	case n.AggFilter != nil:
		return &Error{Code: codeWrongObject, Message: "FILTER specified, but " + name + " is not an aggregate function"}
	case n.AggDistinct:
		return &Error{Code: codeWrongObject, Message: "DISTINCT specified, but " + name + " is not an aggregate function"}
	case n.AggWithinGroup:
		return &Error{Code: codeWrongObject, Message: "WITHIN GROUP specified, but " + name + " is not an aggregate function"}
	case len(n.AggOrder) > 0:
		return &Error{Code: codeWrongObject, Message: "ORDER BY specified, but " + name + " is not an aggregate function"}
	case n.AggStar:
		return &Error{Code: codeWrongObject, Message: name + "(*) specified, but " + name + " is not an aggregate function"}
	case n.FuncVariadic:
		return &Error{Code: codeNoFunction, Message: name + " has no variadic argument"}
	}
	return nil
}
