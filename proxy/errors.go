package proxy

import (
	"bytes"
	"strconv"

	"github.com/datamime/datamime/sqlfuncs"
)

// errorResponse makes an ErrorResponse of an error of ours.
func errorResponse(severity string, e *sqlfuncs.Error) []byte {
	return message('E', errorFields(severity, e))
}

// noticeResponse makes a NoticeResponse of a notice of ours.
func noticeResponse(e *sqlfuncs.Error) []byte {
	return message('N', errorFields("NOTICE", e))
}

// errorFields encodes the fields of an error or a notice.
func errorFields(severity string, e *sqlfuncs.Error) []byte {
	var b []byte
	field := func(code byte, text string) {
		if text != "" {
			b = append(append(append(b, code), text...), 0)
		}
	}
	field('S', severity)
	field('V', severity)
	field('C', e.Code)
	field('M', e.Message)
	field('D', e.Detail)
	field('H', e.Hint)
	if e.Position > 0 {
		field('P', strconv.Itoa(e.Position))
	}
	return append(b, 0)
}

// serverError decodes what is needed of an ErrorResponse's body and keeps it.
func serverError(body []byte) *sqlfuncs.ServerError {
	e := &sqlfuncs.ServerError{Raw: bytes.Clone(body)}
	eachField(e.Raw, func(code byte, text []byte) {
		switch code {
		case 'C':
			e.Code = string(text)
		case 'M':
			e.Message = string(text)
		}
	})
	return e
}

// eachField calls f with the fields of an ErrorResponse's body.
func eachField(body []byte, f func(code byte, text []byte)) {
	for len(body) > 1 {
		text, rest, ok := bytes.Cut(body[1:], []byte{0})
		if !ok {
			return
		}
		f(body[0], text)
		body = rest
	}
}

// sqlstate is the SQLSTATE in an ErrorResponse's body.
func sqlstate(body []byte) (state string) {
	eachField(body, func(code byte, text []byte) {
		if code == 'C' {
			state = string(text)
		}
	})
	return state
}

// withoutOwnNames makes an ErrorResponse of an error in a query of ours. The
// context that names our portal means nothing to the client.
func withoutOwnNames(body []byte) []byte {
	return mapFields(body, func(code byte, text []byte) []byte {
		if code == 'W' && bytes.Contains(text, []byte(ownPortal)) {
			return nil
		}
		return text
	})
}

// stripPosition makes an ErrorResponse of a query of ours presentable: the
// query's text, and places in it, mean nothing to the client.
func stripPosition(body []byte) []byte {
	return mapPosition(body, func(int) int { return 0 })
}

// mapPosition makes an ErrorResponse whose position is what f maps the
// server's to; 0 leaves it out.
func mapPosition(body []byte, f func(server int) int) []byte {
	return mapFields(body, func(code byte, text []byte) []byte {
		if code != 'P' {
			return text
		}
		n, err := strconv.Atoi(string(text))
		if err != nil {
			return nil
		}
		if n = f(n); n <= 0 {
			return nil
		}
		return strconv.AppendInt(nil, int64(n), 10)
	})
}

// mapFields makes an ErrorResponse whose fields are what f makes of the
// body's; nil leaves one out.
func mapFields(body []byte, f func(code byte, text []byte) []byte) []byte {
	var b []byte
	eachField(body, func(code byte, text []byte) {
		if text = f(code, text); text != nil {
			b = append(append(append(b, code), text...), 0)
		}
	})
	return message('E', append(b, 0))
}
