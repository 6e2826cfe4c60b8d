package prose

import (
	"math"
	"strings"
)

var (
	blocks     = []rune("▁▂▃▄▅▆▇█")
	plainMarks = []rune("_.-~=+*#")
)

// Sparkline draws values as a row of blocks between the least and the largest,
// with a space where there is none; in plain marks where the client reads no
// Unicode.
func Sparkline(values []float64, plain bool) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	marks := blocks
	if plain {
		marks = plainMarks
	}
	var b strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			b.WriteByte(' ')
		case !(high > low):
			b.WriteRune(marks[len(marks)/2-1])
		default:
			b.WriteRune(marks[int(math.Round((v/2-low/2)/(high/2-low/2)*float64(len(marks)-1)))])
		}
	}
	return b.String()
}

var accents = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "û", "u", "à", "a", "É", "E", "À", "A", "ç", "c", "ù", "u", "\u00a0", " ")

// WithoutAccents writes what our own sentences hold in ASCII.
func WithoutAccents(s string) string { return accents.Replace(s) }
