package intake_test

import (
	"bytes"
	"errors"
	"flag"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/intake"
)

// parse and check, as serving does.
func parse(args []string, getenv func(string) string) (intake.Config, error) {
	c, err := intake.ParseConfig(args, 0, getenv, nil)
	if err != nil {
		return c, err
	}
	return c, c.Check()
}

func TestTheFlagWinsOverTheEnvironmentAndThatOverTheDefault(t *testing.T) {
	folder := t.TempDir()
	env := map[string]string{
		"LIAISON_CONFIG_DIR": folder, "LIAISON_SECRETS_DIR": folder, "LIAISON_STAFF_DIR": folder, "LIAISON_DATA_DIR": folder,
		"LIAISON_PUBLIC_PORT": "9000", "LIAISON_BIND_ADDRESS": "127.0.0.7",
	}
	c, err := parse([]string{"--public-port", "9001", "--drain-timeout=3s"}, func(k string) string { return env[k] })
	if err != nil {
		t.Fatal(err)
	}
	if c.WebhookDir != "/etc/liaison/webhook" {
		t.Errorf("without a flag the webhook's folder is %s", c.WebhookDir)
	}
	if c.PublicPort != 9001 || c.InternalPort != 8081 || c.BindAddress != "127.0.0.7" || c.ConfigDir != folder || c.DrainTimeout != 3*time.Second {
		t.Errorf("got %+v", c)
	}
}

func TestASubcommandsArgumentStandsBehindTheFlags(t *testing.T) {
	c, err := intake.ParseConfig([]string{"--data-dir", "somewhere", "backup.db"}, 1, func(string) string { return "" }, nil)
	if err != nil || len(c.Arguments) != 1 || c.Arguments[0] != "backup.db" || c.DataDir != "somewhere" {
		t.Errorf("%+v, error %v", c, err)
	}
}

// Most townships have no webhook, and then nothing is mounted there.
func TestTheWebhooksFolderMayBeMissing(t *testing.T) {
	folder := t.TempDir()
	args := []string{"--config-dir", folder, "--secrets-dir", folder, "--staff-dir", folder, "--data-dir", folder, "--webhook-dir", folder + "/nowhere"}
	c, err := parse(args, func(string) string { return "" })
	if err != nil || c.WebhookDir != folder+"/nowhere" {
		t.Errorf("%s, error %v", c.WebhookDir, err)
	}
}

func TestAWrongSettingIsToldWithItsNameAndTheRemedy(t *testing.T) {
	folder := t.TempDir()
	good := []string{"--config-dir", folder, "--secrets-dir", folder, "--staff-dir", folder, "--data-dir", folder}
	for name, c := range map[string]struct {
		args []string
		env  map[string]string
		want []string
	}{
		"a port that is none":        {[]string{"--public-port", "http"}, nil, []string{"--public-port", "0 to 65535"}},
		"a port too high":            {[]string{"--internal-port", "70000"}, nil, []string{"--internal-port", "0 to 65535"}},
		"a port in the environment":  {nil, map[string]string{"LIAISON_PUBLIC_PORT": "x"}, []string{"LIAISON_PUBLIC_PORT", "0 to 65535"}},
		"an address that is a name":  {[]string{"--bind-address", "localhost"}, nil, []string{"--bind-address", "127.0.0.1"}},
		"a timeout without unit":     {[]string{"--drain-timeout", "20"}, nil, []string{"--drain-timeout", "20s"}},
		"a timeout below zero":       {[]string{"--drain-timeout", "-1s"}, nil, []string{"--drain-timeout", "20s"}},
		"a folder that is not there": {[]string{"--data-dir", folder + "/nowhere"}, nil, []string{"--data-dir", "mount it"}},
		"a flag that does not exist": {[]string{"--port", "1"}, nil, []string{"-port", "liaison-intake help"}},
		"a limit without time":       {[]string{"--sender-limit", "30"}, nil, []string{"--sender-limit", "30/10s"}},
		"a limit of nothing":         {nil, map[string]string{"LIAISON_GLOBAL_LIMIT": "0/1s"}, []string{"LIAISON_GLOBAL_LIMIT", "30/10s"}},
		"a stray argument":           {[]string{"now"}, nil, []string{"now", "liaison-intake help"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(append(append([]string{}, good...), c.args...), func(k string) string { return c.env[k] })
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func TestHelpNamesEveryFlagWithItsVariable(t *testing.T) {
	var out bytes.Buffer
	if _, err := intake.ParseConfig([]string{"--help"}, 0, func(string) string { return "" }, &out); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"--config-dir", "LIAISON_CONFIG_DIR", "--webhook-dir", "LIAISON_WEBHOOK_DIR", "--drain-timeout", "LIAISON_DRAIN_TIMEOUT", "version", "8081"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help does not mention %s:\n%s", want, &out)
		}
	}
}
