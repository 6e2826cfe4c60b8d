package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// explain turns an error of a connection into one line for a user: the
// server's own words where it spoke, and what to do where it did not.
func explain(err error) error {
	var connect *pgconn.ConnectError
	var server *pgconn.PgError
	switch {
	case errors.As(err, &server):
		text := server.Message
		if server.Detail != "" {
			text += ": " + server.Detail
		}
		if server.Hint != "" {
			text += " (" + server.Hint + ")"
		}
		return errors.New(strings.ReplaceAll(text, "\n", " "))
	case errors.As(err, &connect):
		at := fmt.Sprintf("%s port %d", connect.Config.Host, connect.Config.Port)
		return fmt.Errorf("there is no PostgreSQL to talk to at %s: check the address, and that the server runs", at)
	}
	return errors.New(strings.ReplaceAll(err.Error(), "\n", " "))
}

// duplicateTable is the server's code for a table that exists already.
const duplicateTable = "42P07"

// hasCode tells whether the server's error has a SQLSTATE.
func hasCode(err error, code string) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == code
}
