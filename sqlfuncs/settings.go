package sqlfuncs

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// settings are the session's settings that decide what text is sent and read.
// They are read anew for every Bind: functions change them unseen.
type settings struct {
	isoDates   bool           // DateStyle is ISO
	timeZone   string         // TimeZone
	location   *time.Location // nil: a zone that only the server knows
	floatExact bool           // extra_float_digits > 0: the shortest exact text
	notices    bool           // client_min_messages lets a NOTICE through
}

const settingsQuery = `SELECT pg_catalog.current_setting('DateStyle'), pg_catalog.current_setting('TimeZone'),
pg_catalog.current_setting('extra_float_digits'), pg_catalog.current_setting('client_min_messages')`

func readSettings(ctx context.Context, s Session) (*settings, error) {
	set := &settings{}
	err := s.Query(ctx, settingsQuery, nil, Text, func(row [][]byte) error {
		set.isoDates = strings.HasPrefix(string(row[0]), "ISO")
		set.timeZone = string(row[1])
		digits, _ := strconv.Atoi(string(row[2]))
		set.floatExact = digits > 0
		switch string(row[3]) {
		case "warning", "error":
		default:
			set.notices = true
		}
		return nil
	})
	set.location = loadLocation(set.timeZone)
	return set, err
}

// notice tells the client something, when it wants to hear it.
func (in *invocation) notice(message, detail, hint string) {
	if in.settings == nil || in.settings.notices {
		in.session.Notice(&Error{Code: codeNotice, Message: message, Detail: detail, Hint: hint})
	}
}
