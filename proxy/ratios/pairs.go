package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/jackc/pgx/v5"
)

const (
	million = 1_000_000
	sample  = "'mesures', 'date_debut', ARRAY['station', 'polluant'], 'valeur'"
)

// generate is a call for so many rows.
func generate(rows int) string { return fmt.Sprintf("datamime_generate(%s, %d)", sample, rows) }

// prepare makes a sample of 120 series of 72 hours, a table of a million rows
// made from it, a larger source and a stored model.
func (p *place) prepare(ctx context.Context) error {
	_, err := p.through.PgConn().Exec(ctx, `
		CREATE TABLE mesures AS SELECT '2024-01-01'::timestamp + h * interval '1 hour' AS date_debut,
			'S' || s AS station, 'P' || q AS polluant, (40 + 20 * sin(h / 3.8 + s) + (h * 7919 + s * 31 + q) % 17)::integer AS valeur
			FROM generate_series(0, 71) h, generate_series(1, 30) s, generate_series(1, 4) q;
		CREATE TABLE stored AS SELECT * FROM `+generate(million)+`;
		CREATE TABLE filled (LIKE stored);
		CREATE TABLE history AS SELECT date_debut, station, polluant, valeur
			FROM datamime_generate('(SELECT * FROM mesures WHERE station IN (''S1'', ''S2'', ''S3''))', 'date_debut', ARRAY['station', 'polluant'], 'valeur', `+fmt.Sprint(million)+`);
		ANALYZE;
		SELECT datamime_fit('m', `+sample+`)`).ReadAll()
	return err
}

var pairs = []*pair{
	{name: "stream", what: "a million rows to a client that drains them", most: .75,
		ours: step{refit, drain(through, "SELECT * FROM "+generate(million))}, theirs: step{run: drain(direct, "SELECT * FROM stored")}},
	{name: "psql", what: "a million rows to psql -At", most: 1,
		ours: step{refit, psql(through, "SELECT * FROM "+generate(million))}, theirs: step{run: psql(direct, "SELECT * FROM stored")}},
	{name: "insert", what: "INSERT of a million rows, against COPY FROM in binary", most: 1.1,
		ours: step{refitEmpty, exec1(through, "INSERT INTO filled SELECT * FROM "+generate(million))}, theirs: step{empty, copyBack}},
	{name: "again", what: "the same from a sample that was fitted before", most: 1.1,
		ours: step{empty, exec1(through, "INSERT INTO filled SELECT * FROM "+generate(million))}, theirs: step{empty, copyBack}},
	{name: "model", what: "the same from a stored model", most: 1.1,
		ours: step{empty, exec1(through, fmt.Sprintf("INSERT INTO filled SELECT * FROM datamime_generate(model => 'm', row_count => %d)", million))}, theirs: step{empty, copyBack}},
	{name: "target", what: "the same by target => a table", most: 1.1,
		ours: step{refitEmpty, exec1(through, fmt.Sprintf("SELECT datamime_generate(%s, %d, target => 'filled')", sample, million))}, theirs: step{empty, copyBack}},
	{name: "create", what: "CREATE TABLE AS of a million rows, against COPY FROM in binary into a new table", most: 1.1,
		ours: step{refitNew, exec1(through, "CREATE TABLE fresh AS SELECT * FROM "+generate(million))}, theirs: step{dropFresh, copyNew}},
	{name: "join", what: "join of four million, against COPY into a temporary table and its join", most: 1.5,
		ours: step{refit, exec1(through, fmt.Sprintf(joined, generate(4*million)))}, theirs: step{run: copyAndJoin}},
	{name: "aggregate", what: "count and mean of ten million, against COPY into a temporary table and its aggregate", most: 1.5,
		ours: step{refit, exec1(through, "SELECT count(*), avg(valeur) FROM "+generate(10*million))}, theirs: step{run: copyAndCount}},
	{name: "fit", what: "fit of a million rows, against COPY TO of them", most: 1.5,
		ours: step{run: exec1(through, "SELECT datamime_fit('h', 'history', 'date_debut', ARRAY['station', 'polluant'], 'valeur', replace => true)")}, theirs: step{run: copyOut}},
	{name: "first", what: "first row of a window of a stored model, against SELECT 1", most: 20, difference: true,
		ours: step{run: exec1(through, "SELECT * FROM datamime_generate(model => 'm', row_count => 1)")}, theirs: step{run: exec1(direct, "SELECT 1")}},
}

type way func(*place) (conn *pgx.Conn, url string)

func direct(p *place) (*pgx.Conn, string)  { return p.direct, p.directURL }
func through(p *place) (*pgx.Conn, string) { return p.through, p.throughURL }

// exec1 runs one statement.
func exec1(w way, sql string) func(context.Context, *place) error {
	return func(ctx context.Context, p *place) error {
		conn, _ := w(p)
		_, err := conn.PgConn().Exec(ctx, sql).ReadAll()
		return err
	}
}

// drain reads a statement's rows in text and looks at none.
func drain(w way, sql string) func(context.Context, *place) error {
	return func(ctx context.Context, p *place) error {
		conn, _ := w(p)
		r := conn.PgConn().ExecParams(ctx, sql, nil, nil, nil, nil)
		for r.NextRow() {
		}
		_, err := r.Close()
		return err
	}
}

func psql(w way, sql string) func(context.Context, *place) error {
	return func(ctx context.Context, p *place) error {
		_, url := w(p)
		return exec.CommandContext(ctx, "psql", "-At", url, "-c", sql).Run()
	}
}

// refit gives the sample a value that no run before had, so that none of its fits
// will do.
func refit(ctx context.Context, p *place) error {
	p.fits++
	_, err := p.direct.Exec(ctx, "UPDATE mesures SET valeur = $1 WHERE station = 'S1' AND polluant = 'P1' AND date_debut = '2024-01-01'", p.fits)
	return err
}

// empty empties the table filled.
func empty(ctx context.Context, p *place) error {
	_, err := p.direct.Exec(ctx, "TRUNCATE filled")
	return err
}

// dropFresh sees to it that there is no table fresh.
func dropFresh(ctx context.Context, p *place) error {
	_, err := p.direct.Exec(ctx, "DROP TABLE IF EXISTS fresh")
	return err
}

func refitEmpty(ctx context.Context, p *place) error {
	return errors.Join(refit(ctx, p), empty(ctx, p))
}

func refitNew(ctx context.Context, p *place) error {
	return errors.Join(refit(ctx, p), dropFresh(ctx, p))
}

// copyBack copies the stored rows into the table filled, in binary.
func copyBack(ctx context.Context, p *place) error {
	return p.copy(ctx, "COPY stored TO STDOUT (FORMAT binary)", "COPY filled FROM STDIN (FORMAT binary)", 1)
}

// copyNew copies the stored rows into a new table, in binary.
func copyNew(ctx context.Context, p *place) error {
	if _, err := p.direct.Exec(ctx, "CREATE TABLE fresh (LIKE stored)"); err != nil {
		return err
	}
	return p.copy(ctx, "COPY stored TO STDOUT (FORMAT binary)", "COPY fresh FROM STDIN (FORMAT binary)", 1)
}

// joined is a join that needs every column of its four million rows.
const joined = "SELECT count(*), sum(g.valeur - m.valeur) FROM %s g JOIN mesures m USING (date_debut, station, polluant)"

// copyAndJoin copies four million rows into a temporary table and joins them.
func copyAndJoin(ctx context.Context, p *place) error {
	if err := exec1(direct, "CREATE TEMP TABLE IF NOT EXISTS four (LIKE stored); TRUNCATE four")(ctx, p); err != nil {
		return err
	}
	if err := p.copy(ctx, "COPY stored TO STDOUT (FORMAT binary)", "COPY four FROM STDIN (FORMAT binary)", 4); err != nil {
		return err
	}
	return exec1(direct, "ANALYZE four; "+fmt.Sprintf(joined, "four"))(ctx, p)
}

// copyAndCount copies ten million rows into a temporary table and aggregates
// them.
func copyAndCount(ctx context.Context, p *place) error {
	if err := exec1(direct, "CREATE TEMP TABLE IF NOT EXISTS ten (LIKE stored); TRUNCATE ten")(ctx, p); err != nil {
		return err
	}
	if err := p.copy(ctx, "COPY stored TO STDOUT (FORMAT binary)", "COPY ten FROM STDIN (FORMAT binary)", 10); err != nil {
		return err
	}
	return exec1(direct, "SELECT count(*), avg(valeur) FROM ten")(ctx, p)
}

func copyOut(ctx context.Context, p *place) error {
	_, err := p.direct.PgConn().CopyTo(ctx, io.Discard, "COPY history TO STDOUT (FORMAT binary)")
	return err
}

// bytesOf keeps what COPY TO gave once, so that only COPY FROM is measured.
var bytesOf = map[string][]byte{}

// copy runs a COPY FROM several times with what a COPY TO gives.
func (p *place) copy(ctx context.Context, out, in string, times int) error {
	if bytesOf[out] == nil {
		var b buffer
		if _, err := p.direct.PgConn().CopyTo(ctx, &b, out); err != nil {
			return err
		}
		bytesOf[out] = b
	}
	for range times {
		b := buffer(bytesOf[out])
		if _, err := p.direct.PgConn().CopyFrom(ctx, &b, in); err != nil {
			return err
		}
	}
	return nil
}

// buffer is bytes to write to and to read from.
type buffer []byte

func (b *buffer) Write(p []byte) (int, error) { *b = append(*b, p...); return len(p), nil }

func (b *buffer) Read(p []byte) (int, error) {
	if len(*b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, *b)
	*b = (*b)[n:]
	return n, nil
}
