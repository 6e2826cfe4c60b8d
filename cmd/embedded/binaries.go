package embedded

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// releases are the versions that the library knows, by major version.
var releases = map[int]embeddedpostgres.PostgresVersion{
	13: embeddedpostgres.V13,
	14: embeddedpostgres.V14,
	15: embeddedpostgres.V15,
	16: embeddedpostgres.V16,
	17: embeddedpostgres.V17,
	18: embeddedpostgres.V18,
}

// programFiles returns the folder of the server's program files: the one that
// is given, or else that of the cache, fetching and unpacking them the first
// time. A lock in the cache folder makes other processes wait meanwhile; the
// folder gets its name when it is complete. The process ends when gone closes:
// the library's download cannot be stopped.
func programFiles(ord order, gone <-chan struct{}, progress func(string)) (string, error) {
	if ord.Programs != "" {
		if !complete(ord.Programs) {
			return "", fmt.Errorf("there is no PostgreSQL in %s: bin/postgres is missing", ord.Programs)
		}
		return ord.Programs, nil
	}
	release := releases[ord.Version]
	final := filepath.Join(ord.Cache, "postgresql-"+string(release))
	if complete(final) {
		return final, nil
	}
	fetched := make(chan struct{})
	defer close(fetched)
	go func() {
		select {
		case <-gone:
			_ = os.RemoveAll(ord.Dir)
			os.Exit(1)
		case <-fetched:
		}
	}()
	unlock, err := lock(filepath.Join(ord.Cache, "lock"))
	if err != nil {
		return "", fmt.Errorf("cannot write to the cache folder %s: give another one in DATAMIME_CACHE", ord.Cache)
	}
	defer unlock()
	if complete(final) {
		return final, nil // another process was faster
	}
	_ = os.RemoveAll(final)
	progress(fmt.Sprintf("preparing PostgreSQL %s (15 to 20 MB to fetch, once)", release))
	unpacked := filepath.Join(ord.Cache, "unpacking")
	_ = os.RemoveAll(unpacked)
	if err := fetch(release, ord, unpacked); err != nil {
		_ = os.RemoveAll(unpacked)
		return "", err
	}
	if err := os.Rename(unpacked, final); err != nil {
		return "", fmt.Errorf("cannot write to the cache folder %s: give another one in DATAMIME_CACHE", ord.Cache)
	}
	return final, nil
}

func complete(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "bin", "postgres"))
	return err == nil
}

// fetch has the library download and unpack a release. The library does so
// only as a part of starting a server its own way, which is not ours (it
// leaves a server behind when we are killed, and knows one authentication
// method). So it gets a data folder that names the release and holds nothing
// else: it takes it for initialised, and its start ends at once after the
// files are in place.
func fetch(release embeddedpostgres.PostgresVersion, ord order, unpacked string) error {
	data := filepath.Join(ord.Dir, "no-data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return fmt.Errorf("cannot write to the run folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(data) }()
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), fmt.Appendln(nil, ord.Version), 0o600); err != nil {
		return fmt.Errorf("cannot write to the run folder: %w", err)
	}
	err := embeddedpostgres.NewDatabase(embeddedpostgres.DefaultConfig().
		Version(release).
		Port(0).
		CachePath(ord.Cache).
		BinariesPath(unpacked).
		RuntimePath(filepath.Join(ord.Dir, "no-run")).
		DataPath(data).
		Logger(io.Discard)).Start()
	if err == nil || strings.HasPrefix(err.Error(), "could not start postgres") {
		if !complete(unpacked) {
			return fmt.Errorf("the fetched PostgreSQL %s is not complete: remove %s and try again", release, ord.Cache)
		}
		removeArchive(ord.Cache)
		return nil
	}
	return fetchError(err, release, ord.Cache)
}

// fetchError says in one line what to do about a failed download.
func fetchError(err error, release embeddedpostgres.PostgresVersion, cache string) error {
	const out = "or use a server of your own: datamime serve --upstream postgres://HOST:5432"
	text := err.Error()
	switch {
	case strings.Contains(text, "unable to connect"), strings.Contains(text, "download sha256"), strings.Contains(text, "error fetching"):
		return fmt.Errorf("PostgreSQL %s is not in the cache folder %s and cannot be fetched without a network: "+
			"connect once (HTTPS_PROXY is respected), copy that folder from a machine that has it, %s", release, cache, out)
	case strings.Contains(text, "no version found"):
		return fmt.Errorf("there is no PostgreSQL %s for this platform to fetch: choose another version, %s", release, out)
	case strings.Contains(text, "checksums"):
		return errors.New("the fetched PostgreSQL is damaged (its checksum differs): try again, " + out)
	default:
		return fmt.Errorf("PostgreSQL %s cannot be unpacked into %s: look for free space there, or give another folder in DATAMIME_CACHE", release, cache)
	}
}

// removeArchive drops the downloaded archives, which are not needed again.
func removeArchive(cache string) {
	archives, _ := filepath.Glob(filepath.Join(cache, "*.txz"))
	for _, a := range archives {
		_ = os.Remove(a)
	}
}
