package sqlfuncs

import "slices"

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
