package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// repository is the top of the checkout, as the tests of this package see it.
const repository = "../.."

// composeFile is what the tests look at in docker-compose.yml.
type composeFile struct {
	Services map[string]composeService `yaml:"services"`
	Volumes  map[string]any            `yaml:"volumes"`
	Configs  map[string]struct {
		Content string `yaml:"content"`
	} `yaml:"configs"`
}

type composeService struct {
	Image       string            `yaml:"image"`
	Build       string            `yaml:"build"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Ports       []string          `yaml:"ports"`
	Volumes     []string          `yaml:"volumes"`
	Configs     []struct{ Source, Target string }
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Healthcheck struct {
		Test              any
		Disable           bool
		Interval, Timeout string
		StartPeriod       string `yaml:"start_period"`
		Retries           int
	}
	StopGracePeriod string `yaml:"stop_grace_period"`
	StopSignal      string `yaml:"stop_signal"`
	Restart         string `yaml:"restart"`
}

func readCompose(t *testing.T) composeFile {
	t.Helper()
	f, err := os.Open(filepath.Join(repository, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dec := yaml.NewDecoder(f)
	dec.KnownFields(true)
	var file struct {
		Name        string `yaml:"name"`
		composeFile `yaml:",inline"`
	}
	if err := dec.Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.composeFile
}

// TestCompose: pinned versions, health checks, references that lead somewhere,
// nothing open beyond the machine.
func TestCompose(t *testing.T) {
	file := readCompose(t)
	pinned := regexp.MustCompile(`^[a-z/]+:v?[0-9]+\.[0-9]+(\.[0-9]+)*$`)
	for name, s := range file.Services {
		if s.Build == "" && !pinned.MatchString(s.Image) {
			t.Errorf("%s: the image %q has no pinned version", name, s.Image)
		}
		if s.Healthcheck.Test == nil && !s.Healthcheck.Disable {
			t.Errorf("%s has no health check", name)
		}
		for on, c := range s.DependsOn {
			other, ok := file.Services[on]
			if !ok || c.Condition == "service_healthy" && other.Healthcheck.Test == nil {
				t.Errorf("%s waits for %s, which never gets healthy", name, on)
			}
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to others", name, p)
			}
		}
		for _, c := range s.Configs {
			if file.Configs[c.Source].Content == "" {
				t.Errorf("%s: there is no config %s", name, c.Source)
			}
		}
		for _, v := range s.Volumes {
			source, _, _ := strings.Cut(v, ":")
			if _, ok := file.Volumes[source]; ok {
				continue
			}
			if _, err := os.Stat(filepath.Join(repository, source)); err != nil {
				t.Errorf("%s mounts what is not there: %s", name, v)
			}
		}
	}
	for name, c := range file.Configs {
		var content any
		if err := yaml.Unmarshal([]byte(c.Content), &content); !strings.HasSuffix(name, "database") && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestComposeCommands: the commands of our own image are ones that we have.
func TestComposeCommands(t *testing.T) {
	for name, s := range readCompose(t).Services {
		if s.Build == "" {
			continue
		}
		cmd, args, err := newRoot(stdio{}).Find(s.Command)
		if err != nil || cmd.Name() != s.Command[0] {
			t.Errorf("%s: there is no command %v: %v", name, s.Command, err)
			continue
		}
		if err := cmd.ParseFlags(args); err != nil {
			t.Errorf("%s: %v: %v", name, s.Command, err)
		}
	}
}

// TestComposeMetabase: the dashboard that is mounted is one that is read.
func TestComposeMetabase(t *testing.T) {
	s := readCompose(t).Services["metabase-setup"]
	source, target, _ := strings.Cut(strings.TrimSuffix(s.Volumes[0], ":ro"), ":")
	if !slices.Contains(s.Command, target) {
		t.Errorf("%v does not read %s", s.Command, target)
	}
	d, err := readDashboard(filepath.Join(repository, source))
	if err != nil {
		t.Fatal(err)
	}
	taken := map[[2]int]string{}
	for _, c := range d.Cards {
		if c.Column+c.Width > 24 || c.Width == 0 || c.Height == 0 {
			t.Errorf("%s does not stand on a page of 24 columns", c.Name)
		}
		for row := c.Row; row < c.Row+c.Height; row++ {
			for column := c.Column; column < c.Column+c.Width; column++ {
				if other, ok := taken[[2]int{row, column}]; ok {
					t.Fatalf("%s stands on %s", c.Name, other)
				}
				taken[[2]int{row, column}] = c.Name
			}
		}
	}
}

// TestGrafanaDashboard looks that every panel asks our data source something.
func TestGrafanaDashboard(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(repository, "examples/air/grafana.json"))
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct {
				RawSQL     string `json:"rawSql"`
				Datasource struct{ UID string }
			}
		}
	}
	if err := json.Unmarshal(b, &dashboard); err != nil {
		t.Fatal(err)
	}
	if len(dashboard.Panels) == 0 {
		t.Error("no panel")
	}
	uid := regexp.MustCompile(`(?m)uid: (\S+)`).FindStringSubmatch(readCompose(t).Configs["grafana-datasource"].Content)
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			if target.RawSQL == "" || uid == nil || target.Datasource.UID != uid[1] {
				t.Errorf("panel %q: data source %q, statement %q", p.Title, target.Datasource.UID, target.RawSQL)
			}
		}
	}
}

// TestDockerfile looks at what a container must not get wrong.
func TestDockerfile(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(repository, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"CGO_ENABLED=1", "\nUSER ", "HEALTHCHECK", `ENTRYPOINT ["datamime"]`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
	for line := range strings.Lines(string(b)) {
		if image, ok := strings.CutPrefix(line, "FROM "); ok && !regexp.MustCompile(`:[0-9]+\.[0-9]+`).MatchString(image) {
			t.Errorf("the image %q has no pinned version", strings.TrimSpace(image))
		}
	}
}
