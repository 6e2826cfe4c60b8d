package sqlfuncs

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// A sinking session takes the data of a COPY in place of the server, and looks
// at the heap meanwhile.
type sinking struct {
	*testSession
	bytes, heap uint64
}

func (s *sinking) CopyFrom(ctx context.Context, sql string, next func([]byte) ([]byte, error)) (int64, error) {
	var buf []byte
	for chunks := 0; ; chunks++ {
		var err error
		buf, err = next(buf[:0])
		s.bytes += uint64(len(buf))
		if chunks%200 == 0 {
			s.look()
		}
		if err == io.EOF {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// look takes note of the largest heap that is in use.
func (s *sinking) look() {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	s.heap = max(s.heap, m.HeapAlloc)
}

// TestConstantMemory: three times the rows take no more memory on the ways that
// hold none: streams, COPY into tables, and into temporary ones.
func TestConstantMemory(t *testing.T) {
	for _, c := range []struct{ name, sql, path string }{
		{"stream", "SELECT * FROM @ g", "stream"},
		{"insert", "INSERT INTO filled SELECT * FROM @ g", "insert"},
		{"create", "CREATE TEMP TABLE made AS SELECT * FROM @ g", "insert"},
		{"target", "SELECT datamime_generate(#, target => 'pg_temp.made')", "stream"},
		{"spill", "SELECT count(*), max(g.valeur) FROM @ g JOIN mesures USING (date_debut, station, polluant, commune)", "spill"},
	} {
		t.Run(c.name, func(t *testing.T) {
			heap := func(rows int) uint64 {
				s := &sinking{testSession: connect(t)}
				s.must(t, "CREATE TEMP TABLE filled (LIKE mesures)")
				args := fmt.Sprintf("%s, %d", mesures, rows)
				s.pass(t, strings.NewReplacer("@", "datamime_generate("+args+")", "#", args).Replace(c.sql), c.path)
				return s.heap
			}
			few, many := heap(2_000_000), heap(6_000_000)
			// What is ready ahead of the reader varies by some MB.
			if many > few+(8<<20) {
				t.Errorf("%d MB for 6 million rows, %d MB for 2 million", many>>20, few>>20)
			}
			t.Logf("%d MB, %d MB", few>>20, many>>20)
		})
	}
}

// pass runs a statement up to where the server would read what was copied.
func (s *sinking) pass(t *testing.T, sql, path string) {
	t.Helper()
	ctx := t.Context()
	s.must(t, "BEGIN")
	p := prepared(ctx, t, s, sql)
	b, err := p.Bind(ctx, s, nil)
	if err != nil {
		t.Fatal(inFull(err))
	}
	switch {
	case b.Instead != nil && path == "spill":
	case b.Rows != nil && path == "stream":
		batches := 0
		err = readAll(ctx, b.Rows, func(*Batch) error {
			if batches++; batches%100 == 0 {
				s.look()
			}
			return nil
		})
		b.Rows.Close()
	case b.Insert != nil && path == "insert":
		values, _, formats := split(b.Params)
		if _, err := s.ExecParams(ctx, p.SQL, values, p.ParamOIDs, formats, nil).Close(); err != nil {
			t.Fatal(err)
		}
		_, err = b.Insert(ctx, s)
	default:
		t.Fatalf("it does not go by %s", path)
	}
	if err != nil {
		t.Fatal(inFull(err))
	}
	if s.heap == 0 {
		t.Fatal("nobody looked")
	}
	s.must(t, "ROLLBACK")
}
