package metabase

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// stand is a Metabase that remembers what it is told, and refuses what a real
// one would.
type stand struct {
	t        *testing.T
	token    string
	calls    []string
	bodies   map[string]map[string]any
	database []named
	boards   []named
	next     int
}

func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := r.Method + " " + r.URL.Path
	s.calls = append(s.calls, call)
	body := map[string]any{}
	if r.Method != http.MethodGet {
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			s.t.Errorf("%s: %v", call, err)
		}
		s.bodies[call] = body
	}
	open := call == "GET /api/session/properties" || call == "POST /api/session" || call == "POST /api/setup"
	if !open && r.Header.Get("X-Metabase-Session") != "of-a-session" {
		http.Error(w, "Unauthenticated", http.StatusUnauthorized)
		return
	}
	var answer any
	switch call {
	case "GET /api/session/properties":
		answer = map[string]any{"setup-token": s.token, "has-user-setup": s.token == ""}
	case "POST /api/setup":
		if body["token"] != s.token {
			http.Error(w, `{"errors":{"token":"Token does not match the setup token."}}`, http.StatusBadRequest)
			return
		}
		s.token = ""
		answer = map[string]any{"id": "of-a-session"}
	case "POST /api/session":
		if body["password"] != "right-1" {
			http.Error(w, `{"errors":{"password":"did not match stored password"}}`, http.StatusUnauthorized)
			return
		}
		answer = map[string]any{"id": "of-a-session"}
	case "GET /api/database":
		answer = map[string]any{"data": s.database}
	case "GET /api/dashboard":
		answer = s.boards
	case "POST /api/database", "POST /api/card", "POST /api/dashboard":
		s.next++
		made := named{s.next, body["name"].(string)}
		switch call {
		case "POST /api/database":
			s.database = append(s.database, made)
		case "POST /api/dashboard":
			s.boards = append(s.boards, made)
		}
		answer = made
	default:
		if !strings.HasPrefix(call, "PUT /api/dashboard/") && !strings.HasPrefix(call, "PUT /api/setting/") {
			http.NotFound(w, r)
			return
		}
		answer = map[string]any{}
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.t.Error(err)
	}
}

func newStand(t *testing.T) (*stand, Options) {
	s := &stand{t: t, token: "first", bodies: map[string]map[string]any{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, Options{
		URL: server.URL + "/", Email: "demo@example.com", Password: "right-1", Name: "datamime",
		Database: "postgres://demo:secret@datamime:6432/air?sslmode=disable",
		Dashboard: Dashboard{Name: "Air", Cards: []Card{
			{Name: "One", Display: "line", SQL: "SELECT 1", Dimensions: []string{"a"}, Metrics: []string{"b"}, Width: 12, Height: 6},
			{Name: "Two", Display: "table", SQL: "SELECT 2", Column: 12, Width: 12, Height: 6},
		}},
	}
}

func TestSetup(t *testing.T) {
	s, o := newStand(t)
	address, err := Setup(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimSuffix(o.URL, "/") + "/dashboard/4"; address != want {
		t.Errorf("the dashboard is at %s, not %s", address, want)
	}
	details := s.bodies["POST /api/database"]["details"].(map[string]any)
	if details["host"] != "datamime" || details["port"] != 6432. || details["dbname"] != "air" || details["ssl"] != false {
		t.Errorf("the database is %v", details)
	}
	query := s.bodies["POST /api/card"]["dataset_query"].(map[string]any)
	if query["type"] != "native" || query["database"] != 1. || query["native"].(map[string]any)["query"] != "SELECT 2" {
		t.Errorf("the last card asks %v", query)
	}
	cards := s.bodies["PUT /api/dashboard/4"]["dashcards"].([]any)
	var ids, columns []float64
	for _, c := range cards {
		ids = append(ids, c.(map[string]any)["card_id"].(float64))
		columns = append(columns, c.(map[string]any)["col"].(float64))
	}
	if !slices.Equal(ids, []float64{2, 3}) || !slices.Equal(columns, []float64{0, 12}) {
		t.Errorf("cards %v stand at columns %v", ids, columns)
	}

	// Once more: everything is there.
	s.calls = nil
	again, err := Setup(t.Context(), o)
	if err != nil || again != address {
		t.Errorf("the second time: %s, %v", again, err)
	}
	for _, call := range s.calls {
		if strings.HasPrefix(call, "POST") && call != "POST /api/session" {
			t.Errorf("the second time there was %s", call)
		}
	}
}

func TestSetupErrors(t *testing.T) {
	s, o := newStand(t)
	s.token = ""
	wrong := o
	wrong.Password = "wrong-1"
	if _, err := Setup(t.Context(), wrong); err == nil || !strings.Contains(err.Error(), "did not match") {
		t.Errorf("a wrong password: %v", err)
	}
	wrong = o
	wrong.Database = "host=here"
	if _, err := Setup(t.Context(), wrong); err == nil || !strings.Contains(err.Error(), "postgres://user:password@host:port/database") {
		t.Errorf("no URL of a database: %v", err)
	}
	none := httptest.NewServer(http.NotFoundHandler())
	none.Close()
	wrong = o
	wrong.URL = none.URL
	if _, err := Setup(t.Context(), wrong); err == nil || !strings.Contains(err.Error(), "no Metabase answers at") {
		t.Errorf("nothing there: %v", err)
	}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }))
	defer other.Close()
	wrong.URL = other.URL
	if _, err := Setup(t.Context(), wrong); err == nil || !strings.Contains(err.Error(), "is no Metabase") {
		t.Errorf("something else: %v", err)
	}
}
