package sqltext

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// A Splice is a text made of pieces of the client's and pieces of ours. It
// knows where each came from, so that a position in it can be traced back.
type Splice struct {
	b        strings.Builder
	segments []segment
}

type segment struct {
	start  int  // in the spliced text
	origin int  // in the client's
	copied bool // byte by byte; else the whole segment stands for origin
}

// Copy adds src[from:to], which stands at the same place of the client's text.
func (s *Splice) Copy(src string, from, to int) {
	if from < to {
		s.segments = append(s.segments, segment{s.b.Len(), from, true})
		s.b.WriteString(src[from:to])
	}
}

// Insert adds text of ours; errors in it point to origin.
func (s *Splice) Insert(text string, origin int) {
	s.segments = append(s.segments, segment{s.b.Len(), origin, false})
	s.b.WriteString(text)
}

// Append adds another splice of the same client's text.
func (s *Splice) Append(other *Splice) {
	for _, g := range other.segments {
		g.start += s.b.Len()
		s.segments = append(s.segments, g)
	}
	s.b.WriteString(other.String())
}

// String is the whole text.
func (s *Splice) String() string { return s.b.String() }

// trace returns the offset in the client's text that an offset in the spliced
// one stands for.
func (s *Splice) trace(offset int) int {
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

// Position maps a position in the spliced text, in characters from 1, to one
// in the client's; 0 stays 0.
func (s *Splice) Position(src *Source, server int) int {
	if server <= 0 {
		return 0
	}
	return src.Characters(min(s.trace(byteOffset(s.String(), server-1, src.raw)), len(src.SQL))) + 1
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
