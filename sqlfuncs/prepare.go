package sqlfuncs

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// prepare is Statement.Prepare, and PrepareBound where params is not nil.
func (st *Statement) prepare(ctx context.Context, s Session, paramOIDs []uint32, params []Param) (*Prepared, error) {
	bare := *st // which is kept; its tree is most of its memory
	st = &bare
	p := &Prepared{st: st}
	defer func() {
		if p.Deferred == nil {
			bare.tree = nil
		}
	}()
	if err := p.findFunctions(ctx, s); err != nil {
		return nil, err
	}
	p.explain = explanationOf(st.tree)
	p.ClientParams = len(paramOIDs)
	for _, t := range paramsIn(st.source.Lex, st.start, st.end) {
		p.ClientParams = max(p.ClientParams, t.number)
	}
	if err := numberable(p.ClientParams, p.ClientParams); err != nil {
		return nil, err
	}
	p.ParamOIDs = make([]uint32, p.ClientParams)
	copy(p.ParamOIDs, paramOIDs)
	if p.Deferred = p.undecided(); p.Deferred != nil && params == nil {
		return p, p.deferColumns(ctx, s)
	}
	p.Deferred = nil
	if err := p.resolve(ctx, s, params); err != nil {
		return nil, err
	}
	if err := p.describeRows(ctx, s, paramOIDs); err != nil {
		return nil, err
	}
	e := p.evaluation()
	types, err := e.describe(ctx, s, paramOIDs)
	if err != nil {
		return nil, err
	}
	p.rewriting = rewrite(st, p.calls, p.ClientParams)
	p.SQL = p.rewriting.String()
	p.ParamOIDs = p.oids(p.rewriting)
	if err := numberable(len(p.ParamOIDs), p.ClientParams); err != nil {
		return nil, err
	}
	if err := p.typeParams(ctx, s, types); err != nil {
		return nil, err
	}
	return p, p.choosePath(ctx, s)
}

// Supplied refuses a statement that names parameters beyond the number given,
// in the server's words for a Query, which has none.
func (st *Statement) Supplied(params int) error {
	if e := explanationOf(st.tree); e != nil && e.generic {
		return nil
	}
	for _, t := range paramsIn(st.source.Lex, st.start, st.end) {
		if t.number > params {
			return &Error{Code: codeNoParameter, Message: fmt.Sprintf("there is no parameter $%d", t.number), Position: st.source.Characters(t.start) + 1}
		}
	}
	return nil
}

// numberable refuses a statement with more parameters than a message can
// number, the caller's and the columns of calls behind them.
func numberable(all, callers int) error {
	if all <= math.MaxUint16 {
		return nil
	}
	return &Error{Code: "54023", Message: fmt.Sprintf("a statement cannot have more than %d parameters", math.MaxUint16),
		Detail: fmt.Sprintf("It has %d, and %d for what calls of datamime give.", callers, all-callers)}
}

// Reprepare prepares a statement anew whose calls have other columns by now; it
// is ErrChanged where the statement's own result has.
func (p *Prepared) Reprepare(ctx context.Context, s Session, opt LexOptions) (*Prepared, error) {
	script, err := Parse(p.st.SQL, opt)
	if err != nil || script == nil || len(script.Statements) != 1 {
		return nil, ErrChanged
	}
	again, err := script.Statements[0].Prepare(ctx, s, p.ParamOIDs[:p.ClientParams])
	if err != nil {
		return nil, err
	}
	was, _, err := s.Describe(ctx, p.SQL, p.ParamOIDs)
	if err != nil {
		return nil, relocateTo(err, 0)
	}
	return again, again.gives(ctx, s, was)
}

// gives refuses, by ErrChanged, a statement whose columns are not these.
func (p *Prepared) gives(ctx context.Context, s Session, fields []Field) error {
	is, _, err := s.Describe(ctx, p.SQL, p.ParamOIDs)
	if err != nil {
		return mapPosition(err, p.position)
	}
	if !slices.EqualFunc(fields, is, Field.same) {
		return ErrChanged
	}
	return nil
}

// findFunctions matches the statement's calls with our functions.
func (p *Prepared) findFunctions(ctx context.Context, s Session) error {
	st := p.st
	for _, c := range st.calls {
		fn := functionNamed(c.name)
		if fn == nil || c.schema != "" {
			foreign, err := serverHas(ctx, s, c)
			if err != nil {
				return err
			}
			if foreign {
				continue // the user's own function
			}
			e := noFunction(c)
			e.Position = st.source.Characters(c.start) + 1
			return e
		}
		if c.wrong != nil {
			return c.wrong
		}
		in, wrong := newInvocation(st, c, fn)
		if wrong != nil {
			return wrong
		}
		p.calls = append(p.calls, in)
	}
	return nil
}

// serverHas tells whether the server has a function of this name itself, in
// the schema that a call names.
func serverHas(ctx context.Context, s Session, c *call) (bool, error) {
	found := false
	err := s.Query(ctx, `SELECT 1 FROM pg_catalog.pg_proc WHERE proname = $1 AND CASE $2 WHEN '' THEN true
WHEN 'pg_temp' THEN pronamespace = pg_catalog.pg_my_temp_schema()
ELSE pronamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident($2)) END LIMIT 1`,
		[]Param{textParam(c.name), textParam(c.schema)}, Text, func([][]byte) error { found = true; return nil })
	return found, err
}

func textParam(s string) Param { return Param{OID: pgtypes.Text, Format: Text, Value: []byte(s)} }

// undecided finds an argument that decides the columns and holds parameters:
// what to say to who asks for the columns before these have values.
func (p *Prepared) undecided() *Error {
	for _, in := range p.calls {
		for i, a := range in.args {
			if a == nil || in.values[i].known || !in.fn.params[i].decides || len(paramsIn(p.st.source.Lex, a.expr, a.end)) == 0 {
				continue
			}
			return &Error{Code: codeUnsupported,
				Message:  fmt.Sprintf("argument %s of %s decides the columns of the result, and its parameter has no value yet", in.fn.params[i].name, in.call.name),
				Hint:     "Write it as a literal, bind it before asking for the columns, or define these behind the call, as in AS g(at timestamptz, value float8).",
				Position: in.position(a)}
		}
	}
	return nil
}

// deferColumns checks what can be checked before the parameters have values.
// Which type a time is read in hangs on these values too.
func (p *Prepared) deferColumns(ctx context.Context, s Session) error {
	e := p.evaluation()
	types, err := e.describe(ctx, s, p.ParamOIDs)
	for n, oid := range types {
		if p.ParamOIDs[n-1] == 0 && !e.inTimes(n) {
			p.ParamOIDs[n-1] = oid
		}
	}
	return err
}

// resolve evaluates the arguments that decide the columns and looks these up.
func (p *Prepared) resolve(ctx context.Context, s Session, params []Param) error {
	if err := p.defined(ctx, s); err != nil {
		return err
	}
	e := evaluation{st: p.st}
	for _, in := range p.calls {
		in.session = s
		for i, a := range in.args {
			if a != nil && !in.values[i].known && in.fn.params[i].decides {
				e.add(in, i)
			}
		}
	}
	for _, n := range e.params {
		if p.ParamOIDs[n-1] == 0 {
			p.ParamOIDs[n-1] = pgtypes.Text
		}
	}
	typed := make([]Param, len(params))
	for i, c := range params {
		typed[i] = Param{OID: p.ParamOIDs[i], Format: c.Format, Value: c.Value}
	}
	if err := e.run(ctx, s, typed); err != nil {
		return err
	}
	for _, in := range p.calls {
		rel, err := in.fn.resolve(ctx, in)
		if err != nil {
			return err
		}
		in.rel = rel
		if err := in.fits(); err != nil {
			return err
		}
	}
	return nil
}

// evaluation collects the arguments that are still without a value.
func (p *Prepared) evaluation() *evaluation {
	e := &evaluation{st: p.st}
	for _, in := range p.calls {
		for i, a := range in.args {
			if a != nil && !in.values[i].known {
				e.add(in, i)
			}
		}
	}
	return e
}

// typeParams declares the types of the client's parameters that stand in the
// calls only: the server does not see them any more. One that stands outside
// too has the type that the server gives it there.
func (p *Prepared) typeParams(ctx context.Context, s Session, types map[int]uint32) error {
	if !p.types(types) {
		return nil
	}
	_, params, err := s.Describe(ctx, p.SQL, p.ParamOIDs)
	if err != nil {
		return mapPosition(err, p.position)
	}
	copy(p.ParamOIDs, params)
	return nil
}

// types declares the types of the parameters that stand in the calls only, and
// tells whether others among them stand outside too.
func (p *Prepared) types(types map[int]uint32) (shared bool) {
	outside := map[int]bool{}
	for _, t := range paramsIn(p.st.source.Lex, p.st.start, p.st.end) {
		in := false
		for _, c := range p.calls {
			in = in || t.start >= c.call.start && t.end <= c.call.end
		}
		if !in {
			outside[t.number] = true
		}
	}
	for n, oid := range types {
		switch {
		case p.ParamOIDs[n-1] != 0:
		case outside[n]:
			shared = true
		default:
			p.ParamOIDs[n-1] = oid
		}
	}
	return shared
}

// oids are the types of the parameters of a text: the client's own, and the
// arrays of the text.
func (p *Prepared) oids(r *rewriting) []uint32 {
	oids := slices.Clone(p.ParamOIDs[:p.ClientParams])
	for _, a := range r.arrays {
		if !r.settings {
			oids = append(oids, pgtypes.ArrayOf[a.oid])
		}
	}
	return oids
}

func (p *Prepared) position(server int) int {
	return p.rewriting.Position(p.st.source, server)
}
