package proxy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
)

// AuthFile looks users up in a file like PgBouncer's: a user and its SCRAM
// verifier (or password) a line, each in double quotes, where "" stands for
// one. The file is read at each look-up, so that changes count at once.
func AuthFile(path string) func(context.Context, string) (string, error) {
	return func(_ context.Context, user string) (string, error) {
		b, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		for line := range strings.Lines(string(b)) {
			name, rest, ok := cutQuoted(line)
			if !ok || name != user {
				continue
			}
			if secret, _, ok := cutQuoted(rest); ok {
				return secret, nil
			}
		}
		return "", nil
	}
}

// cutQuoted cuts the first quoted text off a line.
func cutQuoted(line string) (text, rest string, ok bool) {
	_, line, ok = strings.Cut(line, `"`)
	var b strings.Builder
	for ok {
		var part string
		if part, line, ok = strings.Cut(line, `"`); !ok {
			break
		}
		b.WriteString(part)
		if !strings.HasPrefix(line, `"`) {
			return b.String(), line, true
		}
		b.WriteByte('"')
		line = line[1:]
	}
	return "", "", false
}

// DefaultAuthQuery needs a role that may read pg_authid. As with PgBouncer, a
// function of one's own can stand in for that.
const DefaultAuthQuery = "SELECT rolname, rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1 AND rolcanlogin"

// AuthQuery looks users up in the server itself, by a query with the user's
// name as its parameter that returns the name and the SCRAM verifier; "" is
// DefaultAuthQuery. The connection string has a user of its own for it.
func AuthQuery(connection, query string) func(context.Context, string) (string, error) {
	if query == "" {
		query = DefaultAuthQuery
	}
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
