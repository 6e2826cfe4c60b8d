package sqlfuncs

import "context"

// A targetRelation inserts the rows of a source into a table and gives one row
// that tells what it did.
type targetRelation struct {
	*generateRelation
	name string
}

func (t *targetRelation) columns() []column {
	return []column{plain("target", oidText), plain("row_count", oidInt8), plain("series_count", oidInt8),
		plain("first", oidText), plain("last", oidText), plain("seed", oidInt8)}
}

func (t *targetRelation) open(ctx context.Context, in *invocation) (RowSource, error) {
	return nil, in.wrong("target", codeUnsupported, "Use INSERT INTO ... SELECT.", "target is not there yet")
}
