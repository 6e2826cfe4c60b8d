package sqlfuncs

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// relocate makes the position of a server's error point into the client's
// text, when the error came from a text spliced together from it.
func relocate(err error, st *Statement, s *sqltext.Splice) error {
	return mapPosition(err, func(p int) int { return s.Position(st.source, p) })
}

// relocateTo makes an error of the server's point to one place of the
// client's text, whatever text of ours it came from.
func relocateTo(err error, position int) error {
	err = mapPosition(err, func(int) int { return 0 })
	var se *ServerError
	if position <= 0 || !errors.As(err, &se) || len(se.Raw) == 0 || !placed(se.Code) {
		return err
	}
	raw := append([]byte(nil), se.Raw[:len(se.Raw)-1]...)
	raw = append(raw, 'P')
	raw = strconv.AppendInt(raw, int64(position), 10)
	return &ServerError{Code: se.Code, Message: se.Message, Raw: append(raw, 0, 0)}
}

// placed tells whether an error of this SQLSTATE is about what was written, not
// about the transaction, its resources, or an operator's intervention.
func placed(code string) bool {
	switch code[:min(2, len(code))] {
	case "25", "40", "53", "54", "55", "57", "58", "XX":
		return false
	}
	return true
}

// withoutContext takes the context away that tells of our COPY.
func withoutContext(err error) error {
	return mapFields(err, func(field byte, text []byte) []byte {
		if field == 'W' {
			return nil
		}
		return text
	})
}

// raisedIn tells whether an error comes from this function of the server's own:
// what tells apart, in any language, errors of one SQLSTATE.
func raisedIn(err error, routine string) bool {
	raised, _ := fieldOf(err, 'R')
	return raised == routine
}

// fieldOf reads a field of a server's error.
func fieldOf(err error, field byte) (text string, has bool) {
	_ = mapFields(err, func(f byte, t []byte) []byte {
		if f == field {
			text, has = string(t), true
		}
		return t
	})
	return text, has
}

func mapPosition(err error, f func(int) int) error {
	return mapFields(err, func(field byte, text []byte) []byte {
		if field != 'P' {
			return text
		}
		p, bad := strconv.Atoi(string(text))
		if p = f(p); bad != nil || p <= 0 {
			return nil
		}
		return strconv.AppendInt(nil, int64(p), 10)
	})
}

// mapFields replaces the fields of a server's error; nil leaves one out.
func mapFields(err error, f func(field byte, text []byte) []byte) error {
	var se *ServerError
	if !errors.As(err, &se) {
		return err
	}
	raw := make([]byte, 0, len(se.Raw)+4)
	for rest := se.Raw; len(rest) > 0 && rest[0] != 0; {
		end := bytes.IndexByte(rest, 0)
		if end < 0 {
			return err
		}
		field, text := rest[0], f(rest[0], rest[1:end])
		rest = rest[end+1:]
		if text == nil {
			continue
		}
		raw = append(raw, field)
		raw = append(raw, text...)
		raw = append(raw, 0)
	}
	raw = append(raw, 0)
	return &ServerError{Code: se.Code, Message: se.Message, Raw: raw}
}

// explain adds to an error of the server's at an interval that is none how one
// is written.
func (e *evaluation) explain(err error) error {
	se := (*ServerError)(nil)
	if !errors.As(err, &se) || se.Code != codeMalformedTime {
		return err
	}
	position, _ := fieldOf(err, 'P')
	at, _ := strconv.Atoi(position)
	for _, a := range e.args {
		arg, src := a.in.args[a.index], e.st.source
		if a.in.fn.params[a.index].typ == argInterval && src.Characters(arg.expr) < at && at <= src.Characters(arg.end) {
			return withHint(err, "An interval is written as '15 minutes', '1 hour', '1 day' or '1 month'.")
		}
	}
	return err
}
