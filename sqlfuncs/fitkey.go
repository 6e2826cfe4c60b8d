package sqlfuncs

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"

	"github.com/datamime/datamime/engine"
)

// fitKey stands for a fit: all that the engine is given of a source's rows, in
// their order, and what it is told.
func (r *request) fitKey(s *engine.Sample) [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "rows %d %d %q %v %q %q %q %v ", len(s.Time), len(s.Value), s.Series, r.frequency, r.location, r.civil, r.holidays, r.innovations)
	writeNumbers(h, s.Time)
	writeNumbers(h, s.Index)
	for _, column := range s.Value {
		writeNumbers(h, column)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// writeNumbers gives a hash numbers of one size, some at a time.
func writeNumbers[T int32 | int64 | float64](h hash.Hash, numbers []T) {
	var buf []byte
	for some := range slices.Chunk(numbers, 1024) {
		buf, _ = binary.Append(buf[:0], binary.LittleEndian, some) // of a size: no error
		h.Write(buf)
	}
}
