package sqlfuncs

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// An argument of type jsonb is wanted as it was written, as the order of an
// object's keys tells something; the type itself keeps none.

// foldJSON takes the text of a literal that is cast to jsonb: the type itself
// keeps no order of keys.
func foldJSON(n *pg.Node, src *sqltext.Source) (value, bool) {
	cast := n.GetTypeCast()
	if cast == nil || !isType(cast.TypeName, "jsonb") && !isType(cast.TypeName, "json") || len(cast.TypeName.ArrayBounds) > 0 {
		return value{}, false
	}
	v, ok := fold1(cast.Arg, src)
	return v, ok && !v.isInt && v.list == nil
}

// keepOrder makes parameters that are such an argument ones of type json.
func (e *evaluation) keepOrder(params []Param) {
	for _, a := range e.args {
		ref := a.in.args[a.index].node.GetParamRef()
		if ref == nil || a.in.fn.params[a.index].typ != argJSON {
			continue
		}
		if i := slices.Index(e.params, int(ref.Number)); i >= 0 {
			params[i] = params[i].jsonText()
		}
	}
}

// jsonText makes a jsonb parameter one of type json: both are the same text,
// and json keeps the order of its keys.
func (p Param) jsonText() Param {
	switch {
	case p.OID != pgtypes.JSONB:
	case p.Format == Text:
		p.OID = pgtypes.JSON
	case len(p.Value) > 0 && p.Value[0] == 1: // the version
		p = Param{OID: pgtypes.JSON, Format: Text, Value: p.Value[1:]}
	}
	return p
}

// keepsOrder tells whether the argument's keys stand as they were written.
func (in *invocation) keepsOrder(param string) bool {
	a := in.args[in.fn.parameter(param)]
	if a.node.GetAConst() != nil || a.node.GetParamRef() != nil {
		return true
	}
	_, literal := foldJSON(a.node, in.st.source)
	return literal
}
