// Package modelform is how the data of a stored model are written as bytes, and read
// again: numbers, texts, codes and columns of values by a Writer and a Reader, and the
// whole compressed by Pack and Unpack. What they mean is the caller's.
//
// The bytes that are read may be anybody's: a Reader neither panics nor takes more
// memory than a multiple of what it has.
package modelform

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
)

// ErrForm is returned for bytes that Pack has not written.
var ErrForm = errors.New("not in a form that is known")

// MaxSize bounds what is packed and unpacked: the server's limit of a value is 1 GB,
// and the whole is to be held in memory.
const MaxSize = 512 << 20

// MostUnfolds is what DEFLATE holds back hostile bytes to: they unfold to so many times
// their length at most.
const MostUnfolds = 1032

// A Form says what data are: two letters, and the version of what stands in them.
type Form struct {
	Magic   string
	Version byte
	Unfolds uint64 // times their length that the data may unfold to
}

// Pack compresses a body: magic, version, uvarint length, then DEFLATE of the body.
func (f Form) Pack(body []byte) ([]byte, error) {
	var packed bytes.Buffer
	packed.WriteString(f.Magic)
	packed.WriteByte(f.Version)
	packed.Write(binary.AppendUvarint(nil, uint64(len(body))))
	w, err := flate.NewWriter(&packed, 6)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	err = w.Close()
	return packed.Bytes(), err
}

// Unpack gives the body that Pack has compressed; ErrForm for anything else.
func (f Form) Unpack(data []byte) ([]byte, error) {
	head := len(f.Magic) + 1
	if len(data) <= head || string(data[:head-1]) != f.Magic || data[head-1] != f.Version {
		return nil, ErrForm
	}
	size, n := binary.Uvarint(data[head:])
	if n <= 0 || size > MaxSize || size > uint64(len(data))*f.Unfolds {
		return nil, ErrForm
	}
	packed := bytes.NewReader(data[head+n:])
	r := flate.NewReader(packed)
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, ErrForm
	}
	if k, err := r.Read(make([]byte, 1)); k != 0 || err != io.EOF || packed.Len() > 0 {
		return nil, ErrForm
	}
	return body, nil
}
