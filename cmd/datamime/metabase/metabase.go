// Package metabase sets a Metabase up over its API: its first user, a database
// behind datamime, and a dashboard of statements. What is there already is
// left as it is.
//
// The API is that of Metabase 0.50 and later
// (https://www.metabase.com/docs/latest/api).
package metabase

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Options say where the Metabase is and what it is to show.
type Options struct {
	URL       string // of the Metabase
	Email     string // its administrator's, who is made where there is none
	Password  string
	Database  string // URL of the database as the Metabase reaches it
	Name      string // the database's name in the Metabase
	Dashboard Dashboard
}

// A Dashboard is a page of cards, 24 columns wide.
type Dashboard struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Cards       []Card `json:"cards"`
}

// A Card is the picture of a statement's rows.
type Card struct {
	Name       string   `json:"name"`
	Display    string   `json:"display"` // line, bar, area, table, scalar, ...
	SQL        string   `json:"sql"`
	Dimensions []string `json:"dimensions"` // columns along which it is drawn
	Metrics    []string `json:"metrics"`    // columns that are drawn
	Row        int      `json:"row"`
	Column     int      `json:"column"`
	Width      int      `json:"width"`
	Height     int      `json:"height"`
}

// Setup sets the Metabase up and returns the address of the dashboard.
func Setup(ctx context.Context, o Options) (string, error) {
	c := client{base: strings.TrimSuffix(o.URL, "/"), http: http.DefaultClient}
	if err := c.enter(ctx, o); err != nil {
		return "", err
	}
	database, err := c.database(ctx, o)
	if err != nil {
		return "", err
	}
	id, err := c.dashboard(ctx, o.Dashboard, database)
	if err != nil {
		return "", err
	}
	if err := c.set(ctx, "custom-homepage-dashboard", id); err != nil {
		return "", err
	}
	if err := c.set(ctx, "custom-homepage", true); err != nil {
		return "", err
	}
	return c.base + "/dashboard/" + strconv.Itoa(id), nil
}

// enter makes the first user, or logs in as the one who is there.
func (c *client) enter(ctx context.Context, o Options) error {
	var properties struct {
		Token    *string `json:"setup-token"`
		HasUsers bool    `json:"has-user-setup"`
	}
	if err := c.call(ctx, http.MethodGet, "/api/session/properties", nil, &properties); err != nil {
		return err
	}
	var session struct {
		ID string `json:"id"`
	}
	defer func() { c.session = session.ID }()
	if properties.HasUsers || properties.Token == nil {
		return c.call(ctx, http.MethodPost, "/api/session", map[string]any{"username": o.Email, "password": o.Password}, &session)
	}
	return c.call(ctx, http.MethodPost, "/api/setup", map[string]any{
		"token": *properties.Token,
		"user":  map[string]any{"first_name": "Data", "last_name": "Mime", "email": o.Email, "password": o.Password, "site_name": "datamime"},
		"prefs": map[string]any{"site_name": "datamime", "site_locale": "en", "allow_tracking": false},
	}, &session)
}

// database is the number of the database, which is added where it is missing.
func (c *client) database(ctx context.Context, o Options) (int, error) {
	var list struct {
		Data []named `json:"data"`
	}
	if err := c.call(ctx, http.MethodGet, "/api/database", nil, &list); err != nil {
		return 0, err
	}
	if id, ok := find(list.Data, o.Name); ok {
		return id, nil
	}
	details, err := connection(o.Database)
	if err != nil {
		return 0, err
	}
	var made named
	err = c.call(ctx, http.MethodPost, "/api/database", map[string]any{
		"engine": "postgres", "name": o.Name, "details": details, "is_full_sync": true,
	}, &made)
	return made.ID, err
}

// connection is the URL of a database as the Metabase keeps it.
func connection(text string) (map[string]any, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User == nil {
		return nil, fmt.Errorf("the database must be given as postgres://user:password@host:port/database")
	}
	port := 5432
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil {
			return nil, fmt.Errorf("the database has no port %q", p)
		}
	}
	mode := u.Query().Get("sslmode")
	password, _ := u.User.Password()
	return map[string]any{
		"host": u.Hostname(), "port": port, "dbname": strings.TrimPrefix(u.Path, "/"),
		"user": u.User.Username(), "password": password, "ssl": mode != "" && mode != "disable",
	}, nil
}

// dashboard is the number of the dashboard, which is made, with its cards,
// where it is missing.
func (c *client) dashboard(ctx context.Context, d Dashboard, database int) (int, error) {
	var list []named
	if err := c.call(ctx, http.MethodGet, "/api/dashboard", nil, &list); err != nil {
		return 0, err
	}
	if id, ok := find(list, d.Name); ok {
		return id, nil
	}
	var placed []map[string]any
	for i, card := range d.Cards {
		id, err := c.card(ctx, card, database)
		if err != nil {
			return 0, err
		}
		placed = append(placed, map[string]any{
			"id": -1 - i, "card_id": id, "row": card.Row, "col": card.Column, "size_x": card.Width, "size_y": card.Height,
			"series": []any{}, "parameter_mappings": []any{}, "visualization_settings": map[string]any{},
		})
	}
	var made named
	if err := c.call(ctx, http.MethodPost, "/api/dashboard", map[string]any{"name": d.Name, "description": d.Description}, &made); err != nil {
		return 0, err
	}
	return made.ID, c.call(ctx, http.MethodPut, "/api/dashboard/"+strconv.Itoa(made.ID), map[string]any{"dashcards": placed}, nil)
}

// card makes a card and returns its number.
func (c *client) card(ctx context.Context, card Card, database int) (int, error) {
	settings := map[string]any{}
	if len(card.Dimensions) > 0 {
		settings["graph.dimensions"], settings["graph.metrics"] = card.Dimensions, card.Metrics
	}
	var made named
	err := c.call(ctx, http.MethodPost, "/api/card", map[string]any{
		"name": card.Name, "display": card.Display, "visualization_settings": settings,
		"dataset_query": map[string]any{
			"database": database, "type": "native",
			"native": map[string]any{"query": card.SQL, "template-tags": map[string]any{}},
		},
	}, &made)
	return made.ID, err
}

// set changes a setting of the Metabase.
func (c *client) set(ctx context.Context, setting string, value any) error {
	return c.call(ctx, http.MethodPut, "/api/setting/"+setting, map[string]any{"value": value}, nil)
}

// named is what all things of the API have.
type named struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

func find(list []named, name string) (int, bool) {
	for _, n := range list {
		if n.Name == name {
			return n.ID, true
		}
	}
	return 0, false
}
