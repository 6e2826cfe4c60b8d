package sqlfuncs

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// Functions returns the names of our functions that the statement calls, or
// that the statement which it prepares does; each once.
func (st *Statement) Functions() []string {
	if st.Prepares != nil {
		st = st.Prepares.Statement
	}
	var names []string
	for _, c := range st.calls {
		if functionNamed(c.name) != nil && !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return names
}

// ourName returns the name of a call of ours.
func ourName(n *pg.FuncCall) (string, bool) {
	if n == nil || len(n.Funcname) != 1 {
		return "", false
	}
	name := n.Funcname[0].GetString_().GetSval()
	return name, strings.HasPrefix(name, prefix)
}
