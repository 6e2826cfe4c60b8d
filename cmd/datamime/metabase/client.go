package metabase

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// client calls the API of a Metabase.
type client struct {
	base    string
	session string
	http    *http.Client
}

// mostAnswer is how much of an answer is read.
const mostAnswer = 16 << 20

// call sends what is given as JSON and reads the answer into out, where one
// is asked for.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("write a request: %w", err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("%s is no address of a Metabase: give it as http://host:3000", c.base)
	}
	req.Header.Set("Content-Type", "application/json")
	if c.session != "" {
		req.Header.Set("X-Metabase-Session", c.session)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("no Metabase answers at %s", c.base)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		return fmt.Errorf("the Metabase at %s broke off its answer to %s", c.base, path)
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("the Metabase at %s refused %s %s with status %d: %s", c.base, method, path, resp.StatusCode, firstLine(answer))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("what answers at %s is no Metabase", c.base)
	}
	return nil
}

// firstLine is what of an answer goes into an error.
func firstLine(answer []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(answer)), "\n")
	if len(line) > 300 {
		line = line[:300] + "..."
	}
	return line
}
