package sqlfuncs

import "context"

var generateFunction = &function{
	name:    "generate",
	doc:     "As many new rows as wanted, like those of a source.",
	example: "SELECT * FROM datamime_generate('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur', 1000000)",
	params:  []parameter{},
	resolve: func(ctx context.Context, in *invocation) (relation, error) {
		return nil, &Error{Code: codeUnsupported, Message: "not yet"}
	},
}
