package proxy

import (
	"context"
	"strings"

	"github.com/datamime/datamime/sqlfuncs"
)

// lexOptions are the settings that decide how a text is read, as far as the
// server has told.
func (s *session) lexOptions() sqlfuncs.LexOptions {
	return sqlfuncs.LexOptions{
		StandardConformingStrings: s.track.parameters["standard_conforming_strings"] != "off",
		ClientEncoding:            s.track.parameters["client_encoding"],
		Prepared:                  s.prepared(),
		Portal:                    s.makesRows(),
	}
}

// lexOptionsOf are those for a text that the client has sent just now. A server
// tells of a change at the end of a group: behind statements of the same group
// it is asked. After an error of it s.failed is set.
func (s *session) lexOptionsOf(text string) (sqlfuncs.LexOptions, error) {
	if !s.executed || !readVariously(text) {
		return s.lexOptions(), nil
	}
	if err := s.catchUp(); err != nil || s.failed {
		return sqlfuncs.LexOptions{}, err
	}
	o := s.lexOptions()
	const query = `SELECT pg_catalog.current_setting('standard_conforming_strings'), pg_catalog.current_setting('client_encoding')`
	err := s.querier().Query(context.Background(), query, nil, sqlfuncs.Text, func(values [][]byte) error {
		o.StandardConformingStrings, o.ClientEncoding = string(values[0]) != "off", string(values[1])
		return nil
	})
	return o, err
}

// readVariously tells whether how a text is read hangs on settings: they
// decide what backslashes and what bytes beyond ASCII are.
func readVariously(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r == '\\' || r >= 0x80 }) >= 0
}
