package sqlfuncs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/datamime/datamime/engine"
)

// A stored model of fitted innovations gives the rows that they give without
// one, after its source is gone, and says what it holds.
func TestFittedModel(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	defer s.must(t, "ROLLBACK")
	for _, c := range []struct{ source, args, more string }{
		{"mesures", "'date_debut', ARRAY['station','polluant'], 'valeur'", ", row_count => 5000, seed => 3"},
		{"mesures", "'date_debut', ARRAY['station','polluant'], 'valeur', frequency => '1 day'", ", aggregate => 'sum'"},
		{"mesures", "'date_debut', ARRAY['station','polluant'], 'valeur'", ", row_count => 900, extend => 'series', series_count => 9"},
		{"sales", "'day', ARRAY['shop'], ARRAY['amount','price','items','share','total']", ", start_at => '2024-02-20', end_at => '2024-05-20', seed => 5"},
		{"meteo", "'t', ARRAY['station'], ARRAY['temp','wind']", ", row_count => 3000"},
		{"tiny", "'t', NULL, 'v'", ", row_count => 5"},
	} {
		s.must(t, "SAVEPOINT source")
		s.must(t, "CREATE TABLE gone AS TABLE "+c.source)
		want := s.must(t, "SELECT * FROM datamime_generate('gone', "+c.args+", innovations => 'fitted'"+c.more+")")
		s.notices = nil
		s.must(t, "SELECT * FROM datamime_fit('m', 'gone', "+c.args+", innovations => 'fitted')")
		if n := len(s.notices); n == 0 || s.notices[n-1].Message != `model "m" holds no row of its source, but its keys, attributes and bounds` {
			t.Errorf("%s: notices %v", c.source, s.notices)
		}
		s.must(t, "DROP TABLE gone")
		for i, more := range []string{"", ", innovations => 'fitted'"} {
			if i == 1 {
				fittedModels = newModelCache()
			}
			got := s.must(t, "SELECT * FROM datamime_generate(model => 'm'"+more+c.more+")")
			if got.String() != want.String() {
				t.Errorf("%s: the model%s gives other rows:\n%s\n%s", c.source, more, got.rows[0], want.rows[0])
			}
		}
		s.must(t, "ROLLBACK TO source")
	}
}

// TestFittedModelColumns: what is made of the columns that have no role.
func TestFittedModelColumns(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	defer s.must(t, "ROLLBACK")
	s.must(t, `CREATE TABLE visits AS SELECT d AS at, s AS site, (10 + n % 7)::int AS v, 'zone ' || s AS zone, d + interval '1 hour' AS until, extract(month FROM d)::int AS month,
		CASE WHEN extract(isodow FROM d) > 5 THEN 'off' ELSE 'work' END AS kind, CASE WHEN n % 4 = 0 THEN 'rare' WHEN n % 10 = 1 THEN NULL ELSE 'often' END AS how, md5(n::text) AS note, n AS id
		FROM generate_series(timestamp '2024-01-01', '2024-04-30', '6 hours') WITH ORDINALITY AS g(d, n), (VALUES ('a'), ('b')) AS l(s)`)
	call := "SELECT %s FROM datamime_generate('visits', 'at', ARRAY['site'], 'v', 4000, innovations => 'fitted', seed => 2)"
	s.notices = nil
	got := s.must(t, fmt.Sprintf(call, `count(*), bool_and(zone = 'zone ' || site), bool_and(until = at + interval '1 hour'), bool_and(month = extract(month FROM at)),
		bool_and(kind = CASE WHEN extract(isodow FROM at) > 5 THEN 'off' ELSE 'work' END), count(note)`))
	if got.String() != "4000|t|t|t|t|0\n" {
		t.Errorf("got %s", got)
	}
	if n := s.notices; len(n) != 1 || n[0].Message != `fitted innovations leave "note" NULL` {
		t.Errorf("notices %v", n)
	}
	// Of 4000 draws a share lies within 4·√(.25/4000) = .032 of its own. What is
	// rare comes at one hour of four.
	got = s.must(t, fmt.Sprintf(call, `abs(avg((how = 'rare')::int) - .25 / .9) < .032, abs(avg((how IS NULL)::int) - .1) < .032, avg((how = 'rare')::int) FILTER (WHERE extract(hour FROM at) <> 18) < .03`))
	if got.String() != "t|t|t\n" {
		t.Errorf("shares: %s", got)
	}
}

// TestFittedModelUses: describing, updating, copying, refusing.
func TestFittedModelUses(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	defer s.must(t, "ROLLBACK")
	r := s.must(t, fitted("f", ", innovations => 'FITTED'"))
	if got := strings.Join(r.rows[0][:3], "|"); got != "f|6|4032" {
		t.Errorf("got %s", r)
	}
	if got := s.must(t, "SELECT bytes < 6 * 4096, bytes = octet_length(data) + octet_length(replace(header::text, ' ', '')) OR bytes > octet_length(data) FROM datamime.model").String(); got != "t|t\n" {
		t.Errorf("bytes: %s", got)
	}
	// The mean of 28 days' made rows beside that of the real ones.
	got := s.must(t, `SELECT count(*), max(abs(m.mean - d.mean) / d.sd) < 1, bool_and(m.last_time - m.first_time BETWEEN '27 days' AND '28 days' AND m.frequency = d.frequency)
		FROM datamime_describe(model => 'f') m JOIN datamime_describe(`+mesures+`) d ON (m.station, m.polluant) IS NOT DISTINCT FROM (d.station, d.polluant)`)
	if got.String() != "6|t|t\n" {
		t.Errorf("described: %s", got)
	}
	s.must(t, "SELECT datamime_fit('updated', '(SELECT * FROM mesures WHERE date_debut >= (SELECT max(date_debut) - interval ''2 days'' FROM mesures))', 'date_debut', ARRAY['station','polluant'], 'valeur', prior => 'f', innovations => 'fitted')")
	if n := len(s.must(t, "SELECT * FROM datamime_generate(model => 'updated', row_count => 100)").rows); n != 100 {
		t.Errorf("%d rows of the updated model", n)
	}
	want := s.must(t, "SELECT * FROM datamime_generate(model => 'f', row_count => 700)").String()
	s.must(t, "CREATE TEMPORARY TABLE copied AS TABLE datamime.model")
	s.must(t, "DELETE FROM datamime.model WHERE model = 'f'")
	s.must(t, "INSERT INTO datamime.model SELECT (jsonb_populate_record(c, jsonb_build_object('model', 'g'))).* FROM copied c WHERE model = 'f'")
	if s.must(t, "SELECT * FROM datamime_generate(model => 'g', row_count => 700)").String() != want {
		t.Error("the copy gives other rows")
	}
	s.fails(t, "SELECT * FROM datamime_generate(model => 'g', row_count => 1, innovations => 'resampled')", "22023", `model "g" has fitted innovations only`,
		"Leave it out, or fit the source again with innovations => 'resampled'.")
}

// A model of resampled innovations has what is needed for fitted ones.
func TestFittedRowsOfAResampledModel(t *testing.T) {
	s := connect(t)
	s.must(t, "BEGIN")
	defer s.must(t, "ROLLBACK")
	s.must(t, fitted("r", ""))
	got := s.must(t, "SELECT * FROM datamime_generate(model => 'r', row_count => 900, innovations => 'fitted')")
	if want := s.must(t, generated(", 900, innovations => 'fitted'")); got.String() != want.String() {
		t.Error("the model gives other rows")
	}
	if got.String() == s.must(t, generated(", 900")).String() {
		t.Error("fitted innovations give the rows of resampled ones")
	}
}

// fittedKinds is the fitted form of kinds.
func fittedKinds(t testing.TB) (h *history, data []byte) {
	h = kinds(t)
	model, err := engine.Fit(h.sample(), engine.Options{Innovations: engine.Fitted})
	if err != nil {
		t.Fatal(err)
	}
	h.generalise(&invocation{settings: &settings{}}, nil)
	if data, err = h.encodeFitted(model.Parameters()); err != nil {
		t.Fatal(err)
	}
	return h, data
}

// FuzzDecodeFitted: bytes out of a table neither panic nor unfold without
// bounds.
func FuzzDecodeFitted(f *testing.F) {
	h, data := fittedKinds(f)
	f.Add(data)
	f.Add([]byte("df\x01"))
	body, err := fittedData.Unpack(data)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Fuzz(func(t *testing.T, data []byte) {
		again, _ := fittedData.Pack(data)
		for _, form := range [][]byte{data, again} {
			got, parameters, err := decodeFitted(h.src, h.roles, form, nil)
			if err != nil {
				continue
			}
			model, err := got.restored(parameters, &request{})
			if err != nil {
				continue
			}
			if _, err := got.encodeFitted(model.Parameters()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Evaluating judges models of either form.
func TestEvaluateFittedInnovations(t *testing.T) {
	s := connect(t)
	call := "SELECT ratio FROM datamime_evaluate(" + mesures + "%s) WHERE measure = 'overall'"
	own := s.must(t, fmt.Sprintf(call, ", innovations => 'fitted'")).String()
	if other := s.must(t, fmt.Sprintf(call, "")).String(); own == other {
		t.Errorf("both forms have the ratio %s", own)
	}
}
