package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// newRoot makes the tree of commands.
func newRoot(io stdio) *cobra.Command {
	root := &cobra.Command{
		Use:   "datamime",
		Short: "Realistic time series for any PostgreSQL client, in SQL",
		Long: `datamime stands between PostgreSQL clients and a PostgreSQL server. Everything
passes through untouched, except calls of its own SQL functions, which turn a
sample of a time series into as much realistic data as needed:

  SELECT datamime_generate('mesures', 'date_debut', ARRAY['station','polluant'], 'valeur', 1000000);

Every flag can also be given as an environment variable (--drain-timeout is
DATAMIME_DRAIN_TIMEOUT) or in a file named by --config.`,
		Args:              cobra.ArbitraryArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: applyConfiguration,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.SuggestionsMinimumDistance = 2
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.PersistentFlags().String("config", "", "file of settings, one `FILE` of YAML, TOML or JSON with the flags' names as keys")
	root.PersistentFlags().String("lang", locale.English, "`LANGUAGE` of messages: "+strings.Join(locale.Languages(), " or "))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v: see %s --help", flagFault(err), cmd.CommandPath())
	})
	root.AddCommand(newServe(), newDemo(), newImport(), newSample(), newPing(), newVersion())
	root.AddCommand(append(newFunctionVerbs(), newReport(), newMetabase(), newDoctor(), newMan())...)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// flagFault is what is wrong with a flag: with its value, in our words in place
// of Go's.
func flagFault(err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	f := invalid.GetFlag()
	if takes := taken(f.Value.Type()); takes != "" {
		return locale.Errorf("--%s takes %s, not %q", f.Name, takes, invalid.GetValue())
	}
	return locale.Errorf("--%s: %w", f.Name, invalid.Unwrap())
}

// taken says what a flag of one of Go's own types takes, "" for the others.
func taken(typ string) string {
	switch typ {
	case "int":
		return locale.Say("a whole number")
	case "duration":
		return locale.Say("a time with its unit, such as 30s")
	case "bool":
		return locale.Say("true or false")
	}
	return ""
}

// unknownCommand refuses a command that there is not, and names the nearest.
func unknownCommand(cmd *cobra.Command, name string) error {
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		return usagef("there is no command %q: did you mean %q?", name, near[0])
	}
	return usagef("there is no command %q: see datamime --help", name)
}

// noArgs is cobra's NoArgs with our error.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no argument, but %q was given: see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	return nil
}

// asksForHelp tells whether --help stands anywhere, even where another flag's
// value should be.
func asksForHelp(args []string) bool {
	for _, a := range args {
		switch a {
		case "--":
			return false
		case "--help", "-h":
			return true
		}
	}
	return false
}

// helpFor prints the help of the command that the arguments name.
func helpFor(root *cobra.Command, args []string) error {
	cmd := root
	for _, a := range args {
		for _, sub := range cmd.Commands() {
			if sub.Name() == a {
				cmd = sub
				break
			}
		}
	}
	cmd.InitDefaultHelpFlag()
	return cmd.Help()
}

// onlyTyped marks a flag that neither the environment nor a file gives: it turns
// what a verb does into something else.
const onlyTyped = "only typed"

// applyConfiguration sets the flags that the command line left out from the
// environment, or else from the configuration file.
func applyConfiguration(cmd *cobra.Command, _ []string) error {
	v := viper.New()
	v.SetEnvPrefix("DATAMIME")
	v.SetEnvKeyReplacer(strings.NewReplacer("-", "_"))
	v.AutomaticEnv()
	if err := readConfigurationFile(cmd, v); err != nil {
		return err
	}
	var failed error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if _, only := f.Annotations[onlyTyped]; failed != nil || f.Changed || only || f.Name == "help" || f.Name == "config" || !v.IsSet(f.Name) {
			return
		}
		value := v.GetString(f.Name)
		if list := v.GetStringSlice(f.Name); (f.Value.Type() == "stringSlice" || f.Value.Type() == listOfNames) && value == "" {
			value = strings.Join(list, ",")
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			failed = usagef("%s: %v", sourceOf(f.Name, v), flagFault(err))
		}
	})
	if failed != nil {
		return failed
	}
	// A verb's own --lang, of what it shows, is its messages' too.
	lang := cmd.Flags().Lookup("lang")
	if err := locale.Use(lang.Value.String()); err != nil {
		return usagef("--lang: %v", err)
	}
	if !lang.Changed {
		return nil
	}
	return lang.Value.Set(locale.Base(lang.Value.String()))
}

func environmentName(flag string) string {
	return "DATAMIME_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// sourceOf names where a setting came from.
func sourceOf(flag string, v *viper.Viper) string {
	if name := environmentName(flag); os.Getenv(name) != "" {
		return name
	}
	return v.ConfigFileUsed()
}

// readConfigurationFile reads the file that --config or DATAMIME_CONFIG names,
// or else datamime/config.* in the user's folder of settings, when there is one.
func readConfigurationFile(cmd *cobra.Command, v *viper.Viper) error {
	file, err := cmd.Flags().GetString("config")
	if err != nil {
		return err
	}
	if file == "" {
		file = os.Getenv(environmentName("config"))
	}
	if file != "" {
		v.SetConfigFile(file)
	} else {
		dir, err := os.UserConfigDir()
		if err != nil {
			return nil
		}
		v.AddConfigPath(filepath.Join(dir, "datamime"))
	}
	if err := v.ReadInConfig(); err != nil {
		if _, none := err.(viper.ConfigFileNotFoundError); none && file == "" {
			return nil
		}
		if file == "" {
			file = v.ConfigFileUsed()
		}
		if _, err := os.Stat(file); os.IsNotExist(err) {
			return usagef("there is no configuration file %s", file)
		}
		return usagef("cannot read the configuration file %s: it must be YAML, TOML or JSON with the flags' names as keys", file)
	}
	return checkKeys(cmd.Root(), v)
}

// checkKeys refuses a key that is no flag of any command.
func checkKeys(root *cobra.Command, v *viper.Viper) error {
	known := map[string]bool{}
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(root)
	for _, key := range v.AllKeys() {
		if !known[key] {
			return usagef("%s: there is no setting %q: see datamime serve --help", v.ConfigFileUsed(), key)
		}
	}
	return nil
}
