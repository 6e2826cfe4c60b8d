package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/spf13/cobra"

	"github.com/datamime/datamime/cmd/datamime/locale"
	"github.com/datamime/datamime/cmd/datamime/tabular"
)

// How a check ended.
const (
	passed   = "ok"
	doubtful = "note"
	failed   = "failed"
	untried  = "not tried"
)

// A finding is what a check saw, and what to do about it.
type finding struct {
	check, result, detail, advice string
}

// newDoctor is the verb doctor.
func newDoctor() *cobra.Command {
	var (
		f clientFlags
		d destination
	)
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check a proxy and the server behind it, and say what to do",
		Long: `Check the connection, the versions, TLS, the clocks, what the role may do, and a
round trip of each function, on rows made up for it; nothing is kept. A check that
fails says what to do. The exit status is 1 when one did.`,
		Example: "  datamime doctor --to postgres://me@127.0.0.1:6432/mydatabase",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if d.file != "" || d.asked != "" {
				if err := d.choose(cmd.OutOrStdout()); err != nil {
					return err
				}
			}
			findings, err := examine(cmd.Context(), &f)
			if err != nil {
				return err
			}
			if err := d.writeFindings(cmd.OutOrStdout(), findings); err != nil {
				return err
			}
			bad := 0
			for _, x := range findings {
				if x.result == failed {
					bad++
				}
			}
			switch bad {
			case 0:
				return nil
			case 1:
				return locale.Errorf("1 check failed")
			}
			return locale.Errorf("%d checks failed", bad)
		},
	}
	f.register(cmd)
	d.register(cmd)
	cmd.Flags().Lookup("format").Usage = tabular.Names() + " (lines to read)"
	return cmd
}

// writeFindings writes lines to read, or what --format asks for.
func (d *destination) writeFindings(stdout io.Writer, findings []finding) error {
	if d.format == "" {
		var b strings.Builder
		wide := 0
		for _, x := range findings {
			wide = max(wide, utf8.RuneCountInString(locale.Say(x.check)))
		}
		for _, x := range findings {
			fmt.Fprintf(&b, "%-9s  %-*s  %s\n", locale.Say(x.result), wide, locale.Say(x.check), x.detail)
			if x.advice != "" {
				fmt.Fprintf(&b, "%-9s  %-*s  -> %s\n", "", wide, "", x.advice)
			}
		}
		_, err := io.WriteString(stdout, b.String())
		return err
	}
	sink, err := d.open(stdout)
	if err != nil {
		return err
	}
	defer sink.abandon()
	var columns []tabular.Column
	for _, name := range []string{"check", "result", "detail", "advice"} {
		columns = append(columns, tabular.Column{Name: name, OID: pgtype.TextOID, Modifier: -1})
	}
	w, err := tabular.New(d.format, sink, columns, d.width(stdout))
	if err != nil {
		return err
	}
	for _, x := range findings {
		if err := w.Row([][]byte{[]byte(x.check), []byte(x.result), []byte(x.detail), []byte(x.advice)}); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return sink.keep()
}

// A doctor makes the checks on one session.
type doctor struct {
	conn     *pgconn.PgConn
	findings []finding
	bare     bool   // no proxy is there
	writable string // why nothing can be stored, "" when it can
}

func (d *doctor) note(check, result, detail, advice string) {
	d.findings = append(d.findings, finding{check, result, detail, advice})
}

// examine makes all checks. Only wrong usage is an error: what goes wrong is
// a finding.
func examine(ctx context.Context, f *clientFlags) ([]finding, error) {
	d := &doctor{}
	began := time.Now()
	conn, err := f.connect(ctx, nil)
	var usage *usageError
	if errors.As(err, &usage) {
		return nil, err
	}
	if err != nil {
		d.note("connection", failed, err.Error(), locale.Say("see that user, password, database and address in --to are right, and that the proxy and the server run"))
		return d.findings, nil
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	d.conn = conn
	took := time.Since(began)
	who, err := d.row(ctx, "SELECT current_user, current_database()")
	if err != nil {
		d.note("connection", failed, err.Error(), "")
		return d.findings, nil
	}
	d.note("connection", passed, locale.Say("%s to database %s as %s, in %s", conn.Conn().RemoteAddr(), who[1], who[0], took.Round(100*time.Microsecond)), "")
	for _, check := range []func(context.Context){d.versions, d.encryption, d.clocks, d.settings, d.privileges, d.roundTrips} {
		if check(ctx); ctx.Err() != nil {
			return nil, locale.Errorf("interrupted")
		}
	}
	return d.findings, nil
}

// row runs a statement and returns its first row, NULL as "".
func (d *doctor) row(ctx context.Context, sql string) ([]string, error) {
	results, err := d.conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		var server *pgconn.PgError
		if errors.As(err, &server) {
			return nil, errors.New(serverWords(server))
		}
		return nil, err
	}
	for i := len(results) - 1; i >= 0; i-- {
		if len(results[i].Rows) > 0 {
			var row []string
			for _, v := range results[i].Rows[0] {
				row = append(row, string(v))
			}
			return row, nil
		}
	}
	return nil, locale.Errorf("it gives no row")
}
