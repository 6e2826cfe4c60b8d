package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/datamime/datamime/proxy/internal/testbed"
)

// pgConfig asks where the installed PostgreSQL has its parts.
func pgConfig(ctx context.Context, what string) (string, error) {
	out, err := exec.CommandContext(ctx, "pg_config", what).Output()
	if err != nil {
		return "", fmt.Errorf("pg_config %s (of Debian's postgresql-server-dev-15, say): %w", what, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// compile makes a program or a library of a C file of PostgreSQL's, once.
func compile(ctx context.Context, target, source string, flags ...string) error {
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	args := []string{"-O1", "-o", target, source}
	for _, include := range []string{"--includedir-server", "--includedir"} {
		folder, err := pgConfig(ctx, include)
		if err != nil {
			return err
		}
		args = append(args, "-I"+folder)
	}
	bin, err := pgConfig(ctx, "--bindir")
	if err != nil {
		return err
	}
	args = append(args, "-L"+filepath.Join(bin, "../lib")) // of its static libraries
	return testbed.Command(ctx, "", "cc", append(args, flags...)...)
}

// postgresSource has apt-get fetch the source of the installed PostgreSQL's
// major version, once, and returns where it is unpacked.
func postgresSource(ctx context.Context, dir string) (string, error) {
	source := filepath.Join(dir, "postgresql")
	if _, err := os.Stat(source); err == nil {
		return source, nil
	}
	version, err := pgConfig(ctx, "--version")
	if err != nil {
		return "", err
	}
	major := regexp.MustCompile(`\d+`).FindString(version)
	apt := filepath.Join(dir, "apt")
	options, err := aptSources(apt)
	if err != nil {
		return "", err
	}
	if err := testbed.Command(ctx, apt, "apt-get", append(options, "-qq", "update")...); err != nil {
		return "", err
	}
	archive, err := fetchSource(ctx, apt, options, "postgresql-"+major)
	if err != nil {
		return "", err
	}
	if err := os.Mkdir(source, 0o755); err != nil {
		return "", err
	}
	return source, testbed.Command(ctx, source, "tar", "xf", archive, "--no-same-owner", "--strip-components=1")
}

// aptSources writes a list of where the machine's packages have their sources,
// and returns the options with which apt keeps to dir and knows these alone.
func aptSources(dir string) ([]string, error) {
	parts := filepath.Join(dir, "parts")
	for _, folder := range []string{parts, filepath.Join(dir, "lists/partial"), filepath.Join(dir, "cache/archives/partial")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
	}
	binary := regexp.MustCompile(`(?m)^(Types:.*\bdeb|deb)\b(-src)?`)
	for _, list := range []string{"/etc/apt/sources.list", "/etc/apt/sources.list.d/debian.sources"} {
		text, err := os.ReadFile(list)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(parts, filepath.Base(list)), binary.ReplaceAll(text, []byte("$1-src")), 0o644)
		}
		if err != nil {
			return nil, err
		}
	}
	return []string{
		"-o", "Dir::Etc::sourcelist=/dev/null", "-o", "Dir::Etc::sourceparts=" + parts,
		"-o", "Dir::State::lists=" + filepath.Join(dir, "lists"), "-o", "Dir::Cache=" + filepath.Join(dir, "cache"),
		"-o", "APT::Sandbox::User=root", // who may write to dir
	}, nil
}

// fetchSource fetches a package's source into dir, the newest that is to be had:
// a mirror may not have all that it lists. It returns the archive's path.
func fetchSource(ctx context.Context, dir string, options []string, pack string) (string, error) {
	out, err := exec.CommandContext(ctx, "apt-cache", append(options, "showsrc", "--only-source", pack)...).Output()
	if err != nil {
		return "", fmt.Errorf("apt-cache showsrc %s: %w", pack, err)
	}
	var versions []string
	for _, m := range regexp.MustCompile(`(?m)^Version: (\S+)`).FindAllStringSubmatch(string(out), -1) {
		versions = append(versions, m[1])
	}
	slices.Sort(versions)
	slices.Reverse(versions)
	for _, version := range slices.Compact(versions) {
		if err = testbed.Command(ctx, dir, "apt-get", append(options, "-qq", "source", "--download-only", pack+"="+version)...); err == nil {
			break
		}
	}
	archives, _ := filepath.Glob(filepath.Join(dir, pack+"_*.orig.tar.*"))
	if err != nil || len(archives) != 1 {
		return "", fmt.Errorf("no source of %s could be fetched, of the versions %q: %w", pack, versions, err)
	}
	return archives[0], nil
}
