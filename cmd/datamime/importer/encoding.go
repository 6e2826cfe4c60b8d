package importer

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// sniffed is how much of a source decides its encoding when nothing names it.
// A later byte that is not UTF-8 is read as Windows-1252 too.
const sniffed = 1 << 20

// decode writes the source as UTF-8.
func (s *spooledFile) decode(in io.Reader, name string) error {
	buffered := bufio.NewReaderSize(in, sniffed)
	head, err := buffered.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return unreadable(err)
	}
	var decoder encoding.Encoding
	if s.encoding, decoder, err = chooseEncoding(name, head); err != nil {
		return err
	}
	var text io.Reader
	if decoder != nil {
		text = transform.NewReader(buffered, decoder.NewDecoder())
	} else {
		text = transform.NewReader(buffered, transform.Chain(unicode.BOMOverride(encoding.Nop.NewDecoder()), mendUTF8{}))
	}
	w := bufio.NewWriterSize(s.File, 1<<16)
	if s.size, err = io.Copy(w, text); err != nil {
		return unreadable(err)
	}
	return w.Flush()
}

func unreadable(err error) error {
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) {
		return locale.Errorf("it ends too early, or is damaged")
	}
	return err
}

// chooseEncoding finds the encoding by its name, or by looking. A nil encoding
// is UTF-8.
func chooseEncoding(name string, head []byte) (string, encoding.Encoding, error) {
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	switch strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name)) {
	case "":
	case "utf8":
		return "UTF-8", nil, nil
	case "latin1", "iso88591":
		return "Latin-1", charmap.ISO8859_1, nil
	case "latin9", "iso885915":
		return "Latin-9", charmap.ISO8859_15, nil
	case "windows1252", "cp1252":
		return "Windows-1252", charmap.Windows1252, nil
	case "utf16":
		return "UTF-16", utf16, nil
	default:
		return "", nil, usagef("--encoding %q is unknown: choose utf-8, latin-1, latin-9, windows-1252 or utf-16", name)
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "UTF-16", utf16, nil
	case validUTF8(head):
		return "UTF-8", nil, nil
	}
	return "Windows-1252", charmap.Windows1252, nil
}

// validUTF8 forgives a last character that is cut.
func validUTF8(b []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut <= len(b); cut++ {
		if utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
}

// mendUTF8 reads bytes that are not UTF-8 as Windows-1252, which is what a
// file that was pasted together holds, and drops zero bytes, which no text of
// PostgreSQL may hold.
type mendUTF8 struct{ transform.NopResetter }

func (mendUTF8) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		r, size := rune(src[nSrc]), 1
		if r >= utf8.RuneSelf {
			if !atEOF && !utf8.FullRune(src[nSrc:]) {
				return nDst, nSrc, transform.ErrShortSrc
			}
			if r, size = utf8.DecodeRune(src[nSrc:]); r == utf8.RuneError && size == 1 {
				r = charmap.Windows1252.DecodeByte(src[nSrc])
			}
		}
		if r == 0 {
			nSrc++
			continue
		}
		if nDst+utf8.RuneLen(r) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	return nDst, nSrc, nil
}
