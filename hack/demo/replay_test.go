package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/test/visitor"
)

const (
	password = "a-first-password"
	token    = "internal-token-of-forty-three-characters-00"
)

func TestReplayBringsTheLedgerAsReported(t *testing.T) {
	public, internal := startIntake(t)
	for round, added := range []int{56, 0} {
		staff, err := visitor.New(public)
		if err != nil {
			t.Fatal(err)
		}
		if err := staff.SignIn(t.Context(), "admin1", password); err != nil {
			t.Fatal(err)
		}
		sum, err := replay(t.Context(), staff)
		if err != nil {
			t.Fatal(err)
		}
		if want := (totals{suggestions: 56, added: added, closed: 55, visits: 68}); sum != want {
			t.Errorf("round %d brought %+v, want %+v", round+1, sum, want)
		}
		report := backlog(t, internal)
		if county := report.Routes[casework.County]; county.Pending != 1 || report.Received != 56 || report.Visits != 68 {
			t.Errorf("round %d: the station reports %+v", round+1, report)
		}
	}
}

// startIntake builds the real service and runs it as the station that config/samples declares.
func startIntake(t *testing.T) (public, internal string) {
	t.Helper()
	folder := t.TempDir()
	binary := filepath.Join(folder, "liaison-intake")
	if out, err := exec.Command("go", "build", "-o", binary, "../../cmd/intake").CombinedOutput(); err != nil {
		t.Fatalf("building the intake: %v\n%s", err, out)
	}
	folders := map[string]map[string][]byte{
		"config": {
			stationconf.StationFile:  stationDocument(t),
			stationconf.CalendarFile: []byte(`{"years":[]}`),
			stationconf.ScheduleFile: []byte(`{}`),
		},
		"secrets": {"data-key": bytes.Repeat([]byte{7}, 32), "internal-token": []byte(token)},
		"staff":   {"admin1": []byte(password)},
		"data":    {},
	}
	args := []string{"serve", "--bind-address=127.0.0.1", "--public-port=0", "--internal-port=0", "--sender-limit=1000/10ms"}
	for name, files := range folders {
		args = append(args, "--"+name+"-dir="+filepath.Join(folder, name))
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
		for file, content := range files {
			if err := os.WriteFile(filepath.Join(folder, name, file), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return listen(t, exec.CommandContext(t.Context(), binary, args...))
}

// listen starts the service and reads from its log where it listens.
func listen(t *testing.T, command *exec.Cmd) (public, internal string) {
	t.Helper()
	log, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout, command.Stderr = write, write
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := command.Process.Kill(); err != nil {
			t.Errorf("stopping the intake: %v", err)
		}
		_ = command.Wait() // it was killed
		log.Close()
	})
	write.Close()
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var line struct{ Public, Internal string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Public != "" {
			go func() { // the service must not wait for a reader of its log
				for lines.Scan() {
				}
			}()
			return "http://" + line.Public, "http://" + line.Internal
		}
		t.Logf("intake: %s", lines.Text())
	}
	t.Fatal("the intake ended before it listened")
	return "", ""
}

// stationDocument is what the operator would write for the sample.
func stationDocument(t *testing.T) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "config", "samples", "zhongduo.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := bytes.Cut(content, []byte("\n---\n"))
	var sample v1alpha1.LiaisonStation
	if err := yaml.UnmarshalStrict(first, &sample); err != nil {
		t.Fatal(err)
	}
	station := stationconf.Station{
		Namespace: sample.Namespace, Name: sample.Name, DisplayName: sample.Spec.DisplayName, TimeZone: "Asia/Shanghai",
		Township: stationconf.Township{Name: sample.Spec.Township.Name, Code: sample.Spec.Township.Code, County: sample.Spec.Township.County},
		Head:     stationconf.Head{Name: sample.Spec.Staff.Head.Name}, Topics: sample.Spec.Topics, Deadlines: casework.DefaultDeadlines(),
	}
	for _, village := range sample.Spec.Township.Villages {
		station.Township.Villages = append(station.Township.Villages, stationconf.Village{Code: village.Code, Name: village.Name})
	}
	for _, administrator := range sample.Spec.Staff.Administrators[:1] {
		station.Administrators = append(station.Administrators, stationconf.Administrator{Username: administrator.Username, Name: administrator.Name})
	}
	document, err := stationconf.EncodeStation(station)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func backlog(t *testing.T, internal string) stationconf.BacklogReport {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, internal+"/internal/backlog", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	report, err := stationconf.ReadBacklogReport(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return report
}
