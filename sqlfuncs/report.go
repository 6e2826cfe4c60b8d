package sqlfuncs

import (
	"fmt"
	"strconv"

	"github.com/datamime/datamime/engine"
)

// report tells the user what the fit of so many rows noticed.
func (in *invocation) report(r engine.Report, rows int) {
	hint := ""
	keyed := r.Single > 1 && 2*r.Single > rows // the series columns are a key of the rows
	say := func(n int, one, many string) {
		switch {
		case n == 1:
			in.notice(one, "", hint)
		case n > 1:
			in.notice(fmt.Sprintf(many, n), "", hint)
		}
	}
	if _, given := in.given("frequency"); given && r.OffGrid > 0 {
		say(r.OffGrid, "1 row lies between the steps of the frequency and was moved to the nearest",
			"%d rows lie between the steps of the frequency; each step has the mean of those that it is the nearest to")
	} else {
		if 2*r.Duplicates > rows {
			hint = "Columns that tell such rows apart are named in series_columns."
		}
		say(r.Duplicates, "1 row shares its series and time with another; their mean was taken",
			"%d rows share their series and time with another; their mean was taken")
		hint = ""
		if !keyed {
			say(r.OffGrid, "1 row lies between the steps of its series and was moved to the nearest",
				"%d rows lie between the steps of their series and were moved to the nearest")
		}
	}
	mark := strconv.FormatFloat(r.Mark, 'g', -1, 64)
	say(r.Marks, "1 value is "+mark+", as where nothing was measured; it was taken as missing, and what is missing is written so again",
		"%d values are "+mark+", as where nothing was measured; they were taken as missing, and what is missing is written so again")
	say(r.Outliers, "1 value lies absurdly far out and was left aside", "%d values lie absurdly far out and were left aside")
	hint = "Generate what comes from one to the next, and sum it up: '(SELECT *, v - lag(v) OVER (PARTITION BY series ORDER BY time) AS increase FROM ...)'."
	say(r.Rising, "1 series never falls, as readings of a meter; generated values do", "%d series never fall, as readings of meters; generated values do")
	if keyed {
		in.notice(fmt.Sprintf("%d series have a single row", r.Single), "", "Columns that tell series apart, not rows, are named in series_columns.")
	}
	if rows == 1 {
		in.notice("a single row tells of no change; every generated row has its values", "",
			"datamime_define makes a model of what is known of the series.")
	}
	hint = ""
	say(r.Short, "1 series is too short for a model of its own", "%d series are too short for models of their own")
}

// release lets go of what only the fit needed.
func (h *history) release() {
	h.values, h.series, h.texts, h.after = nil, nil, nil, nil
	byRow := false
	for _, d := range h.keyDict {
		d.codes = nil
	}
	for _, a := range h.others {
		a.dict.codes = nil
		byRow = byRow || !a.shifted && !a.constant
	}
	if !byRow {
		h.times, h.index = nil, nil // else they find donors
	}
}
