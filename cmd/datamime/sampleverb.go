package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/datamime/datamime/cmd/datamime/importer"
)

// newSample is the verb sample.
func newSample() *cobra.Command {
	var (
		to        string
		ifMissing bool
	)
	cmd := &cobra.Command{
		Use:   "sample",
		Short: "Write the demo's sample as CSV, or load it into a server of yours",
		Long: `Write the demo's sample (six weeks of hourly air quality, made by datamime) as
CSV to standard output, or load it as table "mesures" into the database that
--to names. It is loaded nowhere but where --to is written: DATAMIME_TO does not
count.`,
		Example: `  datamime sample > mesures.csv
  datamime sample --to postgres://me@127.0.0.1:5432/mydatabase`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if to == "" {
				return writeSample(cmd.OutOrStdout())
			}
			if _, err := pgx.ParseConfig(to); err != nil {
				return usagef("--to %s is no connection string: write postgres://USER@HOST:PORT/DATABASE", withoutPassword(to))
			}
			rows, err := loadSample(cmd.Context(), to)
			if ifMissing && hasCode(err, duplicateTable) {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), "table mesures: it is there already")
				return err
			}
			if err != nil {
				return fmt.Errorf("cannot load the sample: %w", importer.Explain(err))
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "table mesures: %s rows\n", thousands(int(rows)))
			return err
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "`URL` of the database to load it into: postgres://USER@HOST:PORT/DATABASE")
	cmd.Flags().Lookup("to").Annotations = map[string][]string{onlyTyped: nil}
	cmd.Flags().BoolVar(&ifMissing, "if-missing", false, "leave a table mesures as it is when there is one")
	return cmd
}

// sampleColumns are the columns of the table mesures.
var sampleColumns = []string{"date_debut", "date_fin", "station", "polluant", "commune", "valeur"}

// writeSample writes the sample as CSV with a head.
func writeSample(w io.Writer) error {
	buffered := bufio.NewWriter(w)
	table := csv.NewWriter(buffered)
	if err := table.Write(sampleColumns); err != nil {
		return fmt.Errorf("write the sample: %w", err)
	}
	for _, m := range airSample() {
		value := ""
		if !m.missing {
			value = strconv.Itoa(m.value)
		}
		row := []string{m.start.Format(time.DateTime), m.end.Format(time.DateTime), m.station, m.pollutant, m.commune, value}
		if err := table.Write(row); err != nil {
			return fmt.Errorf("write the sample: %w", err)
		}
	}
	table.Flush()
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write the sample: %w", err)
	}
	return nil
}

// loadSample makes the table mesures and returns how many rows it has.
func loadSample(ctx context.Context, url string) (int64, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tx, err := conn.Begin(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, sampleDDL); err != nil {
		return 0, err
	}
	sample := airSample()
	rows, err := tx.CopyFrom(ctx, pgx.Identifier{"mesures"}, sampleColumns,
		pgx.CopyFromSlice(len(sample), func(i int) ([]any, error) {
			m := &sample[i]
			var value any
			if !m.missing {
				value = m.value
			}
			return []any{m.start, m.end, m.station, m.pollutant, m.commune, value}, nil
		}))
	if err != nil {
		return 0, err
	}
	if err := tx.Commit(ctx); err != nil {
		return 0, err
	}
	_, err = conn.Exec(ctx, "ANALYZE mesures")
	return rows, err
}
