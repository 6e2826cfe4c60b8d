package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/spf13/cobra"

	"github.com/datamime/datamime/cmd/datamime/locale"
	"github.com/datamime/datamime/cmd/datamime/report"
	"github.com/datamime/datamime/sqlfuncs"
)

// reportArguments are those of evaluate, which a report shows, in its order.
var reportArguments = []string{"source", "time_column", "series_columns", "value_column", "synthetic", "seed"}

// mostReportRows bounds what a report reads of each side.
const mostReportRows = 3_000_000

// newReport is the verb report.
func newReport() *cobra.Command {
	var (
		f     clientFlags
		file  string
		model string
		quiet bool
	)
	call := &functionCall{fn: reportFunction()}
	cmd := &cobra.Command{
		Use:   "report SOURCE TIME_COLUMN SERIES_COLUMNS VALUE_COLUMN --html FILE",
		Short: "Write a page that shows synthetic rows beside the real ones",
		Long: `Write one page of HTML that shows synthetic rows beside the real ones: the
scorecard of datamime_evaluate in words, how the series go together, and for each
series its course, its profiles by hour, weekday and month, the distribution of
its values and its memory; the series that differ most come first. The page needs
no network and no script. With --model the synthetic rows are those of a stored
model, and its source is known; --lang fr writes the page in French.`,
		Example: "  datamime report " + demoSeries + " --html report.html --to postgres://me@127.0.0.1:6432/mydatabase\n" +
			"  datamime report --model air --html report.html --to postgres://me@127.0.0.1:6432/mydatabase",
		Args:              atMost(len(reportArguments)),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			call.positional = args
			// Without a model, what is missing can be told at once.
			if _, err := call.statement(cmd); err != nil && model == "" {
				return err
			}
			r := &reporter{model: model, values: map[string]string{}, lang: cmd.Flags().Lookup("lang").Value.String()}
			for _, name := range reportArguments {
				r.values[name] = call.value(cmd, name)
			}
			switch {
			case file == "":
				return usagef("%s needs the page's name: give it by --html, see %s --help", cmd.CommandPath(), cmd.CommandPath())
			case model != "" && r.values["synthetic"] != "":
				return usagef("--model and --synthetic both say where the synthetic rows come from: give one of them")
			}
			say := func(text string) {
				if !quiet && isTerminal(cmd.ErrOrStderr()) {
					_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "datamime: "+text)
				}
			}
			return r.write(cmd.Context(), &f, file, cmd.OutOrStdout(), say)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	for _, p := range call.fn.Parameters {
		declare(fs, p)
	}
	fs.StringVar(&model, "model", "", "`NAME` of a stored model that makes the synthetic rows; its source is the real side")
	fs.StringVar(&file, "html", "", "`FILE` for the page, - for standard output")
	f.register(cmd)
	fs.BoolVar(&quiet, "quiet", false, "show no progress")
	return cmd
}

// reportFunction is evaluate.
func reportFunction() sqlfuncs.Function {
	for _, fn := range sqlfuncs.Functions() {
		if fn.Name == "evaluate" {
			fn.Parameters = slices.DeleteFunc(fn.Parameters, func(p sqlfuncs.Parameter) bool { return !slices.Contains(reportArguments, p.Name) })
			return fn
		}
	}
	return sqlfuncs.Function{}
}

// A reporter collects what a page shows.
type reporter struct {
	conn    *pgconn.PgConn
	model   string // "" for none
	lang    string
	values  map[string]string // arguments as they were typed
	columns []string          // time, series, values: as the source names them
	keys    int               // how many of them are series columns
	asked   *statement        // the call that an error may point into
	data    report.Data
}

// write asks for everything a page shows, and writes it.
func (r *reporter) write(ctx context.Context, f *clientFlags, file string, stdout io.Writer, say func(string)) error {
	var err error
	if r.conn, err = f.connect(ctx, nil); err != nil {
		return err
	}
	defer func() { _ = r.conn.Close(context.WithoutCancel(ctx)) }()
	if file == "-" {
		file = ""
	}
	sink, err := (&destination{file: file}).open(stdout)
	if err != nil {
		return err
	}
	defer sink.abandon()
	for _, part := range []struct {
		what string
		do   func(context.Context) error
	}{
		{locale.Say("looking the model up"), r.readModel},
		{locale.Say("judging"), r.score},
		{locale.Say("reading the synthetic rows"), r.readSynthetic},
		{locale.Say("reading the real rows"), r.readReal},
		{locale.Say("describing"), r.describe},
	} {
		say(part.what)
		if err := part.do(ctx); err != nil {
			return explainAnswer(ctx, r.conn, r.asked, err)
		}
	}
	r.data.Source, r.data.Made = r.values["source"], time.Now()
	if err := report.Write(sink, &r.data); err != nil {
		return err
	}
	if err := sink.keep(); err != nil {
		return err
	}
	if file != "" {
		say(locale.Say("%s is written: open it in a browser", file))
	}
	return nil
}

// ask writes a call of a function with those of the arguments that were given.
func (r *reporter) ask(function string, names ...string) error {
	s := &statement{function: function, text: selectFrom + "datamime_" + function + "("}
	for _, p := range reportFunction().Parameters {
		v := r.values[p.Name]
		if v == "" || !slices.Contains(names, p.Name) {
			continue
		}
		value, err := literal(p.Type, v)
		if err != nil {
			return err
		}
		s.add(p.Name, value)
	}
	s.text += ")"
	r.asked = s
	return nil
}

// selectFrom stands in front of a call that is a whole statement.
const selectFrom = "SELECT * FROM "

func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// score runs the scorecard.
func (r *reporter) score(ctx context.Context) error {
	if err := r.ask("evaluate", reportArguments...); err != nil {
		return err
	}
	return r.each(ctx, r.asked.text, func(v [][]byte) error {
		r.data.Scores = append(r.data.Scores, report.Score{Measure: string(v[0]), Floor: toFloat(v[1]), Score: toFloat(v[2]), Ratio: toFloat(v[3])})
		return nil
	})
}

// readSynthetic reads the synthetic rows: a table's, or new ones over the
// source's own span.
func (r *reporter) readSynthetic(ctx context.Context) error {
	if err := r.ask("generate", "source", "time_column", "series_columns", "value_column", "seed"); err != nil {
		return err
	}
	from := strings.TrimPrefix(r.asked.text, selectFrom)
	r.asked = &statement{function: "generate"} // whose places are other ones in what follows
	table := r.values["synthetic"]
	switch {
	case table == "":
		r.data.Synthetic = locale.Say("The synthetic rows are generated over the span of the real ones.")
	case r.model == "":
		r.data.Synthetic = locale.Say("The synthetic rows are those of %s.", table)
	}
	if table != "" {
		from = table
	}
	if err := r.nameColumns(ctx, from); err != nil {
		return err
	}
	var err error
	r.data.Generated, r.data.MadeRows, err = r.series(ctx, from)
	return err
}

func (r *reporter) readReal(ctx context.Context) error {
	var err error
	r.data.Real, r.data.RealRows, err = r.series(ctx, r.values["source"])
	return err
}

// nameColumns finds the columns by the names that were typed: as they are, or
// in lower case.
func (r *reporter) nameColumns(ctx context.Context, from string) error {
	var known []string
	result := r.conn.ExecParams(ctx, "SELECT * FROM "+from+" AS t LIMIT 0", nil, nil, nil, nil)
	for _, f := range result.FieldDescriptions() {
		known = append(known, f.Name)
	}
	if _, err := result.Close(); err != nil {
		return err
	}
	keys, err := splitNames(r.values["series_columns"])
	if err != nil {
		return err
	}
	values, err := splitNames(r.values["value_column"])
	if err != nil {
		return err
	}
	r.keys = len(keys)
	r.columns = nil
	for _, name := range append(append([]string{r.values["time_column"]}, keys...), values...) {
		if !slices.Contains(known, name) {
			name = strings.ToLower(name)
		}
		r.columns = append(r.columns, name)
	}
	return nil
}

// series reads the rows of one side, sorted into its series.
func (r *reporter) series(ctx context.Context, from string) (all []report.Series, rows int, err error) {
	list := make([]string, len(r.columns))
	for i, c := range r.columns {
		list[i] = quoteName(c)
	}
	// The clock's own time, whatever its type.
	list[0] = "extract(epoch FROM " + list[0] + "::timestamp)::bigint"
	query := "SELECT " + strings.Join(list, ", ") + " FROM " + from + " AS t ORDER BY 1"
	index := map[string]int{}
	values := r.columns[1+r.keys:]
	err = r.each(ctx, query, func(v [][]byte) error {
		if rows++; rows > mostReportRows {
			return fmt.Errorf("there are more than %s rows: name fewer series or a shorter span in a query, '(SELECT ... WHERE ...)'", thousands(mostReportRows))
		}
		if v[0] == nil {
			return nil
		}
		at, err := strconv.ParseInt(string(v[0]), 10, 64)
		if err != nil {
			return fmt.Errorf("read the time %q: %w", v[0], err)
		}
		name := seriesName(v[1 : 1+r.keys])
		for i, value := range v[1+r.keys:] {
			full := name
			if len(values) > 1 {
				full = strings.TrimPrefix(name+" · "+values[i], " · ")
			}
			k, ok := index[full]
			if !ok {
				k = len(all)
				index[full] = k
				all = append(all, report.Series{Name: full})
			}
			s := &all[k]
			s.Times, s.Values = append(s.Times, at), append(s.Values, toFloat(value))
		}
		return nil
	})
	slices.SortFunc(all, func(a, b report.Series) int { return strings.Compare(a.Name, b.Name) })
	return all, rows, err
}

// seriesName joins the keys of a series.
func seriesName(keys [][]byte) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = string(k)
		if k == nil {
			parts[i] = "NULL"
		}
	}
	return strings.Join(parts, " · ")
}

// describe reads the sentences of datamime_describe; a report stands without
// them too.
func (r *reporter) describe(ctx context.Context) error {
	if err := r.ask("describe", "source", "time_column", "series_columns", "value_column"); err != nil {
		return err
	}
	if r.lang != locale.English {
		r.asked.text = strings.TrimSuffix(r.asked.text, ")")
		r.asked.add("lang", quoteLiteral(r.lang, false))
		r.asked.text += ")"
	}
	r.data.Sentences = map[string]string{}
	severalValues := len(r.columns)-1-r.keys > 1
	err := r.each(ctx, r.asked.text, func(v [][]byte) error {
		name := seriesName(v[:r.keys])
		if severalValues {
			name = strings.TrimPrefix(name+" · "+string(v[r.keys]), " · ")
		}
		r.data.Sentences[name] = string(v[len(v)-1])
		return nil
	})
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return nil
	}
	return err
}

// each runs a query and hands its rows on.
func (r *reporter) each(ctx context.Context, query string, row func([][]byte) error) error {
	result := r.conn.ExecParams(ctx, query, nil, nil, nil, nil)
	for result.NextRow() {
		if err := row(result.Values()); err != nil {
			_, _ = result.Close()
			return err
		}
	}
	_, err := result.Close()
	return err
}

// toFloat reads a number; NULL is NaN.
func toFloat(v []byte) float64 {
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil || math.IsInf(f, 0) {
		return math.NaN()
	}
	return f
}
