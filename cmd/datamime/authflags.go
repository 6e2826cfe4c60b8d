package main

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/datamime/datamime/proxy"
)

// authFlags say where the proxy looks users up when it must check them itself:
// with TLS on both sides, where SCRAM cannot be relayed.
type authFlags struct {
	file, query, connection string
}

// ownCatalogue is what --auth-query says where it stands alone.
const ownCatalogue = "pg_authid"

// register declares the flags.
func (f *authFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.file, "auth-file", "",
		"`FILE` of users and their SCRAM verifiers, as PgBouncer has it; needed when both sides use TLS and SCRAM, which cannot be relayed then")
	fs.StringVar(&f.query, "auth-query", "",
		"in its place, a `QUERY` with the user $1 that gives name and verifier; alone, one of pg_authid")
	fs.Lookup("auth-query").NoOptDefVal = ownCatalogue
	fs.StringVar(&f.connection, "auth-connection", "", "connection `URL` of the role that runs it; without it --upstream's user does")
}

// verifier is proxy.Server's Verifier; nil where no flag asks for one.
func (f *authFlags) verifier(upstream string) (func(ctx context.Context, user string) (string, error), error) {
	switch {
	case f.file != "" && f.query != "":
		return nil, usagef("--auth-file and --auth-query exclude each other: give one")
	case f.connection != "" && f.query == "":
		return nil, usagef("--auth-connection needs --auth-query")
	case f.file != "":
		_, err := authFile(f.file).read()
		return authFile(f.file).verifier, err
	case f.query == "":
		return nil, nil
	}
	if f.query == ownCatalogue {
		f.query = proxy.DefaultAuthQuery
	}
	if f.connection == "" {
		f.connection = upstream
	}
	if _, err := pgx.ParseConfig(f.connection); err != nil {
		return nil, usagef("--auth-connection %s is no connection string: write postgres://USER@HOST:PORT/DATABASE", withoutPassword(f.connection))
	}
	return proxy.AuthQuery(f.connection, f.query), nil
}
