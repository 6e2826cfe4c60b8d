package importer

import (
	"strconv"
	"strings"
	"unicode"
)

// missing tells whether a text stands for no value.
func missing(s string) bool {
	switch s {
	case "", "NA", "N/A", "n/a", "NULL", "null", "NaN", "nan", "None", "-", "–", "—", "..", "...", "…", "?",
		"N.D.", "n.d.", "ND", "nd", "n.c.", "N.C.":
		return true
	case "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#VALEUR!", "#NOM?", "#NOMBRE!", "#NUL!": // a spreadsheet's
		return true
	}
	return false
}

// numberStyle is how a column writes its numbers.
type numberStyle int

const (
	point numberStyle = iota // 1,234.5
	comma                    // 1 234,5 or 1.234,5
)

// number is a text read as a number.
type number struct {
	text     string // as PostgreSQL reads it
	integer  bool
	exponent bool
	percent  bool // it was one: the text is a hundredth of what stood there
	grouped  bool // it has separators of thousands
}

// parseNumber reads a number in a style. Codes such as 01234 are none.
func parseNumber(s string, style numberStyle) (number, bool) {
	decimal, group := byte('.'), byte(',')
	if style == comma {
		decimal, group = ',', '.'
	}
	var b strings.Builder
	n := number{integer: true}
	rest := trimUnit(s, &n)
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		if rest[0] == '-' {
			b.WriteByte('-')
		}
		rest = rest[1:]
	} else if r, ok := strings.CutPrefix(rest, "−"); ok {
		b.WriteByte('-')
		rest = r
	}
	whole, fraction := rest, ""
	mantissa, exponent := cutExponent(rest)
	if exponent != "" {
		n.exponent, n.integer = true, false
		whole = mantissa
	}
	if i := strings.IndexByte(whole, decimal); i >= 0 {
		whole, fraction = whole[:i], whole[i+1:]
		n.integer = false
		if !digits(fraction) || fraction == "" && whole == "" {
			return n, false
		}
	}
	plain, grouped, ok := ungroup(whole, group)
	if !ok || len(plain) > 1 && plain[0] == '0' {
		return n, false
	}
	if plain == "" {
		plain = "0"
	}
	n.grouped = grouped
	b.WriteString(plain)
	if fraction != "" {
		b.WriteString("." + fraction)
	}
	b.WriteString(exponent)
	n.text = b.String()
	if n.percent {
		if n.exponent {
			return n, false
		}
		n.text, n.integer = hundredth(n.text), false
	}
	return n, whole != "" || fraction != ""
}

// trimUnit cuts a percent sign or the sign of a currency off.
func trimUnit(s string, n *number) string {
	for _, sign := range []string{"%", "€", "$", "£"} {
		rest, ok := strings.CutSuffix(s, sign)
		if !ok && sign != "%" {
			rest, ok = strings.CutPrefix(s, sign)
		}
		if ok {
			n.percent = sign == "%"
			return strings.TrimSpace(rest)
		}
	}
	return s
}

// hundredth moves the point of a number by two digits.
func hundredth(s string) string {
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	for len(whole) < 3 {
		whole = "0" + whole
	}
	moved := whole[:len(whole)-2] + "." + whole[len(whole)-2:] + fraction
	return sign + strings.TrimSuffix(strings.TrimRight(moved, "0"), ".")
}

func cutExponent(s string) (mantissa, exponent string) {
	i := strings.IndexAny(s, "eE")
	if i <= 0 {
		return s, ""
	}
	digitsOnly := strings.TrimLeft(s[i+1:], "+-")
	if digitsOnly == "" || len(s[i+1:])-len(digitsOnly) > 1 || len(digitsOnly) > 3 || !digits(digitsOnly) {
		return s, ""
	}
	return s[:i], s[i:]
}

// ungroup removes separators of thousands: the style's own, spaces of any
// width, or apostrophes, every three digits.
func ungroup(s string, group byte) (plain string, grouped, ok bool) {
	if digits(s) {
		return s, false, true
	}
	var b strings.Builder
	run, groups := 0, 0
	var used rune
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
			run++
		case r == rune(group) || r == '\'' || r == '’' || unicode.IsSpace(r) || r == '\u202f':
			if used != 0 && used != r || run == 0 || run > 3 || groups > 0 && run != 3 {
				return "", false, false
			}
			used, run = r, 0
			groups++
		default:
			return "", false, false
		}
	}
	return b.String(), true, groups > 0 && run == 3
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// fitsInt tells whether an integer fits into a number of bits.
func fitsInt(s string, bits int) bool {
	_, err := strconv.ParseInt(s, 10, bits)
	return err == nil
}

// parseBool reads a truth value, in English or French.
func parseBool(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "true", "t", "yes", "y", "oui", "vrai":
		return true, true
	case "false", "f", "no", "n", "non", "faux":
		return false, true
	}
	return false, false
}
