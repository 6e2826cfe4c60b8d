package sqlfuncs

// A Function describes one of the SQL functions, as datamime_help() tells it.
type Function struct {
	Name       string // without the prefix datamime_
	Doc        string // one sentence
	Example    string // a statement
	Parameters []Parameter
}

// A Parameter describes one argument of a function.
type Parameter struct {
	Name    string
	Type    string // PostgreSQL's names, "a | b" where several will do
	Default string // in words; "" when it must be given
	Doc     string
}

// Functions describes all functions, in the order of the help. What it returns
// is the caller's.
func Functions() []Function {
	list := make([]Function, 0, len(functions()))
	for _, fn := range functions() {
		f := Function{Name: fn.name, Doc: fn.doc, Example: fn.example}
		for _, p := range fn.params {
			f.Parameters = append(f.Parameters, Parameter{p.name, p.typ.String(), p.fallback, p.doc})
		}
		list = append(list, f)
	}
	return list
}
