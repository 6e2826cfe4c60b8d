package sqlfuncs

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"math"

	"github.com/datamime/datamime/engine"
)

// fitKey stands for a fit: all that the engine is given of a source's rows, in
// their order, and what it is told.
func (r *request) fitKey(s *engine.Sample) [sha256.Size]byte {
	w := wordHash{Hash: sha256.New()}
	fmt.Fprintf(w, "rows %d %d %q %v %q %q %q %v ", len(s.Time), len(s.Value), s.Series, r.frequency, r.location, r.civil, r.holidays, r.innovations)
	for _, t := range s.Time {
		w.add(uint64(t))
	}
	for _, i := range s.Index {
		w.add(uint64(i))
	}
	for _, column := range s.Value {
		for _, v := range column {
			w.add(math.Float64bits(v))
		}
	}
	w.flush()
	return [sha256.Size]byte(w.Sum(nil))
}

// A wordHash takes words of eight bytes, a few hundred at a time.
type wordHash struct {
	hash.Hash
	buf []byte
}

func (w *wordHash) add(word uint64) {
	if w.buf = binary.LittleEndian.AppendUint64(w.buf, word); len(w.buf) >= 4096 {
		w.flush()
	}
}

func (w *wordHash) flush() {
	w.Write(w.buf) // a hash's Write returns no error
	w.buf = w.buf[:0]
}
