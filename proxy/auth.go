package proxy

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// DefaultAuthQuery needs a role that may read pg_authid. As with PgBouncer, a
// function of one's own can stand in for that.
const DefaultAuthQuery = "SELECT rolname, rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1 AND rolcanlogin"

// AuthQuery looks users up in the server itself, by a query with the user's
// name as its parameter that returns the name and the SCRAM verifier. The
// connection string has a user of its own for it.
func AuthQuery(connection, query string) func(context.Context, string) (string, error) {
	return func(ctx context.Context, user string) (secret string, err error) {
		conn, err := pgx.Connect(ctx, connection)
		if err != nil {
			return "", err
		}
		defer conn.Close(ctx)
		var name string
		var stored *string
		err = conn.QueryRow(ctx, query, user).Scan(&name, &stored)
		switch {
		case errors.Is(err, pgx.ErrNoRows) || err == nil && stored == nil:
			return "", nil
		case err != nil:
			return "", fmt.Errorf("run the authentication query: %w", err)
		}
		return *stored, nil
	}
}
