package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/datamime/datamime/cmd/datamime/metabase"
)

// newMetabase is the verb metabase.
func newMetabase() *cobra.Command {
	var o metabase.Options
	var file string
	cmd := &cobra.Command{
		Use:   "metabase",
		Short: "Give a Metabase a database behind a proxy, and a dashboard over it",
		Long: `Set a Metabase up: its first user where it has none, a database behind a proxy,
and a dashboard from a file of statements. What is there already is left as it is.`,
		Example: `  datamime metabase --url http://127.0.0.1:3000 --database postgres://me:secret@127.0.0.1:6432/mydatabase \
    --dashboard examples/air/metabase.json --email me@example.com --password a-password-1`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, name := range []string{"email", "password", "database", "dashboard"} {
				if cmd.Flags().Lookup(name).Value.String() == "" {
					return usagef("metabase needs --%s: see datamime metabase --help", name)
				}
			}
			var err error
			if o.Dashboard, err = readDashboard(file); err != nil {
				return err
			}
			address, err := metabase.Setup(cmd.Context(), o)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), address)
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.URL, "url", "http://127.0.0.1:3000", "the Metabase's `URL`")
	f.StringVar(&o.Email, "email", "", "`ADDRESS` of its administrator, who is made where there is none")
	f.StringVar(&o.Password, "password", "", "the administrator's `PASSWORD`")
	f.StringVar(&o.Database, "database", "", "`URL` of the database, as the Metabase reaches it through a proxy")
	f.StringVar(&o.Name, "name", "datamime", "what the Metabase is to call the database")
	f.StringVar(&file, "dashboard", "", "`FILE` of JSON with the dashboard's name and cards")
	return cmd
}

// readDashboard reads a file of JSON.
func readDashboard(file string) (metabase.Dashboard, error) {
	var d metabase.Dashboard
	b, err := os.ReadFile(file)
	if err != nil {
		return d, usagef("there is no file %s", file)
	}
	if err := json.Unmarshal(b, &d); err != nil || d.Name == "" || len(d.Cards) == 0 {
		return d, usagef("%s is no dashboard: it is an object of JSON with a name and cards, as examples/air/metabase.json is", file)
	}
	return d, nil
}
