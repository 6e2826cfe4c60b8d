package sqlfuncs

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// A splice is a text made of pieces of the client's and pieces of ours. It
// knows where each came from, so that a position in it can be traced back.
type splice struct {
	b        strings.Builder
	segments []segment
}

type segment struct {
	start  int  // in the spliced text
	origin int  // in the client's
	copied bool // byte by byte; else the whole segment stands for origin
}

func (s *splice) copy(src string, from, to int) {
	if from < to {
		s.segments = append(s.segments, segment{s.b.Len(), from, true})
		s.b.WriteString(src[from:to])
	}
}

// insert adds text of ours; errors in it point to origin.
func (s *splice) insert(text string, origin int) {
	s.segments = append(s.segments, segment{s.b.Len(), origin, false})
	s.b.WriteString(text)
}

// append adds another splice of the same client's text.
func (s *splice) append(other *splice) {
	for _, g := range other.segments {
		g.start += s.b.Len()
		s.segments = append(s.segments, g)
	}
	s.b.WriteString(other.String())
}

func (s *splice) String() string { return s.b.String() }

// trace returns the offset in the client's text that an offset in the spliced
// one stands for.
func (s *splice) trace(offset int) int {
	i := sort.Search(len(s.segments), func(i int) bool { return s.segments[i].start > offset }) - 1
	if i < 0 {
		return 0
	}
	g := s.segments[i]
	if g.copied {
		return g.origin + offset - g.start
	}
	return g.origin
}

// position maps a position in the spliced text, in characters from 1, to one
// in the client's; 0 stays 0.
func (s *splice) position(src *source, server int) int {
	if server <= 0 {
		return 0
	}
	return src.characters(min(s.trace(byteOffset(s.String(), server-1, src.raw)), len(src.sql))) + 1
}

// byteOffset returns the offset of the n-th character.
func byteOffset(sql string, n int, raw bool) int {
	if raw {
		return min(n, len(sql))
	}
	i := 0
	for ; n > 0 && i < len(sql); n-- {
		_, size := utf8.DecodeRuneInString(sql[i:])
		i += size
	}
	return i
}
