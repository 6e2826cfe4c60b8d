package importer

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// Opendatasoft's Explore API, version 2.1: a page holds 100 records, and pages
// reach 10,000 records far. An export has no such bounds.
const (
	pageLength = 100
	pagesReach = 10_000
)

// datasetParameters are what a data set's address may ask for.
var datasetParameters = []string{"where", "select", "refine", "exclude", "order_by", "limit", "timezone", "lang", "apikey"}

// openDataset reads ods://PORTAL/DATASET?where=...&select=... as JSON: by the
// export, or page by page where the portal gives none. ods+http:// asks without
// TLS.
func openDataset(ctx context.Context, source string) (io.ReadCloser, error) {
	u, err := url.Parse(source)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") == "" || strings.Contains(strings.Trim(u.Path, "/"), "/") {
		return nil, usagef("%s names no data set: write ods://PORTAL/DATASET, such as ods://odre.opendatasoft.com/eco2mix-regional-tr", source)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, usagef("%s: what follows the ? cannot be read: write NAME=VALUE&NAME=VALUE, with %%26 for a & in a value", source)
	}
	for name := range query {
		if !slices.Contains(datasetParameters, name) {
			return nil, usagef("%s: %q is no parameter: choose from %s", source, name, strings.Join(datasetParameters, ", "))
		}
	}
	u.Scheme = map[string]string{"ods": "https", "ods+http": "http"}[u.Scheme]
	u.Path = "/api/explore/v2.1/catalog/datasets/" + strings.Trim(u.Path, "/")
	u.RawQuery = query.Encode()
	body, err := fetch(ctx, u.JoinPath("exports", "json").String())
	var status *statusError
	switch {
	case !errors.As(err, &status):
		return body, err
	case status.code == http.StatusNotFound && !exists(ctx, u):
		return nil, locale.Errorf("%s has no data set %s: its page's address ends in the name", u.Host, u.Path[strings.LastIndex(u.Path, "/")+1:])
	case status.code == http.StatusUnauthorized:
		return nil, locale.Errorf("%s wants a key for this data set: add ?apikey=KEY", u.Host)
	}
	pages := &pageReader{ctx: ctx, records: u.JoinPath("records"), query: query, left: pagesReach}
	if n, err := strconv.Atoi(query.Get("limit")); err == nil && n >= 0 {
		pages.left, pages.bounded = min(n, pagesReach), n <= pagesReach
	}
	return io.NopCloser(pages), pages.fetch()
}

// exists tells whether the data set is there.
func exists(ctx context.Context, u *url.URL) bool {
	body, err := fetch(ctx, u.String())
	if err != nil {
		return false
	}
	return body.Close() == nil
}

// A pageReader reads a data set page by page, as NDJSON.
type pageReader struct {
	ctx     context.Context
	records *url.URL
	query   url.Values
	offset  int
	left    int  // this many records may still come
	bounded bool // the user asked for no more
	done    bool
	buf     []byte
}

// Read implements io.Reader.
func (p *pageReader) Read(b []byte) (int, error) {
	for len(p.buf) == 0 {
		if p.done {
			return 0, io.EOF
		}
		if err := p.fetch(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.buf)
	p.buf = p.buf[n:]
	return n, nil
}

// fetch reads the next page.
func (p *pageReader) fetch() error {
	p.query.Set("limit", strconv.Itoa(min(pageLength, p.left)))
	p.query.Set("offset", strconv.Itoa(p.offset))
	u := *p.records
	u.RawQuery = p.query.Encode()
	body, err := fetch(p.ctx, u.String())
	if err != nil {
		return err
	}
	defer body.Close()
	var page struct {
		Total   int               `json:"total_count"`
		Results []json.RawMessage `json:"results"`
	}
	if err := json.NewDecoder(body).Decode(&page); err != nil {
		return locale.Errorf("the answer of %s is no page of records", u.Host)
	}
	if page.Total > pagesReach && !p.bounded {
		return locale.Errorf("%s gives %d records at most, and the data set has %d: ask for a part of them, ?where=... or ?limit=%d",
			u.Host, pagesReach, page.Total, pagesReach)
	}
	for _, record := range page.Results {
		// A record may stand on several lines.
		line, err := json.Marshal(record)
		if err != nil {
			return locale.Errorf("the answer of %s is no page of records", u.Host)
		}
		p.buf = append(append(p.buf, line...), '\n')
	}
	p.offset += len(page.Results)
	p.left -= len(page.Results)
	p.done = len(page.Results) == 0 || p.left <= 0 || p.offset >= page.Total
	return nil
}
