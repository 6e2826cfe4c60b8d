package sqlfuncs

import (
	"context"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // for machines without the zones; the server has its own
)

// loadLocation finds the clock that the server means by a TimeZone. Names are
// looked up as they are written (nameClock gives them the server's spelling);
// a number is hours to the east. POSIX rules stay with the server.
func loadLocation(name string) *time.Location {
	switch name {
	case "":
		return nil
	case "GMT", "UTC", "Etc/UTC":
		return time.UTC
	case "Local", "localtime":
		return nil
	}
	if hours, err := strconv.ParseFloat(name, 64); err == nil && hours > -168 && hours < 168 {
		return time.FixedZone(name, int(hours*3600))
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loc
}

// nameClock gives the argument time_zone the server's spelling: zones' names
// are its own, without regard to case.
func (in *invocation) nameClock(ctx context.Context) error {
	v, ok := in.given("time_zone")
	if !ok || loadLocation(v.text) != nil {
		return nil
	}
	var names []string
	found := ""
	err := in.session.Query(ctx, "SELECT name FROM pg_catalog.pg_timezone_names WHERE name !~ '^posix'", nil, Text, func(row [][]byte) error {
		name := string(row[0])
		if strings.EqualFold(name, v.text) {
			found = name
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		return err
	}
	if found == "" || loadLocation(found) == nil {
		hint := "Names are those of pg_timezone_names: 'Europe/Paris'."
		if near := closest(v.text, names, 3); len(near) > 0 {
			hint = "Perhaps you meant " + strings.Join(near, " or ") + "."
		}
		return in.wrong("time_zone", codeInvalid, hint, "time zone %s is not known", quoteText(v.text))
	}
	in.values[in.fn.parameter("time_zone")].text = found
	return nil
}
