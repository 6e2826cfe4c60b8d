package prose

import (
	"testing"

	"github.com/datamime/datamime/engine/describe"
)

// TestOpeningHours: weekdays in a row, all but one and some, with hours and without.
func TestOpeningHours(t *testing.T) {
	open := func(days ...int) (week [7]bool) {
		for _, d := range days {
			week[d] = true
		}
		return week
	}
	for _, c := range []struct {
		hours  describe.Hours
		en, fr string
	}{
		{describe.Hours{Days: open(0, 1, 2, 3, 4), From: 540, To: 1050}, "only on Mondays to Fridays from 9:00 to 17:30", "seulement du lundi au vendredi de 9 h à 17 h 30"},
		{describe.Hours{Days: open(5, 6, 0)}, "only on Saturdays to Mondays", "seulement du samedi au lundi"},
		{describe.Hours{Days: open(0, 1, 2, 3, 4, 5)}, "never on Sundays", "jamais le dimanche"},
		{describe.Hours{Days: open(1, 2, 3, 4, 5, 6), From: 480, To: 1140}, "never on Mondays, only from 8:00 to 19:00", "jamais le lundi, seulement de 8 h à 19 h"},
		{describe.Hours{Days: open(2)}, "only on Wednesdays", "seulement le mercredi"},
		{describe.Hours{Days: open(0, 2, 4)}, "only on Mondays, Wednesdays and Fridays", "seulement le lundi, le mercredi et le vendredi"},
		{describe.Hours{From: 1320, To: 365}, "only from 22:00 to 6:05", "seulement de 22 h à 6 h 05"},
	} {
		for lang, want := range map[string]string{"en": c.en, "fr": c.fr} {
			if l := In(lang, nil); l.hours.say(l, c.hours) != want {
				t.Errorf("%s, not %s", l.hours.say(l, c.hours), want)
			}
		}
	}
}
