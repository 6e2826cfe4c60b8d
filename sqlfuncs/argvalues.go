package sqlfuncs

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/datamime/datamime/sqlfuncs/pgtypes"
)

// quoteText shows a text in a message.
func quoteText(s string) string { return `"` + s + `"` }

// readArgument reads an argument's value from its type's binary form.
func readArgument(t argType, b []byte) (value, *Error) {
	v := value{known: true}
	if b == nil {
		v.null = true
		return v, nil
	}
	ok := true
	switch t {
	case argText, argJSON:
		v.text = string(b)
	case argNames:
		v.text = string(b)
		v.convert(argNames)
	case argTextArray:
		if len(b) >= 4 && binary.BigEndian.Uint32(b) > 1 {
			return v, &Error{Code: codeInvalid, Message: "a list of names cannot have more than one dimension", Hint: "Write it as ARRAY['a', 'b']."}
		}
		v.list, v.nulls, ok = readTextArray(b)
	case argBigint:
		if ok = len(b) == 8; ok {
			v.num = int64(binary.BigEndian.Uint64(b))
		}
	case argInt:
		if ok = len(b) == 4; ok {
			v.num = int64(int32(binary.BigEndian.Uint32(b)))
		}
	case argFloat:
		if ok = len(b) == 8; ok {
			v.float = math.Float64frombits(binary.BigEndian.Uint64(b))
		}
	case argBool:
		if ok = len(b) == 1; ok {
			v.num = int64(b[0])
		}
	case argInterval:
		if ok = len(b) == 16; ok {
			v.span = interval{
				micros: int64(binary.BigEndian.Uint64(b)),
				days:   int32(binary.BigEndian.Uint32(b[8:])),
				months: int32(binary.BigEndian.Uint32(b[12:])),
			}
		}
	case argTime:
		if ok = len(b) == 8; ok {
			us := int64(binary.BigEndian.Uint64(b))
			if us == math.MaxInt64 || us == math.MinInt64 {
				return v, &Error{Code: codeInvalid, Message: "a start or an end cannot be infinite",
					Hint: "Leave it out for the default, or give row_count."}
			}
			if us > math.MaxInt64-pgtypes.Epoch2000 {
				return v, &Error{Code: codeInvalid, Message: "a start or an end is out of range"}
			}
			v.num = us + pgtypes.Epoch2000
		}
	}
	if !ok {
		return v, &Error{Code: codeInternal, Message: "the server sent an argument of type " + t.String() + " in an unexpected form"}
	}
	return v, nil
}

// readTextArray reads a text[] of at most one dimension in binary form.
func readTextArray(b []byte) (list []string, nulls, ok bool) {
	list = []string{}
	if len(b) < 12 {
		return nil, false, false
	}
	switch binary.BigEndian.Uint32(b) {
	case 0:
		return list, false, true
	case 1:
	default:
		return nil, false, false
	}
	if len(b) < 20 {
		return nil, false, false
	}
	n := int(int32(binary.BigEndian.Uint32(b[12:])))
	b = b[20:]
	for range n {
		if len(b) < 4 {
			return nil, false, false
		}
		size := int(int32(binary.BigEndian.Uint32(b)))
		b = b[4:]
		if size < 0 {
			nulls = true
			list = append(list, "")
			continue
		}
		if len(b) < size {
			return nil, false, false
		}
		list = append(list, string(b[:size]))
		b = b[size:]
	}
	return list, nulls, true
}

// parseArray reads the text form of a one-dimensional array, '{a,"b c",NULL}'.
func parseArray(s string) (list []string, nulls, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) < 2 || s[0] != '{' || s[len(s)-1] != '}' {
		return nil, false, false
	}
	list = []string{}
	s = s[1 : len(s)-1]
	if strings.TrimSpace(s) == "" {
		return list, false, true
	}
	for {
		item, quoted, rest, ok := arrayItem(s)
		if !ok {
			return nil, false, false
		}
		if !quoted && strings.EqualFold(item, "null") {
			nulls, item = true, ""
		}
		list = append(list, item)
		if rest == "" {
			return list, nulls, true
		}
		s = rest[1:]
	}
}

// arrayItem reads one element; rest is empty or starts with the comma behind.
func arrayItem(s string) (item string, quoted bool, rest string, ok bool) {
	s = strings.TrimLeft(s, " \t\r\n\v\f")
	var b strings.Builder
	i := 0
	if i < len(s) && s[i] == '"' {
		for i++; i < len(s) && s[i] != '"'; i++ {
			if s[i] == '\\' && i+1 < len(s) {
				i++
			}
			b.WriteByte(s[i])
		}
		if i >= len(s) {
			return "", false, "", false
		}
		rest = strings.TrimLeft(s[i+1:], " \t\r\n\v\f")
		return b.String(), true, rest, rest == "" || rest[0] == ','
	}
	for ; i < len(s) && s[i] != ','; i++ {
		switch s[i] {
		case '{', '}', '"':
			return "", false, "", false
		case '\\':
			if i++; i >= len(s) {
				return "", false, "", false
			}
		}
		b.WriteByte(s[i])
	}
	item = strings.TrimRight(b.String(), " \t\r\n\v\f")
	return item, false, s[i:], item != ""
}
