package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// county is what the commands of docs/cli.md speak of.
const county = `
apiVersion: liaison.township.dev/v1alpha1
kind: LiaisonStation
metadata: {name: zhongduo, namespace: jixian}
spec:
  displayName: 中垛乡人大代表联络站
  township: {name: 中垛乡, code: "141028204", county: 吉县}
  staff: {head: {name: 站长}, administrators: [{username: admin1, name: 甲}]}
  topics: [产业发展]
  intake: {host: zhongduo.example.gov.cn}
status: {url: "https://zhongduo.example.gov.cn"}
---
apiVersion: liaison.township.dev/v1alpha1
kind: DutySchedule
metadata: {name: zhongduo-2026-12, namespace: jixian}
spec:
  rosterRef: {name: zhongduo}
  month: 2026-12
  shifts: [{date: 2026-12-10, kind: Reception, deputies: [d01, d02]}]
`

// Every block of commands on the page works as it stands, one after the other, in a folder with the built program and a roster.
func TestDocumentedCommandsWork(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	empty(t)
	change(t, rosterOfTwo+"---"+county, "it")
	folder := userFolder(t)
	blocks := shellBlock.FindAllStringSubmatch(string(page), -1)
	if len(blocks) < 8 {
		t.Fatalf("the page has only %d blocks of commands", len(blocks))
	}
	for _, block := range blocks {
		run := exec.CommandContext(t.Context(), "sh", "-eu", "-c", block[1])
		run.Dir = folder
		run.Env = append(os.Environ(), "HOME="+folder, "KUBECONFIG="+kubeconfig(t, folder), "NOW=2026-10-07T04:00:00Z",
			"PATH="+filepath.Join(folder, ".local", "bin")+string(filepath.ListSeparator)+tools(t)+string(filepath.ListSeparator)+"/usr/bin:/bin")
		said, err := run.CombinedOutput()
		// There is no operator behind this API server, and the doctor finds that.
		if examined := strings.Contains(block[1], "doctor") && strings.Contains(string(said), "liaison-operator"); err != nil && !examined {
			t.Errorf("%s\nfailed: %v\n%s", block[1], err, said)
		}
	}
}

// userFolder has what a user has after make build, and a roster.
func userFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	program, err := exec.LookPath("kubectl-liaison")
	if err != nil {
		t.Fatal(err)
	}
	sample, err := os.ReadFile(filepath.Join("..", "..", "config", "samples", "zhongduo.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(folder, "bin", "kubectl-liaison")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "roster.yaml"), sample, 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// tools is the folder of kubectl.
func tools(t *testing.T) string {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join("..", "..", "bin", "k8s"))
	if err != nil {
		t.Fatal(err)
	}
	return folder
}
