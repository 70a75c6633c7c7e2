package intake

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"township.dev/liaison/internal/intake/guard"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/stationconf"
)

// Config of the service, from flags and environment.
type Config struct {
	// ConfigDir, SecretsDir and StaffDir are mounted by the operator; DataDir is the station's volume.
	ConfigDir  string
	SecretsDir string
	StaffDir   string
	DataDir    string
	// WebhookDir holds the webhook's address where the township has one; it may be missing.
	WebhookDir string
	// OIDCDir holds the identity provider's client secret, Open311Dir the keys of programs; they may be missing.
	OIDCDir    string
	Open311Dir string
	// CADir holds the certificates of authorities to believe beside the public ones; it may be missing.
	CADir string
	// BindAddress is an IP; empty means all interfaces.
	BindAddress string
	// PublicPort and InternalPort; 0 is any free port.
	PublicPort   int
	InternalPort int
	// Limits on submissions.
	Limits guard.LimitSettings
	// Arguments behind the flags.
	Arguments []string
	// DrainTimeout is how long requests in flight may take once the service was told to stop.
	DrainTimeout time.Duration
}

type setting struct {
	flag, env, fallback, usage string
	set                        func(*Config, string) error
}

var settings = []setting{
	{
		"config-dir", "LIAISON_CONFIG_DIR", "/etc/liaison/config", "folder with " + stationconf.StationFile + ", " + stationconf.CalendarFile + " and " + stationconf.ScheduleFile + "; followed for changes",
		func(c *Config, v string) error { c.ConfigDir = v; return nil },
	},
	{
		"secrets-dir", "LIAISON_SECRETS_DIR", "/etc/liaison/secrets", "folder with " + mounted.DataKeyFile + " and " + mounted.InternalTokenFile,
		func(c *Config, v string) error { c.SecretsDir = v; return nil },
	},
	{
		"staff-dir", "LIAISON_STAFF_DIR", "/etc/liaison/staff", "folder with one file per member of staff that holds the first password",
		func(c *Config, v string) error { c.StaffDir = v; return nil },
	},
	{
		"data-dir", "LIAISON_DATA_DIR", "/var/lib/liaison", "folder of the database, on the station's own volume",
		func(c *Config, v string) error { c.DataDir = v; return nil },
	},
	{
		"webhook-dir", "LIAISON_WEBHOOK_DIR", "/etc/liaison/webhook", "folder with " + stationconf.WebhookURLFile + ", the address that receptions are announced to; it may be missing",
		func(c *Config, v string) error { c.WebhookDir = v; return nil },
	},
	{
		"oidc-dir", "LIAISON_OIDC_DIR", "/etc/liaison/oidc", "folder with " + stationconf.OIDCSecretFile + ", the client secret at the identity provider; it may be missing",
		func(c *Config, v string) error { c.OIDCDir = v; return nil },
	},
	{
		"open311-dir", "LIAISON_OPEN311_DIR", "/etc/liaison/open311", "folder with one file per key of a program that may use Open311; it may be missing",
		func(c *Config, v string) error { c.Open311Dir = v; return nil },
	},
	{
		"ca-dir", "LIAISON_CA_DIR", "/etc/liaison/ca", "folder with " + stationconf.AuthoritiesFile + ", certificates of authorities to believe beside the public ones; it may be missing",
		func(c *Config, v string) error { c.CADir = v; return nil },
	},
	{
		"sender-limit", "LIAISON_SENDER_LIMIT", "60/10s", "how many suggestions one address may send at once, and after how long one more",
		func(c *Config, v string) (err error) { c.Limits.Sender, err = limit(v); return err },
	},
	{
		"global-limit", "LIAISON_GLOBAL_LIMIT", "600/100ms", "the same for all addresses together",
		func(c *Config, v string) (err error) { c.Limits.Global, err = limit(v); return err },
	},
	{
		"bind-address", "LIAISON_BIND_ADDRESS", "", "IP to listen on; empty means all interfaces",
		func(c *Config, v string) error {
			if v != "" && net.ParseIP(v) == nil {
				return errors.New("is no IP address; give one such as 127.0.0.1, or nothing for all interfaces")
			}
			c.BindAddress = v
			return nil
		},
	},
	{
		"public-port", "LIAISON_PUBLIC_PORT", "8080", "port of the residents' site and the staff desk; 0 is any free one",
		func(c *Config, v string) (err error) { c.PublicPort, err = port(v); return err },
	},
	{
		"internal-port", "LIAISON_INTERNAL_PORT", "8081", "port of probes, metrics and backlog; 0 is any free one",
		func(c *Config, v string) (err error) { c.InternalPort, err = port(v); return err },
	},
	{
		"drain-timeout", "LIAISON_DRAIN_TIMEOUT", "20s", "how long requests in flight may take after SIGTERM",
		func(c *Config, v string) error {
			d, err := time.ParseDuration(v)
			if err != nil || d <= 0 {
				return errors.New("is no duration; give one such as 20s, shorter than the pod's terminationGracePeriodSeconds")
			}
			c.DrainTimeout = d
			return nil
		},
	},
}

func port(v string) (int, error) {
	n, err := strconv.ParseUint(v, 10, 16)
	if err != nil {
		return 0, errors.New("is no port; give a number from 0 to 65535")
	}
	return int(n), nil
}

// limit reads a rate such as 30/10s.
func limit(v string) (guard.Rate, error) {
	burst, refill, _ := strings.Cut(v, "/")
	n, errBurst := strconv.ParseUint(burst, 10, 31)
	every, errRefill := time.ParseDuration(refill)
	if errBurst != nil || errRefill != nil || n == 0 || every <= 0 {
		return guard.Rate{}, errors.New("is no limit; give one such as 30/10s: 30 at once, and one more every 10 seconds")
	}
	return guard.Rate{Burst: int(n), Refill: every}, nil
}

// ParseConfig reads the flags in args, with at most so many arguments behind them, and, where a flag is absent, the environment. Its error
// names the flag and the remedy. flag.ErrHelp comes back when help was asked for.
func ParseConfig(args []string, most int, getenv func(string) string, usage io.Writer) (Config, error) {
	flags := flag.NewFlagSet("liaison-intake", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	values := make([]*string, len(settings))
	for i, s := range settings {
		values[i] = flags.String(s.flag, "", s.usage)
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			WriteUsage(usage)
			return Config{}, flag.ErrHelp
		}
		return Config{}, fmt.Errorf("%w; liaison-intake help lists the flags", err)
	}
	if flags.NArg() > most {
		return Config{}, fmt.Errorf("unexpected argument %q; liaison-intake help lists the flags", flags.Arg(most))
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })

	c := Config{Limits: guard.DefaultLimits()}
	for i, s := range settings {
		source, value := "--"+s.flag, *values[i]
		if !given[s.flag] {
			if fromEnv := getenv(s.env); fromEnv != "" {
				source, value = s.env, fromEnv
			} else {
				value = s.fallback
			}
		}
		if err := s.set(&c, value); err != nil {
			return Config{}, fmt.Errorf("%s: %q %w", source, value, err)
		}
	}
	c.Arguments = flags.Args()
	return c, nil
}

// Check looks at the folders, so that a wrong one is told by its flag and not by a file that is missing later.
func (c Config) Check() error {
	for _, folder := range []struct{ flag, path string }{
		{"--config-dir", c.ConfigDir}, {"--secrets-dir", c.SecretsDir}, {"--staff-dir", c.StaffDir}, {"--data-dir", c.DataDir},
	} {
		info, err := os.Stat(folder.path)
		if err != nil {
			return fmt.Errorf("%s: folder %s cannot be used (%w); mount it there or name another folder", folder.flag, filepath.Clean(folder.path), err)
		}
		if !info.IsDir() {
			return fmt.Errorf("%s: %s is a file; name the folder it stands in", folder.flag, folder.path)
		}
	}
	return nil
}

// WriteUsage explains the subcommands and flags.
func WriteUsage(w io.Writer) {
	_, _ = fmt.Fprint(w, `liaison-intake is the service of one liaison station: residents' site, staff desk, and what the operator asks.

Usage:
  liaison-intake [serve] [flags]          serve until SIGTERM (the default)
  liaison-intake --demo [flags]           serve alone, with sample data in a folder that goes when it ends
  liaison-intake backup [flags] FILE      write the database to a new file (- is standard output), while the service goes on
  liaison-intake restore [flags] FILE     put a backup (- is standard input) in the database's place; the service must be stopped
  liaison-intake kept [flags]             list the databases that restores have moved aside, while the service goes on
  liaison-intake forget [flags] NAME      remove one of them for good, while the service goes on
  liaison-intake verify [flags]           check the audit log, and every case against it
  liaison-intake probe --url ADDRESS      submit a suggestion at a running station, look it up and withdraw it; --timeout (2m) is how long to wait for it
  liaison-intake version                  print the version
  liaison-intake help                     print this text

Flags (each also by the environment variable; the flag wins):
`)
	for _, s := range settings {
		_, _ = fmt.Fprintf(w, "  --%-14s %s (%s, default %q)\n", s.flag, s.usage, s.env, s.fallback)
	}
}
