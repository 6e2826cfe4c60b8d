package main

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// duplicateTable is the server's code for a table that exists already.
const duplicateTable = "42P07"

// hasCode tells whether the server's error has a SQLSTATE.
func hasCode(err error, code string) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == code
}
