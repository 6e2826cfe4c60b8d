package sqlfuncs

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// A stored model keeps its texts in UTF-8, whoever writes and reads it; in
// memory they are in the client's encoding, like all others.

// notUTF8 refuses texts of which it is not known what they are in UTF-8.
func notUTF8() *Error {
	return &Error{Code: codeUnsupported, Message: "a stored model keeps its texts in UTF-8", Hint: "SET client_encoding TO 'UTF8' first."}
}

// toUTF8 reads a text in the client's encoding; nil is UTF-8.
func toUTF8(s string, charset encoding.Encoding) (string, error) {
	if charset != nil {
		u, err := charset.NewDecoder().String(s)
		if err != nil {
			return "", notUTF8()
		}
		s = u
	}
	if !utf8.ValidString(s) {
		return "", notUTF8()
	}
	return s, nil
}

// fromUTF8 writes a text in the client's encoding.
func fromUTF8(s string, charset encoding.Encoding) (string, error) {
	if charset == nil {
		return s, nil
	}
	c, err := charset.NewEncoder().String(s)
	if err != nil {
		return "", &Error{Code: codeUntranslatable, Message: "a text of the model has no equivalent in the client's encoding",
			Detail: "It is " + asciiJSON([]byte(fmt.Sprintf("%q", s))) + ".", Hint: "SET client_encoding TO 'UTF8' first."}
	}
	return c, nil
}

// recoded is the header with its texts in another encoding.
func (h *modelHeader) recoded(f func(string, encoding.Encoding) (string, error), charset encoding.Encoding) (*modelHeader, error) {
	own := *h
	own.Columns = append([]headerColumn(nil), h.Columns...)
	texts := []*string{&own.Source}
	for i := range own.Columns {
		texts = append(texts, &own.Columns[i].Name, &own.Columns[i].Type, &own.Columns[i].Collation)
	}
	for _, t := range texts {
		var err error
		if *t, err = f(*t, charset); err != nil {
			return nil, err
		}
	}
	return &own, nil
}

// recode puts the texts of a model that was read into the client's encoding.
func (h *history) recode(charset encoding.Encoding) error {
	if h.charset = charset; charset == nil {
		return nil
	}
	each := func(c *column, values []string) error {
		if c.wire() != pgtypes.Text {
			return nil
		}
		for i, v := range values {
			var err error
			if values[i], err = fromUTF8(v, charset); err != nil {
				return err
			}
		}
		return nil
	}
	for i, c := range h.roles.series {
		if err := each(&h.src.columns[c], h.keyDict[i].values); err != nil {
			return err
		}
	}
	for _, a := range h.others {
		if err := each(a.column, a.dict.values); err != nil {
			return err
		}
	}
	return nil
}

// asciiJSON writes JSON in ASCII alone, which is the same in every encoding of
// PostgreSQL's.
func asciiJSON(b []byte) string {
	var out []byte
	for _, r := range string(b) {
		switch {
		case r < utf8.RuneSelf:
			out = append(out, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return string(out)
}

// recode puts the texts of a definition, which was read in UTF-8, into the
// client's encoding.
func (d *definition) recode(charset encoding.Encoding) error {
	texts := []*string{&d.time.name, &d.time.typ, &d.value.name, &d.value.typ}
	for i := range d.keys {
		texts = append(texts, &d.keys[i].name, &d.keys[i].typ)
	}
	for _, key := range d.list {
		texts = append(texts, key...)
	}
	for _, t := range texts {
		if t == nil {
			continue
		}
		var err error
		if *t, err = fromUTF8(*t, charset); err != nil {
			return err
		}
	}
	return nil
}
