package importer

import (
	"fmt"
	"strings"
	"testing"
)

func TestProposal(t *testing.T) {
	var text strings.Builder
	text.WriteString("date_debut,date_fin,commune,station,polluant,x,valeur\n")
	for h := range 24 {
		for _, station := range []string{"Gare", "Port"} {
			for _, pollutant := range []string{"NO2", "O3"} {
				fmt.Fprintf(&text, "2024-01-01 %02d:00,2024-01-01 %02d:59,Valmont,%s,%s,49.5,%d\n", h, h, station, pollutant, h)
			}
		}
	}
	result, _, err := importText(t, []byte(text.String()), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "SELECT datamime_generate('" + tableFor(t) + "', 'date_debut', ARRAY['station','polluant'], 'valeur', 1000);"
	if got := result.Proposal.Statement(); got != want {
		t.Errorf("got %s", got)
	}
	result, _, err = importText(t, []byte("t,v\n2024-01-01,1\n2024-01-02,2\n"), nil)
	if want := "SELECT datamime_generate('" + tableFor(t) + "', 't', value_column => 'v', row_count => 1000);"; err != nil || result.Proposal.Statement() != want {
		t.Errorf("one series: %v", result.Proposal)
	}
	result, _, err = importText(t, []byte("Jour;Heure;Lieu;v\n02/03/2026;8h;A\u00e9;1\n02/03/2026;8h;B;2\n"), nil)
	if want := "SELECT datamime_generate('(SELECT jour + heure AS date_time, lieu, v FROM " + tableFor(t) +
		")', 'date_time', ARRAY['lieu'], 'v', 1000);"; err != nil || result.Proposal.Statement() != want {
		t.Errorf("date and time apart: %v", result.Proposal)
	}
	want = "(SELECT jour + heure AS date_time, lieu, v FROM " + tableFor(t) + ")|date_time|lieu|v"
	if got := strings.Join(result.Proposal.Arguments(), "|"); got != want {
		t.Errorf("as arguments: %s", got)
	}
	result, _, err = importText(t, []byte("2024-01-01,11\n2024-01-02,12\n2024-01-03,13\n"), nil)
	if want := "'column_1', value_column => 'column_2', row_count => 1000);"; err != nil || !strings.HasSuffix(result.Proposal.Statement(), want) {
		t.Errorf("without names: %v", result.Proposal)
	}
	wide := []byte("Date;Temp. max;Pluie;Vent;Nœud;Férié\n01/03/2024;12,5;0;4;7;0\n02/03/2024;13;1,5;5;7;1\n03/03/2024;14;0;6;7;0\n")
	result, _, err = importText(t, wide, nil)
	if err != nil || !strings.HasSuffix(result.Proposal.Statement(), "'date', value_column => ARRAY['temp_max','pluie','vent'], row_count => 1000);") {
		t.Errorf("several values: %v", result.Proposal)
	}
	result, _, err = importText(t, wide, func(o *Options) { o.Time, o.Series, o.Values = "Date", []string{"nœud"}, []string{"Pluie"} })
	if err != nil || !strings.HasSuffix(result.Proposal.Statement(), "'date', ARRAY['noeud'], 'pluie', 1000);") {
		t.Errorf("as told: %v", result.Proposal)
	}
	for want, change := range map[string]func(*Options){
		"--time jour: there is no such column: choose from date, temp_max": func(o *Options) { o.Time = "jour" },
		"--time pluie: the column is of type numeric":                      func(o *Options) { o.Time = "pluie" },
		"--series station":                 func(o *Options) { o.Series = []string{"station"} },
		"give --type date=numeric to read": func(o *Options) { o.Values = []string{"date"} },
	} {
		if _, _, err := importText(t, wide, change); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
