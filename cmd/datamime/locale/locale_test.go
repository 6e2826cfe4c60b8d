package locale

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/leonelquinteros/gotext"
)

// messages are those that the program's sources say: the first argument of
// each function that says one.
func messages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 || !says(call.Fun, slices.Contains(speakers, filepath.Dir(path))) {
				return true
			}
			if text, ok := literal(call.Args[0]); ok {
				found[text] = files.Position(call.Pos()).String()
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// speakers are the packages whose function usagef says a message.
var speakers = []string{"..", filepath.Join("..", "importer")}

// says tells whether a function's first argument is a message; program is
// true in the sources of the speakers.
func says(fun ast.Expr, program bool) bool {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name == "usagef" && program
	case *ast.SelectorExpr:
		x, ok := f.X.(*ast.Ident)
		return ok && (x.Name == "locale" && (f.Sel.Name == "Say" || f.Sel.Name == "Errorf") || x.Name == "d" && f.Sel.Name == "note")
	}
	return false
}

// literal is a string written in the source, in one piece or several.
func literal(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(x.Value)
		return text, err == nil && x.Kind == token.STRING
	case *ast.BinaryExpr:
		a, okA := literal(x.X)
		b, okB := literal(x.Y)
		return a + b, okA && okB && x.Op == token.ADD
	}
	return "", false
}

// verb is a formatting verb, flag the name of one; words are what there is to
// translate.
var (
	flag  = regexp.MustCompile(`--[a-z-]+`)
	verb  = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*[0-9*]*(\.\d+)?[a-zA-Z]`)
	words = regexp.MustCompile(`[A-Za-z]{2}`)
)

// TestCatalogues: each catalogue has every message, with the same verbs in
// the same order, and none that nobody says.
func TestCatalogues(t *testing.T) {
	said := messages(t)
	if len(said) < 50 {
		t.Fatalf("only %d messages are found in the sources", len(said))
	}
	for _, language := range Languages() {
		if language == English {
			continue
		}
		b, err := catalogues.ReadFile(language + ".po")
		if err != nil {
			t.Fatal(err)
		}
		po := gotext.NewPo()
		po.Parse(b)
		known := po.GetDomain().GetTranslations()
		for _, text := range slices.Sorted(maps.Keys(said)) {
			if !words.MatchString(verb.ReplaceAllString(flag.ReplaceAllString(text, ""), "")) {
				continue
			}
			translation, ok := known[text]
			if !ok || translation.Get() == "" {
				t.Errorf("%s: %s lacks %q", said[text], language, text)
				continue
			}
			if !slices.Equal(verb.FindAllString(text, -1), verb.FindAllString(translation.Get(), -1)) {
				t.Errorf("%s: %s has other verbs in %q", said[text], language, translation.Get())
			}
		}
		for text := range known {
			if _, ok := said[text]; !ok && text != "" && !slices.Contains(results, text) {
				t.Errorf("%s: nobody says %q", language, text)
			}
		}
	}
}

// results are said by their names.
var results = []string{"note", "failed", "not tried"}

func TestUse(t *testing.T) {
	defer func() { _ = Use(English) }()
	for language, want := range map[string]string{"en": "interrupted", "fr": "interrompu", "fr_FR.UTF-8": "interrompu", "fr-CA": "interrompu", "": "interrupted"} {
		if err := Use(language); err != nil {
			t.Errorf("%s: %v", language, err)
		}
		if got := Say("interrupted"); got != want {
			t.Errorf("%s: %q", language, got)
		}
	}
	if got := Say("50 % of it"); got != "50 % of it" {
		t.Errorf("a message without arguments is formatted: %q", got)
	}
	if err := Use("tlh"); err == nil || err.Error() != `there are no messages in "tlh": choose en or fr` {
		t.Errorf("%v", err)
	}
}
