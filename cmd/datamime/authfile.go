package main

import (
	"context"
	"os"
	"strings"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// authFile reads users and their secrets from a file in PgBouncer's form, a
// user a line: "user" "SCRAM-SHA-256$..." (or the password itself). It is read
// at every login, so that a change counts at once.
type authFile string

// verifier is proxy.Server's: the user's secret, "" for one that is not there.
func (f authFile) verifier(_ context.Context, user string) (string, error) {
	users, err := f.read()
	return users[user], err
}

func (f authFile) read() (map[string]string, error) {
	content, err := os.ReadFile(string(f))
	if err != nil {
		return nil, locale.Errorf("cannot read --auth-file %s: it must be there, and readable", string(f))
	}
	users := map[string]string{}
	n := 0
	for line := range strings.Lines(string(content)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == ';' || line[0] == '#' {
			continue
		}
		user, rest, ok := quoted(line)
		secret, _, ok2 := quoted(strings.TrimLeft(rest, " \t"))
		if !ok || !ok2 {
			return nil, locale.Errorf(`line %d of --auth-file %s is not "user" "secret"`, n, string(f))
		}
		users[user] = secret
	}
	return users, nil
}

// quoted cuts a text in double quotes, in which two of them mean one.
func quoted(s string) (text, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		return b.String(), s[i+1:], true
	}
	return "", s, false
}
