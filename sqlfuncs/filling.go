package sqlfuncs

import "context"

// bindFilling binds a statement whose rows go into a table. Where a model is to be
// fitted, that goes on while the server runs the statement over empty arrays and
// tells of the table.
func (x *execution) bindFilling(ctx context.Context) (*Bound, error) {
	rows, err := x.openForFilling(ctx, x.calls[0])
	if err != nil {
		return nil, err
	}
	insert := func(ctx context.Context, s Session) (int64, error) { return x.fill(ctx, s, rows) }
	return &Bound{Params: x.emptyArrays(), Insert: insert, Close: rows.Close}, nil
}

// openForFilling is openForStream, but for a model that is still being fitted.
func (x *execution) openForFilling(ctx context.Context, in *invocation) (RowSource, error) {
	if _, ok := in.rel.(*generateRelation); !ok {
		return x.openForStream(ctx, in)
	}
	if err := x.renew(ctx, in); err != nil {
		return nil, err
	}
	u, err := in.rel.(*generateRelation).begin(ctx, in, in.needed)
	if err != nil {
		return nil, err
	}
	return &fillingRows{upcoming: u}, nil
}

// fill puts the rows of a stream into the statement's table: by COPY where that
// does the same as INSERT and their form can be told here.
func (x *execution) fill(ctx context.Context, s Session, rows RowSource) (n int64, err error) {
	defer rows.Close()
	ins := x.insert
	if x.create != nil {
		var columns []column
		for _, k := range x.stream.columns {
			columns = append(columns, x.calls[0].rel.columns()[k])
		}
		if ins, err = x.create.insertion(ctx, s, columns); err != nil {
			return 0, err
		}
	}
	if t, ok := rows.(streamer); ok && ins.plain {
		told, err := t.streamable(ctx, s, x.stream.columns, false)
		if err != nil {
			return 0, err
		}
		ins = &insertion{table: ins.table, columns: ins.columns, plain: told}
	}
	if rows, err = x.stream.start(ctx, x, rows); err != nil {
		return 0, err
	}
	return ins.into(ctx, s, tell(x.calls[0], rows))
}

// fillingRows are those of a generator that is made ready when it is asked anything.
type fillingRows struct {
	upcoming *upcoming // nil once there is
	gen      *generator
}

func (f *fillingRows) ready(ctx context.Context) error {
	u := f.upcoming
	if u == nil {
		return nil
	}
	f.upcoming = nil
	gen, err := u.end(ctx)
	if err != nil {
		return err
	}
	gen.filling = true
	f.gen = gen
	return nil
}

func (f *fillingRows) streamable(ctx context.Context, s Session, columns []int, text bool) (bool, error) {
	if err := f.ready(ctx); err != nil {
		return false, err
	}
	return f.gen.streamable(ctx, s, columns, text)
}

func (f *fillingRows) Next(ctx context.Context) (*Batch, error) {
	if err := f.ready(ctx); err != nil {
		return nil, err
	}
	return f.gen.Next(ctx)
}

func (f *fillingRows) expected() int64 {
	if f.gen == nil {
		return 0
	}
	return f.gen.expected()
}

func (f *fillingRows) Close() {
	if u := f.upcoming; u != nil {
		f.upcoming = nil
		u.drop()
	}
	if f.gen != nil {
		f.gen.Close()
	}
}
