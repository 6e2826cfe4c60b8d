package main

import (
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/datamime/datamime/cmd/datamime/locale"
	"github.com/datamime/datamime/proxy"
)

// register declares the flags.
func (f *tlsFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.cert, "tls-cert", "", "`FILE` of the certificate for clients, with its chain, in PEM; without it they get no TLS")
	fs.StringVar(&f.key, "tls-key", "", "`FILE` of its key, in PEM")
	fs.StringVar(&f.clientCA, "tls-client-ca", "", "`FILE` of the authorities that clients' certificates are checked by, in PEM")
	fs.BoolVar(&f.requireClient, "tls-require-client-cert", false, "refuse clients without a certificate")
}

// load reads the files; nil when TLS is off.
func (f *tlsFlags) load() (*proxy.Certificates, error) {
	switch {
	case f.cert == "" && f.key == "":
		if f.clientCA != "" || f.requireClient {
			return nil, usagef("clients' certificates need TLS: give --tls-cert and --tls-key too")
		}
		return nil, nil
	case f.cert == "" || f.key == "":
		return nil, usagef("--tls-cert and --tls-key go together: give both")
	case f.requireClient && f.clientCA == "":
		return nil, usagef("--tls-require-client-cert needs --tls-client-ca")
	}
	certificates, err := proxy.LoadCertificates(f.cert, f.key, f.clientCA, f.requireClient)
	if err != nil {
		return nil, locale.Errorf("%s: check --tls-cert, --tls-key and --tls-client-ca", strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return certificates, nil
}

// reloadOnHangup has SIGHUP read the certificates again, until the function
// that it returns is called. Without certificates SIGHUP does nothing: a
// terminal that goes away must not end the proxy.
func reloadOnHangup(certificates *proxy.Certificates, log *slog.Logger) (stop func()) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-hangup:
			}
			if certificates == nil {
				log.Info("nothing to reload")
			} else if err := certificates.Reload(); err != nil {
				log.Error("the certificates stay as they were", "error", err)
			} else {
				log.Info("certificates reloaded")
			}
		}
	}()
	return func() {
		signal.Stop(hangup)
		close(done)
	}
}
