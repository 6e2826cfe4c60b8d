package main

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// alignTable sets rows in columns, the first row as their heads.
func alignTable(rows [][]string) string {
	var width []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	line := func(row []string, pad, between string) {
		for i, w := range width {
			cell := ""
			if i < len(row) {
				cell = row[i]
			}
			if i > 0 {
				b.WriteString(between)
			}
			b.WriteString(pad + cell)
			if i < len(width)-1 {
				b.WriteString(strings.Repeat(" ", w-utf8.RuneCountInString(cell)) + pad)
			}
		}
		b.WriteByte('\n')
	}
	for n, row := range rows {
		line(row, " ", "|")
		if n == 0 {
			for i, w := range width {
				if i > 0 {
					b.WriteByte('+')
				}
				b.WriteString(strings.Repeat("-", w+2))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// indent puts a prefix before each line of a text.
func indent(text, prefix string) string {
	return prefix + strings.ReplaceAll(text, "\n", "\n"+prefix)
}

// thousands writes a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
