package sqlfuncs

import (
	"fmt"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// empty refuses a source of which no row stands anywhere in time.
func (h *history) empty(in *invocation, param, purpose, hint string) error {
	if len(h.times) > 0 {
		return nil
	}
	err := in.wrong(param, codeInvalid, hint, "%s has no rows to %s", h.src.shown(), purpose)
	if h.timeless > 0 {
		err.Hint = ""
		err.Detail = fmt.Sprintf("Its time column %s is NULL in every row.", sqltext.QuoteName(h.src.columns[h.roles.time].name))
	}
	return err
}

// tellTimeless says how many rows were left out as they stand nowhere in time.
func (h *history) tellTimeless(in *invocation) {
	switch {
	case h.timeless == 1:
		in.notice("1 row has no time and was left out", "", "")
	case h.timeless > 1:
		in.notice(fmt.Sprintf("%d rows have no time and were left out", h.timeless), "", "")
	}
}

// valueless is the error for a source none of whose values is known.
func (g *generateRelation) valueless(in *invocation) error {
	return in.wrong("value_column", codeInvalid, "", "value column %s of %s has no values to learn from",
		sqltext.QuoteNames(namesAt(g.src.columns, g.roles.values)), g.src.shown())
}
