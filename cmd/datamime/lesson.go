package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/datamime/datamime/cmd/datamime/importer"
	"github.com/datamime/datamime/cmd/datamime/locale"
)

// A lesson is what the demo teaches: three statements on a table, each with its
// effect.
type lesson struct {
	about string // the table, in a sentence
	steps []lessonStep
	words []string // the table's, for the verbs of the command line
}

type lessonStep struct{ sql, effect string }

// airLesson is about the project's own sample. Its first statement is the
// README's.
func airLesson(rows int64) *lesson {
	l := &lesson{about: locale.Say("A PostgreSQL with %s rows of hourly air quality (table mesures, %d days,\n%d stations) is behind datamime.",
		thousands(int(rows)), sampleHours/24, len(stations))}
	p := &importer.Proposal{Source: "mesures", Time: "date_debut", Series: []string{"station", "polluant"}, Values: []string{"valeur"}, Rows: 1_000_000}
	l.teach("mesures", p, calendar{"hour", time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)})
	return l
}

// A calendar is what a year to come is looked at by, and when it begins.
type calendar struct {
	part  string // hour, isodow or month
	start time.Time
}

// partNames are the columns of the parts of a calendar.
var partNames = map[string]string{"hour": "hour", "isodow": "weekday", "month": "month"}

// lessonOf is about a table that was imported.
func lessonOf(ctx context.Context, url, table string, r *importer.Result) (*lesson, error) {
	p := r.Proposal
	if p == nil {
		return nil, usagef("%s: there is no column of times with one of numbers in it, which every statement needs: "+
			"name them by --time and --value", table)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, importer.Explain(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var first, last time.Time
	var times, series int64
	key := "1"
	if len(p.Series) > 0 {
		key = "(" + strings.Join(p.Series, ", ") + ")"
	}
	err = conn.QueryRow(ctx, fmt.Sprintf(`SELECT min(%[1]s)::timestamp, max(%[1]s)::timestamp, count(DISTINCT %[1]s), count(DISTINCT %[2]s) FROM %[3]s AS t`,
		p.Time, key, p.Source)).Scan(&first, &last, &times, &series)
	if err != nil {
		return nil, importer.Explain(err)
	}
	step := time.Duration(0)
	if times > 1 {
		step = last.Sub(first) / time.Duration(times-1)
	}
	c := calendar{"month", time.Date(last.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)}
	switch {
	case step <= 12*time.Hour:
		c.part = "hour"
	case step < 3*24*time.Hour:
		c.part = "isodow"
	}
	l := &lesson{about: locale.Say("A PostgreSQL with your %s (table %s, %s of %s,\n%s to %s) is behind datamime.",
		countOf(int(r.Rows)), table, seriesOf(int(series)), strings.Join(p.Values, ", "), day(first), day(last))}
	l.teach(table, p, c)
	return l, nil
}

func seriesOf(n int) string {
	if n == 1 {
		return locale.Say("one series")
	}
	return locale.Say("%s series", thousands(n))
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// teach writes the statements for a table.
func (l *lesson) teach(table string, p *importer.Proposal, c calendar) {
	l.words = p.Arguments()
	value, group := p.Values[0], partNames[c.part]
	if len(p.Series) > 0 {
		group = p.Series[len(p.Series)-1] + ", " + group
	}
	part := fmt.Sprintf("extract(%s FROM %s) AS %s", c.part, p.Time, partNames[c.part])
	columns := part
	if len(p.Series) > 0 {
		columns = p.Series[len(p.Series)-1] + ", " + part
	}
	l.steps = []lessonStep{
		{
			p.Statement(),
			locale.Say("%s new rows with the table's own columns, from its first time on;\n"+
				"the same statement gives the same rows, another seed (seed => 1) others", countInWords(p.Rows)),
		},
		{
			fmt.Sprintf("SELECT %s, round(avg(%s)::numeric, 1) AS mean\n  FROM %s\n GROUP BY %s ORDER BY %s;", columns, value,
				p.Call(fmt.Sprintf("\n         start_at => '%s', end_at => '%s'", day(c.start), day(c.start.AddDate(1, 0, 0)))), group, group),
			yearToCome(c.part) + inEach(p.Series),
		},
		{
			fmt.Sprintf("SELECT * FROM %s;", p.Call(fmt.Sprintf("\n         row_count => %d, target => '%s_test'", p.Rows/10, table))),
			locale.Say("a table for your application to be tried on: %s_test is made like %s, and filled", table, table),
		},
	}
}

// yearToCome says what the second statement shows, by the part of the
// calendar that it groups by.
func yearToCome(part string) string {
	switch part {
	case "hour":
		return locale.Say("a call stands where a table does: a whole year to come, as its mean day")
	case "isodow":
		return locale.Say("a call stands where a table does: a whole year to come, as its mean week")
	}
	return locale.Say("a call stands where a table does: a whole year to come, as its mean year")
}

func inEach(series []string) string {
	if len(series) == 0 {
		return ""
	}
	return locale.Say(" per %s", series[len(series)-1])
}

func countInWords(n int) string {
	switch n {
	case 1000:
		return locale.Say("a thousand")
	case 1_000_000:
		return locale.Say("a million")
	}
	return thousands(n)
}

// print says where to connect and what to try.
func (l *lesson) print(w io.Writer, at net.Addr) error {
	text := "\n" + l.about + locale.Say(" Connect to it with any PostgreSQL client:\n\n    %s\n\nand try:\n", clientCommand(at))
	for i, s := range l.steps {
		text += fmt.Sprintf("\n%d. %s\n\n%s\n", i+1, indent(s.effect, "   ")[3:], indent(s.sql, "    "))
	}
	text += locale.Say("\nWithout a client, datamime itself asks and draws (in another window):\n\n%s\n\nCtrl-C ends the demo; its data is gone then.\n",
		indent(verbLines(l.words, demoURL(at)), "    "))
	_, err := io.WriteString(w, text)
	return err
}

// verbLines are the commands that describe a table, and draw it beside what is
// generated from it.
func verbLines(words []string, to string) string {
	arguments := shellWords(words)
	return "datamime describe " + arguments + " --to " + shellWords([]string{to}) + "\n" +
		"datamime report " + arguments + " --html report.html --to " + shellWords([]string{to})
}

// shellWords writes words for a shell, in quotes where they need them.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.ContainsAny(w, " ()'\"$?&*;<>|~`\\") {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
