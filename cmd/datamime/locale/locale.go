// Package locale says what the program says in the user's language: English,
// in which the messages are written where they are used, or one of the
// catalogues beside this file, in gettext's format, which PostgreSQL's own
// messages are translated in too.
//
// A message that a catalogue lacks is said in English; a test looks that none
// is lacking.
package locale

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/leonelquinteros/gotext"
)

//go:embed *.po
var catalogues embed.FS

// English is the language of the source.
const English = "en"

// current is the catalogue in use, nil for English. A process has one
// language, as setlocale(3) gives it one.
var current atomic.Pointer[map[string]*gotext.Translation]

// Languages are those that can be used.
func Languages() []string {
	all := []string{English}
	entries, err := catalogues.ReadDir(".")
	if err != nil {
		panic(err) // they are compiled in
	}
	for _, e := range entries {
		all = append(all, strings.TrimSuffix(e.Name(), ".po"))
	}
	slices.Sort(all)
	return all
}

// Base is a language without territory and encoding: fr of fr_FR.UTF-8.
func Base(language string) string {
	end := strings.IndexAny(language, "_-.@")
	if end >= 0 {
		language = language[:end]
	}
	return strings.ToLower(language)
}

// Use sets the language of what is said from now on, by its Base.
func Use(language string) error {
	language = Base(language)
	if language == English || language == "" {
		current.Store(nil)
		return nil
	}
	b, err := catalogues.ReadFile(language + ".po")
	if err != nil {
		return fmt.Errorf("there are no messages in %q: choose %s", language, strings.Join(Languages(), " or "))
	}
	po := gotext.NewPo()
	po.Parse(b)
	translations := po.GetDomain().GetTranslations()
	current.Store(&translations)
	return nil
}

// Say formats a message in the language in use, as fmt.Sprintf does.
func Say(message string, args ...any) string {
	if len(args) == 0 {
		return translated(message)
	}
	return fmt.Sprintf(translated(message), args...)
}

// Errorf is fmt.Errorf with a message in the language in use.
func Errorf(message string, args ...any) error {
	return fmt.Errorf(translated(message), args...)
}

// translated is a message in the language in use.
func translated(message string) string {
	if all := current.Load(); all != nil {
		if t, ok := (*all)[message]; ok {
			return t.Get()
		}
	}
	return message
}
