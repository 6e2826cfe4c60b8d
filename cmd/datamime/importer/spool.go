package importer

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// spooledFile is the source as UTF-8 without a byte order mark, in a temporary
// file that Close removes.
type spooledFile struct {
	*os.File
	size     int64
	encoding string
}

// Close closes and removes the temporary file.
func (s *spooledFile) Close() error {
	return errors.Join(s.File.Close(), os.Remove(s.Name()))
}

// spool copies the source, unpacked and decoded, into a temporary file.
func spool(ctx context.Context, o Options) (*spooledFile, error) {
	in, err := openSource(ctx, o)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	file, err := os.CreateTemp("", "datamime-import-")
	if err != nil {
		return nil, fmt.Errorf("cannot make a temporary file in %s: give a writable folder in TMPDIR", os.TempDir())
	}
	s := &spooledFile{File: file}
	raw, err := unpack(in, file)
	if err == nil {
		err = s.decode(raw, o.Encoding)
	}
	switch {
	case ctx.Err() != nil:
		err = errStopped
	case err == nil && s.size == 0:
		err = fmt.Errorf("%s is empty", o.Source)
	case err == nil:
		return s, nil
	}
	_ = s.Close()
	var usage *UsageError
	if errors.As(err, &usage) || errors.Is(err, errStopped) {
		return nil, err
	}
	return nil, fmt.Errorf("cannot read %s: %w", o.Source, err)
}

// openSource opens a file, standard input or a URL.
func openSource(ctx context.Context, o Options) (io.ReadCloser, error) {
	switch {
	case o.Source == "-":
		return io.NopCloser(o.Stdin), nil
	case strings.HasPrefix(o.Source, "http://"), strings.HasPrefix(o.Source, "https://"):
		return fetch(ctx, o.Source)
	}
	f, err := os.Open(o.Source)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s", o.Source)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("this user may not read %s", o.Source)
	case err != nil:
		return nil, fmt.Errorf("cannot open %s", o.Source)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s is a folder: name a file in it", o.Source)
	}
	return f, nil
}

func fetch(ctx context.Context, url string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, usagef("%s is no URL", url)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("cannot fetch %s: there is no answer from %s", url, request.URL.Host)
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, fmt.Errorf("cannot fetch %s: the server answered %s", url, response.Status)
	}
	return response.Body, nil
}

// unpack recognises gzip and zip by their first bytes. A zip needs its end
// first, so that it goes through the temporary file.
func unpack(in io.Reader, scratch *os.File) (io.Reader, error) {
	buffered := bufio.NewReaderSize(in, 1<<16)
	head, _ := buffered.Peek(4)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, errors.New("it starts like gzip, but is none")
		}
		return unzipped, nil
	case bytes.Equal(head, []byte("PK\x03\x04")):
		return unzip(buffered, scratch)
	}
	return buffered, nil
}

// unzip returns the one table in a zip archive. It holds it in memory.
func unzip(in io.Reader, scratch *os.File) (io.Reader, error) {
	size, err := io.Copy(scratch, in)
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(scratch, size)
	if err != nil {
		return nil, errors.New("it starts like a zip archive, but is none")
	}
	var tables []*zip.File
	for _, f := range archive.File {
		switch strings.ToLower(filepath.Ext(f.Name)) {
		case ".csv", ".tsv", ".txt", ".tab":
			tables = append(tables, f)
		case ".xml", ".rels":
			return nil, usagef("a spreadsheet cannot be read yet: save it as CSV first")
		}
	}
	if len(tables) != 1 {
		return nil, fmt.Errorf("the zip archive holds %d tables: take out the one you mean", len(tables))
	}
	f, err := tables[0].Open()
	if err != nil {
		return nil, errors.New("the zip archive is damaged")
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		return nil, errors.New("the zip archive is damaged")
	}
	if _, err := scratch.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return bytes.NewReader(content), scratch.Truncate(0)
}

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
		return errors.New("it ends too early, or is damaged")
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
