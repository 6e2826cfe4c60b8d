package sqlfuncs

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// bind is Prepared.Bind, and BindAtOnce.
func (p *Prepared) bind(ctx context.Context, s Session, params []Param, atOnce bool) (*Bound, error) {
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
	countsNone, err := p.st.withoutRows.countsNone(ctx, s)
	if err != nil {
		return nil, err
	}
	run := &execution{Prepared: p, session: s, params: typed, calls: calls, resolved: atOnce && p.settled()}
	b, err := run.bind(ctx)
	if err == nil {
		b.CountsNone = countsNone
	}
	return b, err
}

// An execution is one Bind of a prepared statement.
type execution struct {
	*Prepared
	session Session
	params  []Param
	calls   []*invocation // with every argument's value

	resolved bool // a moment ago: what the calls read is still what it was

	arrayBytes int64   // that the arrays take so far
	refusal    *string // why there can be no temporary table; nil: not asked yet
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

// settled tells whether nothing that Bind has the server run can change what the
// calls read: no argument is evaluated, and none of several calls acts.
func (p *Prepared) settled() bool {
	for _, in := range p.calls {
		if _, acts := in.rel.(acting); acts && len(p.calls) > 1 {
			return false
		}
		for i, a := range in.args {
			if a != nil && !in.values[i].known {
				return false
			}
		}
	}
	return true
}

// ErrChanged is the error of Bind where the columns of a call's result are not
// those that it was prepared with. Where the statement's own result is still
// the same (Reprepare), it may be prepared again.
var ErrChanged = &Error{Code: codeUnsupported, Message: "cached plan must not change result type"}

// open starts a call's rows.
func (x *execution) open(ctx context.Context, in *invocation) (RowSource, error) {
	if err := x.renew(ctx, in); err != nil {
		return nil, err
	}
	return in.rel.open(ctx, in)
}

// renew sees that a call's source is still what it was when the statement was
// prepared, unless that was a moment ago.
func (x *execution) renew(ctx context.Context, in *invocation) error {
	if x.resolved {
		return nil
	}
	rel, err := in.fn.resolve(ctx, in)
	if err != nil {
		return err
	}
	if !sameShape(rel.columns(), in.rel.columns()) {
		return ErrChanged
	}
	in.rel = rel
	return nil
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
	return x.bindSets(ctx, sets)
}

// bindStream binds a statement whose rows go straight to the client, where their
// form can be told here, or into a table; else by arrays.
func (x *execution) bindStream(ctx context.Context) (*Bound, error) {
	if x.insert != nil || x.create != nil {
		return x.bindFilling(ctx)
	}
	rows, err := x.openForStream(ctx, x.calls[0])
	if err != nil {
		return nil, err
	}
	if s, ok := rows.(streamer); ok {
		told, err := s.streamable(ctx, x.session, x.stream.columns, true)
		if err != nil {
			rows.Close()
			return nil, err
		}
		if !told {
			set, err := x.collect(ctx, 0, rows)
			if err != nil {
				return nil, err
			}
			return x.bindSets(ctx, []*arraySet{set})
		}
	}
	if rows, err = x.stream.start(ctx, x, rows); err != nil {
		return nil, err
	}
	return &Bound{Params: x.emptyArrays(), Rows: rows}, nil
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

// bindSets binds the calls' arrays in the order of the text, or sets them.
// Where temporary tables have the rows, another text reads these.
func (x *execution) bindSets(ctx context.Context, sets []*arraySet) (*Bound, error) {
	b, r := &Bound{}, x.rewriting
	tables := make([]string, len(sets))
	for i, set := range sets {
		tables[i] = set.table
		b.Made += int64(set.rows)
	}
	if slices.ContainsFunc(tables, func(t string) bool { return t != "" }) {
		r = x.rewriting.over(tables, x.st, x.calls, x.ClientParams)
		b.Instead = &Rewritten{SQL: r.String(), ParamOIDs: x.oids(r), position: func(server int) int { return r.Position(x.st.source, server) }}
		b.Drop = x.dropping(tables)
	}
	taken := make([]int, len(sets))
	for i, a := range r.arrays {
		p := sets[a.call].param(taken[a.call])
		taken[a.call]++
		if !r.settings {
			b.Params = append(b.Params, p)
			continue
		}
		err := x.session.Query(ctx, "SELECT pg_catalog.length(pg_catalog.set_config($1, $2::"+pgtypes.NameOf[a.oid]+"[]::pg_catalog.text, true))",
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
