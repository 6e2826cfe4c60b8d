package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/datamime/datamime/proxy/internal/testbed"
)

// A tool is a program that a client needs and that is no driver.
type tool struct {
	works []string // a command that succeeds where it is there
	deb   []string // Debian's packages of it
}

var (
	psqlTool   = tool{[]string{"psql", "--version"}, []string{"postgresql-client"}}
	pythonTool = tool{[]string{"python3", "-c", "import ensurepip, venv"}, []string{"python3", "python3-venv"}}
	nodeTool   = tool{[]string{"node", "--version"}, []string{"nodejs"}}
	npmTool    = tool{[]string{"npm", "--version"}, []string{"npm"}}
	javaTool   = tool{[]string{"java", "--list-modules"}, []string{"default-jdk-headless"}}
	mavenTool  = tool{[]string{"mvn", "--version"}, []string{"maven"}}
)

// provide installs the tools that are missing, where that is possible: by root,
// with apt.
func provide(ctx context.Context, chosen []client) error {
	var packages []string
	for _, c := range chosen {
		for _, t := range c.tools {
			if exec.CommandContext(ctx, t.works[0], t.works[1:]...).Run() != nil {
				packages = append(packages, t.deb...)
			}
		}
	}
	if len(packages) == 0 {
		return nil
	}
	slices.Sort(packages)
	packages = slices.Compact(packages)
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return fmt.Errorf("programs are missing that the clients need; Debian's packages of them: %s", strings.Join(packages, " "))
	}
	if err := testbed.Command(ctx, "", "apt-get", "update", "-qq"); err != nil {
		return err
	}
	return testbed.Command(ctx, "", "apt-get", append([]string{"install", "-y", "-qq", "--no-install-recommends"}, packages...)...)
}
