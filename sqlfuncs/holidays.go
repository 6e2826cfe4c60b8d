package sqlfuncs

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/ecb"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/nc"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/engine/civil"
)

// holidayCalendars are the public holidays by ISO 3166 code, of a country or
// of a part of it; ECB is the euro's payment system.
var holidayCalendars = map[string][]*cal.Holiday{
	"AR": ar.Holidays, "AT": at.Holidays, "BE": be.Holidays, "BG": bg.Holidays, "BR": br.Holidays, "CA": ca.Holidays,
	"CH": ch.Holidays, "CZ": cz.Holidays, "DE": de.Holidays, "DK": dk.Holidays, "ECB": ecb.Holidays, "ES": es.Holidays,
	"FR": fr.Holidays, "GB": gb.Holidays, "GR": gr.Holidays, "HR": hr.Holidays, "IE": ie.Holidays, "IT": it.Holidays,
	"JP": jp.Holidays, "LT": lt.Holidays, "LV": lv.Holidays, "MW": mw.Holidays, "NC": nc.Holidays, "NL": nl.Holidays,
	"NO": no.Holidays, "NZ": nz.Holidays, "PL": pl.Holidays, "RO": ro.Holidays, "RU": ru.Holidays, "SE": se.Holidays,
	"SI": si.Holidays, "SK": sk.Holidays, "UA": ua.Holidays, "US": us.Holidays, "ZA": za.Holidays,

	"AU-ACT": au.HolidaysACT, "AU-NSW": au.HolidaysNSW, "AU-NT": au.HolidaysNT, "AU-QLD": au.HolidaysQLD,
	"AU-SA": au.HolidaysSA, "AU-TAS": au.HolidaysTAS, "AU-VIC": au.HolidaysVIC, "AU-WA": au.HolidaysWA,

	"CH-AG": ch.HolidaysAG, "CH-AI": ch.HolidaysAI, "CH-AR": ch.HolidaysAR, "CH-BE": ch.HolidaysBE, "CH-BL": ch.HolidaysBL,
	"CH-BS": ch.HolidaysBS, "CH-FR": ch.HolidaysFR, "CH-GE": ch.HolidaysGE, "CH-GL": ch.HolidaysGL, "CH-GR": ch.HolidaysGR,
	"CH-JU": ch.HolidaysJU, "CH-LU": ch.HolidaysLU, "CH-NE": ch.HolidaysNE, "CH-NW": ch.HolidaysNW, "CH-OW": ch.HolidaysOW,
	"CH-SG": ch.HolidaysSG, "CH-SH": ch.HolidaysSH, "CH-SO": ch.HolidaysSO, "CH-SZ": ch.HolidaysSZ, "CH-TG": ch.HolidaysTG,
	"CH-TI": ch.HolidaysTI, "CH-UR": ch.HolidaysUR, "CH-VD": ch.HolidaysVD, "CH-VS": ch.HolidaysVS, "CH-ZG": ch.HolidaysZG,
	"CH-ZH": ch.HolidaysZH,

	"DE-BB": de.HolidaysBB, "DE-BE": de.HolidaysBE, "DE-BW": de.HolidaysBW, "DE-BY": de.HolidaysBY, "DE-HB": de.HolidaysHB,
	"DE-HE": de.HolidaysHE, "DE-HH": de.HolidaysHH, "DE-MV": de.HolidaysMV, "DE-NI": de.HolidaysNI, "DE-NW": de.HolidaysNW,
	"DE-RP": de.HolidaysRP, "DE-SH": de.HolidaysSH, "DE-SL": de.HolidaysSL, "DE-SN": de.HolidaysSN, "DE-ST": de.HolidaysST,
	"DE-TH": de.HolidaysTH,
}

// noHolidays is the word for none.
const noHolidays = "none"

// holidayCode is the code of a calendar as it is written; "" for an unknown.
// The kingdom has two codes in common use.
func holidayCode(text string) string {
	code := strings.ToUpper(strings.TrimSpace(text))
	if code == "UK" {
		code = "GB"
	}
	if _, ok := holidayCalendars[code]; !ok {
		return ""
	}
	return code
}

// holidayDays lists the days of a calendar, with those on which a holiday is
// observed instead.
func holidayDays(code string) engine.Holidays {
	list := holidayCalendars[code]
	return func(year int) (days []engine.Holiday) {
		for _, h := range list {
			if h.Type == cal.ObservanceReligious || h.Type == cal.ObservanceOther {
				continue // not a day off
			}
			actual, observed := h.Calc(year)
			for i, t := range [2]time.Time{actual, observed} {
				if t.IsZero() || i == 1 && observed.Equal(actual) {
					continue
				}
				date := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
				days = append(days, engine.Holiday{Day: civil.FloorDiv(date.UnixMicro(), civil.MicrosPerDay), Name: h.Name})
			}
		}
		return days
	}
}

// readHolidays finds the calendar that a request names.
func (r *request) readHolidays(in *invocation, _ *generateRelation) error {
	v, ok := in.given("holidays")
	if !ok {
		return nil
	}
	if strings.EqualFold(v.text, noHolidays) {
		r.holidays = noHolidays
		return nil
	}
	if r.holidays = holidayCode(v.text); r.holidays == "" {
		return in.wrong("holidays", codeInvalid, holidayHint(v.text), "no calendar of holidays is known for %s", quoteText(v.text))
	}
	return nil
}

// holidayHint names the codes that may have been meant: those most alike, the
// parts of a country, or the countries.
func holidayHint(text string) string {
	codes := make([]string, 0, len(holidayCalendars))
	for code := range holidayCalendars {
		codes = append(codes, code)
	}
	sort.Strings(codes)
	code := strings.ToUpper(strings.TrimSpace(text))
	country, _, _ := strings.Cut(code, "-")
	parts := slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return !strings.HasPrefix(c, country+"-") && c != country })
	if len(parts) > 0 && country != "" {
		return "Of " + country + " there is " + strings.Join(parts, ", ") + "."
	}
	countries := slices.DeleteFunc(codes, func(c string) bool { return strings.Contains(c, "-") })
	if near := closest(code, countries, 3); len(near) > 0 && len(code) > 1 && len(code) <= 4 {
		return "Perhaps you meant " + strings.Join(near, " or ") + "."
	}
	return "There is " + strings.Join(countries, ", ") + ", parts of AU, CH and DE (DE-BY), and 'none'."
}
