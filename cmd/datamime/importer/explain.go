package importer

import (
	"errors"
	"io"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// Explain turns an error of a connection into one line for a user: the
// server's own words where it spoke, and what to do where it did not.
func Explain(err error) error {
	var server *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &server):
		text := server.Message
		if server.Detail != "" {
			text += ": " + server.Detail
		}
		if server.Hint != "" {
			text += " (" + server.Hint + ")"
		}
		return errors.New(oneLine(text) + LoginHint(err))
	case errors.As(err, &connect):
		return locale.Errorf("there is no PostgreSQL to talk to at %s port %d: check the address, and that the server runs",
			connect.Config.Host, connect.Config.Port)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return locale.Errorf("the server went away: nothing was loaded")
	}
	return errors.New(oneLine(err.Error()))
}

// LoginHint says how a password is given, where a login failed for want of the
// right one.
func LoginHint(err error) string {
	var server *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case !errors.As(err, &server) || server.Code != "28P01" || !errors.As(err, &connect):
		return ""
	case connect.Config.Password == "":
		return " (" + locale.Say("No password was given: write --to postgres://USER:PASSWORD@HOST:PORT/DATABASE, or set PGPASSWORD.") + ")"
	}
	return " (" + locale.Say("Check the user and the password in --to, PGPASSWORD or ~/.pgpass.") + ")"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
