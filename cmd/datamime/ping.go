package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// newPing is the verb ping, for health checks.
func newPing() *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "ping [ADDRESS]",
		Short: "Tell whether a proxy (or any PostgreSQL server) answers, by the exit status",
		Long: `Tell whether something that speaks PostgreSQL's protocol answers at ADDRESS
(host:port, or the path of a Unix socket), by the exit status. No user or
password is needed.`,
		Example: "  datamime ping 127.0.0.1:6432",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("%s takes one address, but %d were given", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			address := defaultListen
			if len(args) > 0 {
				address = args[0]
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			if err := ping(ctx, address); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), locale.Say("%s answers", address))
			return err
		},
	}
	cmd.Flags().DurationVar(&timeout, "timeout", 3*time.Second, "how long to wait for an answer")
	return cmd
}

// ping asks for TLS, which every server answers with one byte before anybody
// logs in.
func ping(ctx context.Context, address string) error {
	network := "tcp"
	if strings.Contains(address, "/") {
		network = "unix"
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return locale.Errorf("nothing listens on %s: start it with datamime serve", address)
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return locale.Errorf("set a deadline: %w", err)
		}
	}
	// SSLRequest: its length, and its code 80877103.
	if _, err := conn.Write([]byte{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f}); err == nil {
		var answer [1]byte
		if _, err := io.ReadFull(conn, answer[:]); err == nil && (answer[0] == 'S' || answer[0] == 'N') {
			return nil
		}
	}
	return locale.Errorf("what listens on %s does not answer as a PostgreSQL server does", address)
}
