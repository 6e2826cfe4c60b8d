package sqltext

import "strings"

// In some of the encodings that only clients have, the second byte of a
// character can be that of an ASCII one: a backslash, a bracket, a letter.

// WideMask stands for such a byte.
const WideMask = 0xff

// MaskWide puts WideMask in the place of bytes that look like ASCII and are
// not; a text in any other encoding stays as it is.
func MaskWide(sql, encoding string) string {
	encoding = strings.ToUpper(encoding)
	switch encoding {
	case "SJIS", "SHIFT_JIS_2004", "BIG5", "GBK", "UHC", "GB18030", "JOHAB":
	default:
		return sql
	}
	katakana := strings.HasPrefix(encoding, "S") // of one byte, 0xa1 to 0xdf
	var b []byte
	for i := 0; i+1 < len(sql); i++ {
		if c := sql[i]; c <= 0x80 || katakana && c >= 0xa1 && c <= 0xdf {
			continue
		}
		i++
		if sql[i] >= 0x80 {
			continue
		}
		if b == nil {
			b = []byte(sql)
		}
		b[i] = WideMask
	}
	if b == nil {
		return sql
	}
	return string(b)
}
