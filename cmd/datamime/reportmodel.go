package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// madeTable holds what a model makes, for as long as the session lasts.
const madeTable = "datamime_report"

// readModel takes the arguments that were not given from the model, and has it
// make its rows over the span of the real ones.
func (r *reporter) readModel(ctx context.Context) error {
	r.asked = &statement{function: "models"}
	if r.model == "" {
		return nil
	}
	known := []string{}
	found := false
	err := r.each(ctx, `SELECT model, source, time_column, array_to_json(series_columns), array_to_json(value_columns) FROM datamime_models()`, func(v [][]byte) error {
		known = append(known, string(v[0]))
		if string(v[0]) != r.model {
			return nil
		}
		found = true
		for i, name := range reportArguments[:4] {
			if r.values[name] != "" {
				continue
			}
			text, err := asTyped(v[i+1])
			if err != nil {
				return err
			}
			r.values[name] = text
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case !found && len(known) == 0:
		return locale.Errorf("there is no model %q, nor any other: store one by datamime fit", r.model)
	case !found:
		return locale.Errorf("there is no model %q: choose from %s", r.model, strings.Join(known, ", "))
	case r.values["source"] == "":
		return usagef("the model %q was made without a source: give the real rows to hold it against by --source", r.model)
	}
	if err := r.nameColumns(ctx, r.values["source"]); err != nil {
		return err
	}
	when := quoteName(r.columns[0])
	from := " FROM " + r.values["source"] + " AS t)"
	seed := ""
	if s := r.values["seed"]; s != "" {
		seed = ", seed => " + s
	}
	err = r.each(ctx, "CREATE TEMPORARY TABLE "+madeTable+" AS SELECT * FROM datamime_generate(model => "+quoteLiteral(r.model, false)+
		", start_at => (SELECT min("+when+")"+from+", end_at => (SELECT max("+when+") + interval '1 microsecond'"+from+seed+")", nil)
	r.values["synthetic"] = madeTable
	r.data.Synthetic = locale.Say("The synthetic rows are made by the stored model %s, over the span of the real ones.", r.model)
	return err
}

// asTyped writes a name, or a list of names that came as JSON, as it is typed.
func asTyped(v []byte) (string, error) {
	if len(v) == 0 || v[0] != '[' {
		return string(v), nil
	}
	var names []string
	if err := json.Unmarshal(v, &names); err != nil {
		return "", fmt.Errorf("read the model's columns: %w", err)
	}
	for i, n := range names {
		if strings.ContainsAny(n, `," `) {
			names[i] = quoteName(n)
		}
	}
	return strings.Join(names, ","), nil
}
