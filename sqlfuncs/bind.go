package sqlfuncs

import (
	"context"
	"fmt"
	"io"
)

// bind is Prepared.Bind.
func (p *Prepared) bind(ctx context.Context, s Session, params []Param) (*Bound, error) {
	if p.explain != nil && p.explain.generic && len(params) == 0 && p.ClientParams > 0 {
		return nil, &Error{Code: codeUnsupported, Message: "EXPLAIN (GENERIC_PLAN) of a statement with a call of datamime cannot leave parameters open",
			Hint: "Write a value in the place of each parameter."}
	}
	if len(params) != p.ClientParams {
		return nil, &Error{Code: codeProtocol, Message: fmt.Sprintf(
			"bind message supplies %d parameters, but the prepared statement requires %d", len(params), p.ClientParams)}
	}
	typed := make([]Param, len(params))
	for i, c := range params {
		c.OID = p.ParamOIDs[i]
		typed[i] = c
	}
	calls, err := p.evaluate(ctx, s, typed)
	if err != nil {
		return nil, err
	}
	run := &execution{Prepared: p, session: s, params: typed, calls: calls, budget: maxArrayBytes}
	return run.bind(ctx)
}

// An execution is one Bind of a prepared statement.
type execution struct {
	*Prepared
	session Session
	params  []Param
	calls   []*invocation // with every argument's value
	budget  int64         // bytes that the arrays may still take
}

// evaluate returns the calls with the values that their arguments have now.
func (p *Prepared) evaluate(ctx context.Context, s Session, params []Param) ([]*invocation, error) {
	e := &evaluation{st: p.st}
	calls := make([]*invocation, len(p.calls))
	for k, c := range p.calls {
		in := *c
		in.session = s
		in.values = append([]value(nil), c.values...)
		calls[k] = &in
		for i, a := range in.args {
			if a != nil && !in.values[i].known {
				e.add(&in, i)
			}
		}
	}
	if err := e.run(ctx, s, params); err != nil {
		return nil, err
	}
	for _, in := range calls {
		if err := in.nameClock(ctx); err != nil {
			return nil, err
		}
	}
	return calls, nil
}

// ErrChanged is the error of Bind where the columns of a call's result are not
// those that it was prepared with. Where the statement's own result is still
// the same (Reprepare), it may be prepared again.
var ErrChanged = &Error{Code: codeUnsupported, Message: "cached plan must not change result type"}

// open starts a call's rows; its source must still be what it was when the
// statement was prepared.
func (x *execution) open(ctx context.Context, in *invocation) (RowSource, error) {
	rel, err := in.fn.resolve(ctx, in)
	if err != nil {
		return nil, err
	}
	if !sameShape(rel.columns(), in.rel.columns()) {
		return nil, ErrChanged
	}
	in.rel = rel
	return rel.open(ctx, in)
}

func (x *execution) bind(ctx context.Context) (*Bound, error) {
	if x.stream != nil && !x.calls[0].call.idle {
		return x.bindStream(ctx)
	}
	sets := make([]*arraySet, len(x.calls))
	for i, in := range x.calls {
		if sets[i] = newArraySet(x.rewriting.arrays, i); in.call.idle || !x.explain.computes() {
			continue
		}
		rows, err := x.open(ctx, in)
		if err != nil {
			return nil, err
		}
		if sets[i], err = x.collect(ctx, i, rows); err != nil {
			return nil, err
		}
	}
	return x.bindArrays(ctx, sets)
}

// bindStream binds a statement whose rows go straight to the client, or into a
// table by COPY, where their form can be told here; else by arrays.
func (x *execution) bindStream(ctx context.Context) (*Bound, error) {
	rows, err := x.openForStream(ctx, x.calls[0])
	if err != nil {
		return nil, err
	}
	to := x.insert
	if s, ok := rows.(streamer); ok && (to == nil || to.plain) {
		can, err := s.streamable(ctx, x.session, x.stream.columns, to == nil)
		if err != nil {
			rows.Close()
			return nil, err
		}
		if !can && to != nil {
			to = &insertion{table: to.table, columns: to.columns}
		} else if !can {
			set, err := x.collect(ctx, 0, rows)
			if err != nil {
				return nil, err
			}
			return x.bindArrays(ctx, []*arraySet{set})
		}
	}
	rows, err = x.stream.start(ctx, x, rows)
	b := &Bound{Params: x.emptyArrays()}
	if to == nil {
		b.Rows = rows
		return b, err
	}
	b.Insert = func(ctx context.Context, s Session) (int64, error) {
		defer rows.Close()
		return to.into(ctx, s, tell(x.calls[0], rows))
	}
	return b, err
}

func (x *execution) openForStream(ctx context.Context, in *invocation) (RowSource, error) {
	if _, ok := in.rel.(acting); ok {
		return &late{open: func(ctx context.Context) (RowSource, error) { return x.open(ctx, in) }}, nil
	}
	return x.open(ctx, in)
}

// A late source of rows is opened by its first Next.
type late struct {
	open func(ctx context.Context) (RowSource, error)
	rows RowSource
}

func (l *late) Next(ctx context.Context) (*Batch, error) {
	if l.rows == nil {
		var err error
		if l.rows, err = l.open(ctx); err != nil {
			return nil, err
		}
	}
	return l.rows.Next(ctx)
}

func (l *late) Close() {
	if l.rows != nil {
		l.rows.Close()
	}
}

// collect reads the rows of the i-th call into arrays.
func (x *execution) collect(ctx context.Context, i int, rows RowSource) (*arraySet, error) {
	defer rows.Close()
	set := newArraySet(x.rewriting.arrays, i)
	return set, set.fill(ctx, tell(x.calls[i], rows), &x.budget)
}

// bindArrays binds the calls' arrays in the order of the text, or sets them.
func (x *execution) bindArrays(ctx context.Context, sets []*arraySet) (*Bound, error) {
	b := &Bound{}
	for _, set := range sets {
		b.Made += int64(set.rows)
	}
	taken := make([]int, len(sets))
	for i, a := range x.rewriting.arrays {
		p := sets[a.call].param(taken[a.call])
		taken[a.call]++
		if !x.rewriting.settings {
			b.Params = append(b.Params, p)
			continue
		}
		err := x.session.Query(ctx, "SELECT pg_catalog.length(pg_catalog.set_config($1, $2::"+builtinNames[a.oid]+"[]::pg_catalog.text, true))",
			[]Param{textParam(settingName(i)), p}, Text, func([][]byte) error { return nil })
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (x *execution) emptyArrays() []Param {
	params := make([]Param, len(x.rewriting.arrays))
	for i, a := range x.rewriting.arrays {
		params[i] = emptyArray(a.oid)
	}
	return params
}

// readAll calls f with every batch of a source.
func readAll(ctx context.Context, rows RowSource, f func(*Batch) error) error {
	for {
		b, err := rows.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = f(b)
		}
		if err != nil {
			return err
		}
	}
}
