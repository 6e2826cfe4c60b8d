package sqlfuncs

import (
	"context"
	"slices"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

var dropFunction = &function{
	name:    "drop",
	doc:     "Remove a stored model.",
	example: "SELECT * FROM datamime_drop('air')",
	params: []parameter{
		{name: "model", typ: argText, doc: "the model's name"},
	},
	resolve: func(context.Context, *invocation) (relation, error) { return dropRelation{}, nil },
}

// A dropRelation removes a stored model and tells its name.
type dropRelation struct{}

func (dropRelation) columns() []column { return []column{plain("model", pgtypes.Text)} }

func (dropRelation) open(ctx context.Context, in *invocation) (RowSource, error) {
	v, ok := in.given("model")
	if !ok {
		return nil, in.wrong("model", codeInvalid, "", "a model has a name")
	}
	st, err := readStore(ctx, in.session)
	if err != nil {
		return nil, err
	}
	if !st.table {
		return nil, noModel(ctx, in, "model", v.text)
	}
	t := newTextTable(1)
	err = in.session.Query(ctx, "DELETE FROM datamime.model WHERE model = $1 RETURNING model", []Param{textParam(v.text)}, Text,
		func([][]byte) error { t.add(v.text); return nil })
	if err != nil {
		return nil, relocateTo(err, 0)
	}
	if t.rows > 0 {
		return t, nil
	}
	names, err := modelNames(ctx, in.session)
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(names, v.text):
		return nil, notOwner(in, v.text, "")
	}
	return nil, noModel(ctx, in, "model", v.text)
}
