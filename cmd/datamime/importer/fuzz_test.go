package importer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// FuzzImport reads anything as a source, up to the COPY data. No record may be
// lost: each is a row or a reject, and every row has all its columns.
func FuzzImport(f *testing.F) {
	f.Add([]byte(french))
	f.Add([]byte("a,b\n1,2\n\"x\ny\",3\n4,\"never closed\n5,6\n"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00"))
	f.Add([]byte("t|v\n2024-01-01|1e5\n01/02/2024|−3\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		o := Options{Source: "-", Stdin: bytes.NewReader(content), Table: "t", Rejects: filepath.Join(t.TempDir(), "rejects.csv")}
		s, err := spool(context.Background(), o)
		if err != nil {
			return
		}
		defer func() { _ = s.Close() }()
		d, err := findDialect(s, o)
		if err != nil {
			return
		}
		columns, err := inferColumns(context.Background(), s, &d, o)
		if err != nil {
			return
		}
		kept, err := newRejects(o, d.Unit)
		if err != nil {
			t.Fatal(err)
		}
		copied, err := io.ReadAll(newCopyRows(context.Background(), s, &Result{Columns: columns, Dialect: d}, kept, nil))
		if err != nil {
			t.Fatal(err)
		}
		if err := kept.close(); err != nil {
			t.Fatal(err)
		}
		rows := 0
		for line := range strings.Lines(string(copied)) {
			rows++
			if n := strings.Count(line, "\t") + 1; n != len(columns) {
				t.Fatalf("%d columns in %q", n, line)
			}
		}
		if n := count(t, s, d); int64(rows)+kept.n != int64(n) {
			t.Fatalf("%d rows and %d rejects of %d records", rows, kept.n, n)
		}
	})
}

// count returns the number of records below the head.
func count(t *testing.T, s *spooledFile, d Dialect) int {
	t.Helper()
	_, r, err := openBody(s, d)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		_, _, err := r.next()
		var rejected *reject
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil && !errors.As(err, &rejected) {
			t.Fatal(err)
		}
	}
}

// FuzzValues holds what is read as a number or a time against Go's own
// readers.
func FuzzValues(f *testing.F) {
	for _, s := range []string{"1 234,5", "-0.5", "1e-7", "31/03/2024 14h30", "2024-02-29T23:59:59.5+05:30", "24:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, style := range []numberStyle{point, comma} {
			if n, ok := parseNumber(s, style); ok {
				again, ok := parseNumber(n.text, point)
				if !ok || again.text != n.text {
					t.Fatalf("%q is read as %q, and that as %q", s, n.text, again.text)
				}
			}
		}
		for _, order := range []dateOrder{ymd, dmy, mdy} {
			m, ok := parseMoment(s, order)
			if !ok || m.clock {
				continue
			}
			if _, err := time.Parse(time.DateOnly, m.text); err != nil {
				t.Fatalf("%q is read as %q", s, m.text)
			}
		}
	})
}
