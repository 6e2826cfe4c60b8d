package prose

import "github.com/datamime/datamime/engine/civil"

// Frequencies that have names.
var (
	halfHourly = civil.Frequency{Micros: 1800 * civil.MicrosPerSecond}
	hourly     = civil.Frequency{Micros: 3600 * civil.MicrosPerSecond}
	daily      = civil.Frequency{Micros: civil.MicrosPerDay}
	weekly     = civil.Frequency{Micros: 7 * civil.MicrosPerDay}
	monthly    = civil.Frequency{Months: 1}
	quarterly  = civil.Frequency{Months: 3}
	yearly     = civil.Frequency{Months: 12}
)

// languages are those that datamime_describe speaks.
var languages = map[string]Language{
	"en": {
		decimal: ".", thousand: ",",
		months: []string{"January", "February", "March", "April", "May", "June", "July", "August", "September",
			"October", "November", "December"},
		weekdays: []string{"Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"},
		date:     "%s %s %d", first: "1", period: "from %s to %s", moment: "on %s",
		one: ": one value, %s: %s.", values: ": %s %s %s, %s.", noValue: ": no value is known.",
		steps: map[civil.Frequency]string{halfHourly: "half-hourly values", hourly: "hourly values", daily: "daily values",
			weekly: "weekly values", monthly: "monthly values", quarterly: "quarterly values", yearly: "yearly values"},
		every: "values, one every %s,",
		units: [5][2]string{{"second", "%s seconds"}, {"minute", "%s minutes"}, {"hour", "%s hours"}, {"day", "%s days"}, {"month", "%s months"}},

		irregular: "values at irregular times", complete: "none missing", missing: "%s %% missing",
		constant: " They are always %s.", level: " They lie between %s and %s, %s on average.",
		outlier: " One value lies absurdly far out.", outliers: " %s values lie absurdly far out.",
		day:      " The time of day explains %s %% of the differences: highest around %s:00, lowest around %s:00.",
		week:     " The day of the week explains %s %% of the differences: highest on %s, lowest on %s.",
		year:     " The time of year explains %s %% of the differences: highest in %s, lowest in %s.",
		noSeason: " Neither the clock nor the calendar explains much of the differences.",
		rises:    " They rise by %s a year.", falls: " They fall by %s a year.",
		rose: " Over the period they rise by %s.", fell: " Over the period they fall by %s.",
		beyond: " Beyond that, %s",
		memory: [3]string{"a value says little about the next.",
			"a value is somewhat like the one before.",
			"a value is much like the one before."},
		two: " Each is %s or %s, the latter in %s %% of the cases.", zeros: " %s %% of them are 0.",
		marks: " %s have %s instead, as where nothing was measured.", rising: " They never fall, as the readings of a meter.",
		held: " They change seldom: %s %% of them differ from the one before.",
		hours: hours{days: "on %s to %s", never: "never on %s", on: "on ", list: ", ", and: " and ",
			clock: "%d:%02d", whole: "%d:00", times: "from %s to %s", only: "only "},
	},
	"fr": {
		decimal: ",", thousand: "\u00a0",
		months: []string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
			"octobre", "novembre", "décembre"},
		weekdays: []string{"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"},
		date:     "%s %s %d", first: "1er", period: "du %s au %s", moment: "le %s",
		one: " : une valeur, %s : %s.", values: " : %s %s %s, %s.", noValue: " : aucune valeur n'est connue.",
		steps: map[civil.Frequency]string{halfHourly: "valeurs demi-horaires", hourly: "valeurs horaires", daily: "valeurs quotidiennes",
			weekly: "valeurs hebdomadaires", monthly: "valeurs mensuelles", quarterly: "valeurs trimestrielles", yearly: "valeurs annuelles"},
		every: "valeurs, une %s,",
		units: [5][2]string{{"par seconde", "toutes les %s secondes"}, {"par minute", "toutes les %s minutes"}, {"par heure", "toutes les %s heures"},
			{"par jour", "tous les %s jours"}, {"par mois", "tous les %s mois"}},

		irregular: "valeurs à des moments irréguliers", complete: "sans lacune", missing: "%s %% manquantes",
		constant: " Elles valent toujours %s.", level: " Elles vont de %s à %s, %s en moyenne.",
		outlier: " Une valeur est aberrante.", outliers: " %s valeurs sont aberrantes.",
		day:      " L'heure explique %s %% des écarts : le plus haut vers %s h, le plus bas vers %s h.",
		week:     " Le jour de la semaine explique %s %% des écarts : le plus haut le %s, le plus bas le %s.",
		year:     " La période de l'année explique %s %% des écarts : le plus haut en %s, le plus bas en %s.",
		noSeason: " Ni l'heure ni le calendrier n'expliquent grand-chose des écarts.",
		rises:    " Elles augmentent de %s par an.", falls: " Elles baissent de %s par an.",
		rose: " Sur la période, elles montent de %s.", fell: " Sur la période, elles baissent de %s.",
		beyond: " Cela mis à part, %s",
		memory: [3]string{"une valeur dit peu de chose de la suivante.",
			"une valeur ressemble un peu à la précédente.",
			"une valeur ressemble beaucoup à la précédente."},
		two: " Chacune vaut %s ou %s, cette dernière valeur dans %s %% des cas.", zeros: " %s %% d'entre elles sont nulles.",
		marks: " %s ont %s à la place, comme là où rien n'a été mesuré.", rising: " Elles ne baissent jamais, comme les relevés d'un compteur.",
		held: " Elles changent rarement : %s %% diffèrent de la précédente.",
		hours: hours{days: "du %s au %s", never: "jamais le %s", on: "le ", list: ", le ", and: " et le ",
			clock: "%d h %02d", whole: "%d h", times: "de %s à %s", only: "seulement "},
	},
}
