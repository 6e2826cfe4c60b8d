package sqlfuncs

import (
	"context"
	"runtime/debug"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// Version is the version that datamime_version() tells; the command sets it.
var Version = "devel"

var versionFunction = &function{
	name:    "version",
	doc:     "The version of datamime and of the server behind it.",
	example: "SELECT * FROM datamime_version()",
	resolve: func(context.Context, *invocation) (relation, error) { return versionRelation{}, nil },
}

type versionRelation struct{}

func (versionRelation) columns() []column {
	return []column{plain("version", pgtypes.Text), plain("commit", pgtypes.Text), plain("postgres", pgtypes.Text)}
}

func (versionRelation) open(_ context.Context, in *invocation) (RowSource, error) {
	t := newTextTable(3)
	t.add(Version, commit(), in.session.Parameter("server_version"))
	return t, nil
}

// commit is the revision that the program was built from, "" when it is not
// known.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}
