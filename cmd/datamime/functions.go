package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/datamime/datamime/cmd/datamime/definition"
	"github.com/datamime/datamime/cmd/datamime/locale"
	"github.com/datamime/datamime/sqlfuncs"
)

// verbOf names the verbs of functions whose own name is a verb of the program
// already, or cobra's.
var verbOf = map[string]string{"help": "help-functions", "version": ""}

// newFunctionVerbs makes a verb of each SQL function: its arguments are the
// flags, with dashes, or stand in the function's order.
func newFunctionVerbs() []*cobra.Command {
	var verbs []*cobra.Command
	for _, fn := range sqlfuncs.Functions() {
		verb, renamed := verbOf[fn.Name]
		if !renamed {
			verb = strings.ReplaceAll(fn.Name, "_", "-")
		}
		if verb != "" {
			verbs = append(verbs, newFunctionVerb(verb, fn))
		}
	}
	return verbs
}

func newFunctionVerb(verb string, fn sqlfuncs.Function) *cobra.Command {
	var q queryFlags
	fc := &functionCall{fn: fn}
	cmd := &cobra.Command{
		Use:   verb + usageOf(fn),
		Short: fn.Doc,
		Long: fn.Doc + `

The same as calling datamime_` + fn.Name + ` in SQL through the proxy that --to names:
arguments are given in the function's order, or as flags. A list is written with
commas. On a terminal the result is a table; elsewhere it is CSV, in a file what
the file's name asks for.` + fileHelp(fn),
		Example:           exampleOf(verb, fn),
		Args:              atMost(len(fn.Parameters)),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			fc.positional = args
			sql, err := fc.statement(cmd)
			if err != nil {
				return err
			}
			return q.run(cmd, sql)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	for _, p := range fn.Parameters {
		declare(fs, p)
		if words := quotedWords(p.Doc + " " + p.Default); len(words) > 0 {
			_ = cmd.RegisterFlagCompletionFunc(flagOf(p), cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
		}
	}
	if fc.takesFile() {
		fs.StringVar(&fc.file, "file", "", "`FILE` of YAML or JSON that holds the definition, - for standard input")
		_ = cmd.MarkFlagFilename("file", "yaml", "yml", "json")
	}
	q.register(cmd)
	return cmd
}

// atMost refuses more than so many arguments.
func atMost(most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > most {
			return usagef("%s takes at most %d arguments, but %d were given: see %s --help", cmd.CommandPath(), most, len(args), cmd.CommandPath())
		}
		return nil
	}
}

func flagOf(p sqlfuncs.Parameter) string { return strings.ReplaceAll(p.Name, "_", "-") }

// usageOf lists the arguments that must be given with those in front of them,
// as they go by their order, and the first in any case.
func usageOf(fn sqlfuncs.Function) string {
	use, end := "", 0
	for i, p := range fn.Parameters {
		switch {
		case p.Type == "jsonb":
			continue
		case i == 0 && p.Default != "":
			return " [" + strings.ToUpper(p.Name) + "]"
		}
		use += " " + strings.ToUpper(p.Name)
		if p.Default == "" {
			end = len(use)
		}
	}
	return use[:end]
}

// demoSeries are the arguments that name the series of the demo's table.
const demoSeries = "mesures date_debut station,polluant valeur"

// exampleOf is a line that works on the demo's table.
func exampleOf(verb string, fn sqlfuncs.Function) string {
	to := " --to postgres://me@127.0.0.1:6432/mydatabase"
	switch fn.Name {
	case "generate":
		return "  datamime generate " + demoSeries + " 1000 -o year.xlsx" + to + "\n" +
			"  datamime generate mesures --time-column date_debut --series-columns station,polluant \\\n" +
			"    --value-column valeur --start-at 2025-01-01 --end-at 2026-01-01 --format ndjson" + to
	case "fit":
		return "  datamime fit air " + demoSeries + to
	case "define":
		return "  datamime define air --file air.yaml" + to
	case "drop":
		return "  datamime drop air" + to
	case "describe", "evaluate":
		return "  datamime " + verb + " " + demoSeries + to
	case "help":
		return "  datamime help-functions generate" + to
	}
	return "  datamime " + verb + to
}

func fileHelp(fn sqlfuncs.Function) string {
	if !(&functionCall{fn: fn}).takesFile() {
		return ""
	}
	return "\n\nA definition comes from a file: YAML or JSON, checked before anything is sent.\n\n" + indent(definition.Example, "  ")
}

// declare makes a parameter a flag.
func declare(fs *pflag.FlagSet, p sqlfuncs.Parameter) {
	// Backquotes in a usage text name the value; ours has none.
	usage := p.Doc
	switch p.Default {
	case "", "false", "none":
	default:
		usage += " (" + p.Default + ")"
	}
	if p.Type == "boolean" {
		fs.Bool(flagOf(p), false, usage)
		return
	}
	fs.Var(&argument{kind: p.Type}, flagOf(p), usage)
}

// listOfNames is the type of a flag that takes names with commas between.
const listOfNames = "names"

// An argument is the value of a flag that goes into a call as it was typed.
type argument struct{ kind, text string }

func (a *argument) String() string { return a.text }

// Type names what the flag takes, in the help.
func (a *argument) Type() string {
	switch {
	case strings.HasPrefix(a.kind, "date"):
		return "time"
	case a.kind == "double precision":
		return "number"
	case a.kind == "text[]", a.kind == "text | text[]":
		return listOfNames
	}
	return a.kind
}

// Set refuses what cannot be of the argument's type.
func (a *argument) Set(s string) error {
	if _, err := literal(a.kind, s); err != nil {
		return err
	}
	a.text = s
	return nil
}

var quotedWord = regexp.MustCompile(`(?:^|[ (])'([a-z]+)'`)

// quotedWords are the words that a parameter's help gives in quotes.
func quotedWords(doc string) []string {
	var words []string
	for _, m := range quotedWord.FindAllStringSubmatch(doc, -1) {
		words = append(words, m[1])
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// A functionCall is one call of a function, as a command line gives it.
type functionCall struct {
	fn         sqlfuncs.Function
	positional []string
	file       string
}

func (c *functionCall) takesFile() bool {
	for _, p := range c.fn.Parameters {
		if p.Type == "jsonb" {
			return true
		}
	}
	return false
}

// statement is the call in SQL.
func (c *functionCall) statement(cmd *cobra.Command) (*statement, error) {
	s := &statement{function: c.fn.Name}
	s.text = "SELECT * FROM datamime_" + c.fn.Name + "("
	for i, p := range c.fn.Parameters {
		flag := cmd.Flags().Lookup(flagOf(p))
		text, given := flag.Value.String(), flag.Changed
		if i < len(c.positional) {
			if given {
				return nil, usagef("%s was given twice, as --%s %s and as %q", p.Name, flag.Name, text, c.positional[i])
			}
			text, given = c.positional[i], true
		}
		if p.Type == "jsonb" && c.file != "" {
			if given {
				return nil, usagef("%s was given twice, as text and as --file %s", p.Name, c.file)
			}
			var err error
			if text, err = definition.Read(c.file, cmd.InOrStdin()); err != nil {
				return nil, err
			}
			given = true
		}
		if !given {
			if p.Default == "" {
				return nil, c.missing(cmd, p)
			}
			continue
		}
		value, err := literal(p.Type, text)
		if err != nil {
			return nil, usagef("%s: %v", p.Name, err)
		}
		s.add(p.Name, value)
	}
	s.text += ")"
	return s, nil
}

// value is what was typed for an argument, "" for nothing.
func (c *functionCall) value(cmd *cobra.Command, name string) string {
	for i, p := range c.fn.Parameters {
		switch {
		case p.Name != name:
		case i < len(c.positional):
			return c.positional[i]
		default:
			return cmd.Flags().Lookup(flagOf(p)).Value.String()
		}
	}
	return ""
}

// missing says what a command line lacks.
func (c *functionCall) missing(cmd *cobra.Command, p sqlfuncs.Parameter) error {
	flag := "--" + flagOf(p)
	if p.Type == "jsonb" {
		flag = "--file"
	}
	return usagef("%s needs %s, %s: give it by %s, see %s --help", cmd.CommandPath(), strings.ReplaceAll(p.Name, "_", " "), p.Doc, flag, cmd.CommandPath())
}

// dayFirst is a date that PostgreSQL reads as its DateStyle says.
var dayFirst = regexp.MustCompile(`^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b`)

// literal writes a value as an argument of a call: a literal, so that the
// result's columns are known from the text.
func literal(typ, text string) (string, error) {
	isNull := strings.EqualFold(text, "null")
	switch typ {
	case "boolean":
		return text, nil
	case "bigint", "integer":
		if isNull || isInteger(text, typ) {
			return text, nil
		}
		return "", locale.Errorf("%q is no whole number", text)
	case "double precision":
		if isNull || isNumber(text) {
			return quoteLiteral(text, isNull), nil
		}
		return "", locale.Errorf("%q is no number", text)
	case "text[]", "text | text[]":
		names, err := splitNames(text)
		if err != nil {
			return "", err
		}
		if len(names) == 1 && typ == "text | text[]" {
			return quoteLiteral(names[0], false), nil
		}
		for i, n := range names {
			names[i] = quoteLiteral(n, false)
		}
		return "ARRAY[" + strings.Join(names, ",") + "]::text[]", nil
	case "text", "jsonb":
		return quoteLiteral(text, false), nil
	}
	if strings.HasPrefix(typ, "date") && dayFirst.MatchString(text) {
		return "", locale.Errorf("%q may be read in two ways: write year-month-day, as in 2025-03-31 or 2025-03-31 14:30", text)
	}
	return quoteLiteral(text, isNull), nil
}
