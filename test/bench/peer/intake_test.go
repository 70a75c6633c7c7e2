package peer

import (
	"bytes"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/stationconf"
)

const (
	intake = "intake"
	// senderLimit and globalLimit let one address submit more than residents do. The limiters stay in the path.
	senderLimit, globalLimit = "LIAISON_SENDER_LIMIT=1000000/1ns", "LIAISON_GLOBAL_LIMIT=1000000/1ns"

	topic   = "道路交通"
	village = "白额村"
)

// startIntake starts bin/liaison-intake on what an operator would mount.
func startIntake(b *testing.B) *service {
	b.Helper()
	binary := filepath.Join("..", "..", "..", "bin", "liaison-intake")
	if _, err := os.Stat(binary); err != nil {
		b.Fatalf("%v; make build makes it", err)
	}
	root := mount(b)
	return launch(b, &service{
		name: intake, path: "/api/v1/suggestions",
		command: func(public, internal string) (*exec.Cmd, string) {
			host, publicPort, _ := net.SplitHostPort(public)
			_, internalPort, _ := net.SplitHostPort(internal)
			command := exec.CommandContext(b.Context(), binary, "serve",
				"--config-dir", filepath.Join(root, "config"), "--secrets-dir", filepath.Join(root, "secrets"),
				"--staff-dir", filepath.Join(root, "staff"), "--data-dir", filepath.Join(root, "data"),
				"--bind-address", host, "--public-port", publicPort, "--internal-port", internalPort)
			command.Env = append(os.Environ(), senderLimit, globalLimit)
			return command, "http://" + internal + "/readyz"
		},
		found: func(r receipt) string {
			return "/api/v1/suggestions/" + r.Code + "?" + url.Values{"secret": {r.Secret}}.Encode()
		},
	})
}

// mount writes the documents and secrets of a station with one topic and one village.
func mount(b *testing.B) (root string) {
	b.Helper()
	root = b.TempDir()
	config := map[string]func() ([]byte, error){
		stationconf.StationFile:  func() ([]byte, error) { return stationconf.EncodeStation(station()) },
		stationconf.CalendarFile: func() ([]byte, error) { return stationconf.EncodeCalendar(stationconf.Calendar{}) },
		stationconf.ScheduleFile: func() ([]byte, error) { return stationconf.EncodeSchedule(stationconf.Schedule{}) },
	}
	for name, encode := range config {
		content, err := encode()
		if err != nil {
			b.Fatal(err)
		}
		write(b, filepath.Join(root, "config", name), content)
	}
	write(b, filepath.Join(root, "secrets", mounted.DataKeyFile), bytes.Repeat([]byte{7}, 32))
	write(b, filepath.Join(root, "secrets", mounted.InternalTokenFile), bytes.Repeat([]byte{'t'}, 43))
	write(b, filepath.Join(root, "staff", "wang"), []byte("first-password-of-wang"))
	write(b, filepath.Join(root, "data", ".keep"), nil)
	return root
}

func station() stationconf.Station {
	return stationconf.Station{
		Namespace: "jixian", Name: "zhongduo", DisplayName: "中垛乡人大代表联络站", TimeZone: "Asia/Shanghai",
		Township: stationconf.Township{
			Name: "中垛乡", Code: "141028204", County: "吉县", Population: 15000,
			Villages: []stationconf.Village{{Code: "141028204207", Name: village}},
		},
		Contact:        stationconf.Contact{Address: "吉县中垛乡政府院内", Phone: "0357-7920000", OpeningHours: "周一至周五 08:30-18:00"},
		Head:           stationconf.Head{Name: "李站长", Title: "人大主席"},
		Administrators: []stationconf.Administrator{{Username: "wang", Name: "王管理员"}},
		Topics:         []string{topic},
		Deadlines:      casework.DefaultDeadlines(),
	}
}

func write(b *testing.B, file string, content []byte) {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		b.Fatal(err)
	}
}
