package sqlfuncs

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/datamime/datamime/engine/civil"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// The public holidays of 2023 and 2024 as the countries' laws list them.
func TestHolidayCalendars(t *testing.T) {
	for code, want := range map[string][]string{
		"FR": {"2023-01-01", "2023-04-10", "2023-05-01", "2023-05-08", "2023-05-18", "2023-05-29", "2023-07-14", "2023-08-15", "2023-11-01", "2023-11-11", "2023-12-25"},
		"US": {"2023-01-02", "2023-01-16", "2023-02-20", "2023-05-29", "2023-06-19", "2023-07-04", "2023-09-04", "2023-11-10", "2023-11-23", "2023-12-25"},
		"DE-BY": {"2023-01-01", "2023-01-06", "2023-04-07", "2023-04-10", "2023-05-01", "2023-05-18", "2023-05-29", "2023-06-08",
			"2023-10-03", "2023-11-01", "2023-12-25", "2023-12-26"},
	} {
		var got []string
		for _, h := range holidayDays(code)(2023) {
			got = append(got, dateText(h.Day))
		}
		for _, day := range want {
			if !slices.Contains(got, day) {
				t.Errorf("%s: %s is missing among %s", code, day, got)
			}
		}
	}
	for code := range holidayCalendars {
		if n := len(holidayDays(code)(2024)); n < 5 || n > 30 {
			t.Errorf("%s: %d holidays", code, n)
		}
	}
}

func dateText(day int64) string {
	m := momentOf(day*civil.MicrosPerDay, nil)
	return fmt.Sprintf("%04d-%02d-%02d", m.year, m.month, m.day)
}

// Fuzzed years must not end the program, whatever a window asks for.
func FuzzHolidayYears(f *testing.F) {
	f.Add(2024)
	f.Add(-4713)
	f.Add(294276)
	f.Fuzz(func(t *testing.T, year int) {
		year %= 300_000
		for code := range holidayCalendars {
			days := holidayDays(code)(year)
			if len(days) > 60 {
				t.Errorf("%s: %d holidays in %d", code, len(days), year)
			}
		}
	})
}

// An office is empty on weekends and on the holidays of its country, in years
// that it was not seen as well; a stored model keeps the calendar.
func TestHolidaysOfACountry(t *testing.T) {
	s := database(t, "holidays")
	s.must(t, `CREATE TABLE free AS SELECT d::date AS d FROM unnest('{2021-01-01,2021-04-05,2021-05-01,2021-05-08,2021-05-13,2021-05-24,
		2021-07-14,2021-08-15,2021-11-01,2021-11-11,2021-12-25,2022-01-01,2022-04-18,2022-05-01,2022-05-08,2022-05-26,2022-06-06,2022-07-14,
		2022-08-15,2022-11-01,2022-11-11,2022-12-25}'::date[]) d`)
	s.must(t, `CREATE TABLE office AS SELECT g::date AS day, CASE WHEN extract(isodow FROM g) > 5 OR EXISTS (SELECT FROM free WHERE d = g)
		THEN 20 ELSE 100 END + (hashint4(extract(epoch FROM g)::int) % 5) AS people FROM generate_series(timestamp '2021-01-01', '2022-12-31', '1 day') g`)
	// Of the holidays of 2024 those that would be working days.
	const free = "('2024-01-01','2024-04-01','2024-05-01','2024-05-08','2024-05-09','2024-05-20','2024-08-15','2024-11-01','2024-11-11','2024-12-25')"
	call := "datamime_generate('office', 'day', NULL, 'people', start_at => '2024-01-01', end_at => '2025-01-01'%s)"
	level := func(from string) float64 {
		t.Helper()
		var mean float64
		if _, err := fmt.Sscan(s.must(t, "SELECT avg(people) FROM "+from+" WHERE day IN "+free).rows[0][0], &mean); err != nil {
			t.Fatal(err)
		}
		return mean
	}
	// 20 on free days and 100 on others, the noise is at most 4: nearer to the
	// one or to the other.
	if x := level(fmt.Sprintf(call, ", holidays => 'fr'")); x > 40 {
		t.Errorf("%.1f people on holidays", x)
	}
	if x := level(fmt.Sprintf(call, ", holidays => 'none'")); x < 80 {
		t.Errorf("%.1f people on days that nothing was said of", x)
	}
	s.must(t, "SELECT datamime_fit('office', 'office', 'day', NULL, 'people', holidays => 'FR')")
	model := "datamime_generate(model => 'office', start_at => '2024-01-01', end_at => '2025-01-01'%s)"
	for _, more := range []string{"", ", holidays => 'fr'"} {
		if x := level(fmt.Sprintf(model, more)); x > 40 {
			t.Errorf("%.1f people on holidays of the model%s", x, more)
		}
	}
	s.fails(t, "SELECT * FROM "+fmt.Sprintf(model, ", holidays => 'DE'"), "22023", `holidays is not that of model "office"`, "Leave it out, or give the model's own: FR.")
}

func TestUnknownHolidays(t *testing.T) {
	s := connect(t)
	for code, hint := range map[string]string{
		"FX":         "Perhaps you meant FR",
		"Bavaria":    "There is AR, AT, ",
		"DE-XX":      "Of DE there is DE, DE-BB, ",
		"au":         "Of AU there is AU-ACT, ",
		"":           "There is AR, AT, ",
		"née'\"; --": "There is AR, AT, ",
	} {
		if got := holidayHint(code); !strings.HasPrefix(got, hint) {
			t.Errorf("hint for %q: %s", code, got)
		}
		s.fails(t, "SELECT * FROM datamime_generate('tiny', 't', NULL, 'v', holidays => "+sqltext.QuoteLiteral(code)+")", "22023",
			"no calendar of holidays is known for "+quoteText(code), holidayHint(code))
	}
}
