//go:build browser

package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// probe runs in the page and leaves what it saw in the title.
const probe = `<script>
document.querySelectorAll("details").forEach(d => d.open = true);
const seen = {errors: [], empty: [], charts: 0, marks: 0, dark: matchMedia("(prefers-color-scheme: dark)").matches,
  paper: getComputedStyle(document.body).backgroundColor, wide: document.documentElement.scrollWidth - innerWidth};
addEventListener("error", e => seen.errors.push(e.message));
document.querySelectorAll("svg").forEach(svg => {
  seen.charts++;
  const drawn = [...svg.querySelectorAll(".mark")].filter(m => { const b = m.getBoundingClientRect(); return b.width > 1 && b.height >= 0; });
  seen.marks += drawn.length;
  if (!drawn.length) seen.empty.push(svg.getAttribute("aria-label"));
});
document.title = "seen" + JSON.stringify(seen);
</script></body>`

// TestInBrowser looks at a page in Debian's chromium.
func TestInBrowser(t *testing.T) {
	d := &Data{Source: "mesures", Synthetic: "Made up.", Made: time.Now(), Scores: scores()}
	for i := range 9 {
		name := fmt.Sprint("station ", i)
		d.Real = append(d.Real, wave(name, 1500, 3600, 10, uint64(i)))
		d.Generated = append(d.Generated, wave(name, 1500, 3600, 10, uint64(100+i)))
	}
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	if err := os.WriteFile(page, bytes.Replace(b.Bytes(), []byte("</body>"), []byte(probe), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		mode, flag string
		width      int
	}{{"light", "1", 1200}, {"dark", "0", 1200}, {"a telephone", "1", 500}} {
		t.Run(c.mode, func(t *testing.T) {
			stdout, log := browse(t, "--blink-settings=preferredColorScheme="+c.flag, fmt.Sprintf("--window-size=%d,2000", c.width), "--dump-dom", "file://"+page)
			if strings.Contains(log, "CONSOLE") {
				t.Errorf("the console: %s", log)
			}
			m := regexp.MustCompile(`<title>seen(.*?)</title>`).FindSubmatch(stdout)
			if m == nil {
				t.Fatalf("the page did not run: %.500s\n%s", stdout, log)
			}
			var seen struct {
				Errors, Empty []string
				Charts, Marks int
				Dark          bool
				Paper         string
				Wide          int
			}
			if err := json.Unmarshal([]byte(html.UnescapeString(string(m[1]))), &seen); err != nil {
				t.Fatal(err)
			}
			if len(seen.Errors) > 0 || len(seen.Empty) > 0 || seen.Charts != 2+9*7 || seen.Marks < 2*seen.Charts-20 {
				t.Errorf("%+v", seen)
			}
			if seen.Dark != (c.mode == "dark") || (seen.Paper == "rgb(255, 255, 255)") == seen.Dark {
				t.Errorf("colours: %+v", seen)
			}
			if seen.Wide > 0 {
				t.Errorf("the page is %d pixels wider than the window", seen.Wide)
			}
		})
	}
	shot := filepath.Join(dir, "page.png")
	if keep := os.Getenv("DATAMIME_TEST_SCREENSHOT"); keep != "" {
		shot = keep
	}
	browse(t, "--window-size=1200,2400", "--screenshot="+shot, "file://"+page)
	f, err := os.Open(shot)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	picture, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if blue, orange := coloured(picture); blue < 2000 || orange < 2000 {
		t.Errorf("%d blue and %d orange pixels: are the charts to be seen?", blue, orange)
	}
}

// coloured counts the pixels of the real and of the synthetic side.
func coloured(p image.Image) (blue, orange int) {
	for y := p.Bounds().Min.Y; y < p.Bounds().Max.Y; y++ {
		for x := p.Bounds().Min.X; x < p.Bounds().Max.X; x++ {
			r, _, b, _ := p.At(x, y).RGBA()
			switch r, b := int(r>>8), int(b>>8); {
			case b-r > 100:
				blue++
			case r-b > 100:
				orange++
			}
		}
	}
	return blue, orange
}

func browse(t *testing.T, args ...string) (stdout []byte, log string) {
	t.Helper()
	args = append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--log-level=0", "--user-data-dir=" + t.TempDir()}, args...)
	cmd := exec.CommandContext(t.Context(), "chromium", args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	stdout, err := cmd.Output()
	if err != nil {
		t.Fatalf("chromium: %v\n%s", err, &errs)
	}
	return stdout, errs.String()
}
