package sqlfuncs

import "context"

var modelsFunction = &function{
	name:    "models",
	doc:     "The stored models that you may see.",
	example: "SELECT * FROM datamime_help('models')",
	resolve: func(context.Context, *invocation) (relation, error) { return modelsRelation{}, nil },
}

// A modelsRelation lists the stored models.
type modelsRelation struct{}

func (modelsRelation) columns() []column {
	return []column{plain("model", oidText), plain("source", oidText), plain("time_column", oidText),
		textArrayColumn("series_columns"), textArrayColumn("value_columns"), plain("frequency", oidInterval),
		plain("series_count", oidInt8), plain("row_count", oidInt8), plain("bytes", oidInt8),
		plain("created_at", oidTimestamptz), plain("created_by", oidText)}
}

func (modelsRelation) open(_ context.Context, in *invocation) (RowSource, error) {
	return nil, in.wrong("", codeUnsupported, "", "stored models are not there yet")
}

// textArrayColumn is a column of type text[], which travels as text.
func textArrayColumn(name string) column {
	return column{name: name, oid: oidTextArray, mod: -1, typeName: "pg_catalog.text[]", base: oidTextArray, baseMod: -1, kind: 'b', sortable: true, hasSend: true}
}
