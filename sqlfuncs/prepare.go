package sqlfuncs

import (
	"context"
	"fmt"
)

// prepare is Statement.Prepare.
func (st *Statement) prepare(ctx context.Context, s Session, paramOIDs []uint32) (*Prepared, error) {
	bare := *st // which is kept; its tree is most of its memory
	st = &bare
	defer func() { bare.tree = nil }()
	p := &Prepared{st: st}
	for _, c := range st.calls {
		fn := functionNamed(c.name)
		if fn == nil {
			foreign, err := serverHas(ctx, s, c.name)
			if err != nil {
				return nil, err
			}
			if foreign {
				continue // the user's own function
			}
			e := noFunction(c)
			e.Position = st.source.characters(c.start) + 1
			return nil, e
		}
		if c.wrong != nil {
			return nil, c.wrong
		}
		in, wrong := newInvocation(st, c, fn)
		if wrong != nil {
			return nil, wrong
		}
		p.calls = append(p.calls, in)
	}
	p.explain = explanationOf(st.tree)
	clientParams := len(paramOIDs)
	used := paramsIn(st.source.sql, st.start, st.end)
	for _, t := range used {
		clientParams = max(clientParams, t.number)
	}
	if err := p.resolve(ctx, s); err != nil {
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
	p.rewriting = rewrite(st, p.calls, clientParams)
	p.SQL = p.rewriting.String()
	p.ClientParams = clientParams
	p.ParamOIDs = make([]uint32, clientParams, clientParams+len(p.rewriting.arrays))
	copy(p.ParamOIDs, paramOIDs)
	for _, a := range p.rewriting.arrays {
		if !p.rewriting.settings {
			p.ParamOIDs = append(p.ParamOIDs, arrayOIDs[a.oid])
		}
	}
	if err := p.typeParams(ctx, s, types, used); err != nil {
		return nil, err
	}
	return p, p.choosePath(ctx, s)
}

// serverHas tells whether the server has a function of this name itself.
func serverHas(ctx context.Context, s Session, name string) (bool, error) {
	found := false
	err := s.Query(ctx, "SELECT 1 FROM pg_catalog.pg_proc WHERE proname = $1 LIMIT 1",
		[]Param{textParam(name)}, Text, func([][]byte) error { found = true; return nil })
	return found, err
}

func textParam(s string) Param { return Param{OID: oidText, Format: Text, Value: []byte(s)} }

// resolve evaluates the arguments that decide the columns and looks these up.
func (p *Prepared) resolve(ctx context.Context, s Session) error {
	e := evaluation{st: p.st}
	for _, in := range p.calls {
		in.session = s
		for i, a := range in.args {
			if a == nil || in.values[i].known || !in.fn.params[i].decides {
				continue
			}
			if len(paramsIn(p.st.source.sql, a.expr, a.end)) > 0 {
				return &Error{Code: codeUnsupported,
					Message:  fmt.Sprintf("argument %s of %s decides the columns of the result and cannot be a parameter", in.fn.params[i].name, in.call.name),
					Hint:     "Write it as a literal.",
					Position: in.position(a)}
			}
			e.add(in, i)
		}
	}
	if err := e.run(ctx, s, nil); err != nil {
		return err
	}
	for _, in := range p.calls {
		rel, err := in.fn.resolve(ctx, in)
		if err != nil {
			return err
		}
		in.rel = rel
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
func (p *Prepared) typeParams(ctx context.Context, s Session, types map[int]uint32, used []paramToken) error {
	outside := map[int]bool{}
	for _, t := range used {
		in := false
		for _, c := range p.calls {
			in = in || t.start >= c.call.start && t.end <= c.call.end
		}
		if !in {
			outside[t.number] = true
		}
	}
	shared := false
	for n, oid := range types {
		switch {
		case p.ParamOIDs[n-1] != 0:
		case outside[n]:
			shared = true
		default:
			p.ParamOIDs[n-1] = oid
		}
	}
	if !shared {
		return nil
	}
	_, params, err := s.Describe(ctx, p.SQL, p.ParamOIDs)
	if err != nil {
		return mapPosition(err, p.position)
	}
	copy(p.ParamOIDs, params)
	return nil
}

func (p *Prepared) position(server int) int {
	return p.rewriting.position(p.st.source, server)
}
