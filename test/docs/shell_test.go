package docs

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// place is where commands are run. It knows no cluster but by its kubeconfig.
type place struct {
	// folder is the working folder of the shell, home its home folder.
	folder, home string
	kubeconfig   string
	// path has the folders of programs.
	path []string
	// instead are pairs: a text of the pages, and what stands in its place here.
	instead []string
	// before is what was done before a page begins, after what is done at the end of it.
	before, after string
	patience      time.Duration
	// checkout is the folder in which all pages but the tutorial are read.
	checkout string
}

// site is how a page that speaks of a published station calls it.
const site = "https://zhongduo.example.org"

// inCheckout is where all pages but the tutorial are followed. A page that speaks of a published station finds it as long as it is followed.
func (p place) inCheckout(page string) place {
	p.folder = p.checkout
	if strings.Contains(page, site) {
		p.before = strings.NewReplacer(p.instead...).Replace(
			"kubectl liaison open zhongduo -n jixian --port 8080 > open.log &\nuntil grep -q desk open.log; do sleep 0.2; done\n")
	}
	return p
}

// follow runs the blocks, and holds what each prints against the page.
func (p place) follow(t *testing.T, blocks []block) {
	t.Helper()
	p.compare(t, blocks, p.printed(t, blocks))
}

// printed runs the blocks in one shell, one after the other, and ends the test at the first that fails. It returns what each printed.
func (p place) printed(t *testing.T, blocks []block) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), p.patience)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-c", p.script(blocks))
	shell.Dir = p.folder
	shell.Env = []string{
		"HOME=" + p.home, "KUBECONFIG=" + p.kubeconfig, "PATH=" + strings.Join(p.path, string(filepath.ListSeparator)), "LC_ALL=C.UTF-8", "EDITOR=true",
		"HELM_CACHE_HOME=" + p.home, "HELM_CONFIG_HOME=" + p.home, "HELM_DATA_HOME=" + p.home,
	}
	// What a page starts in the background ends with it.
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	shell.Cancel = func() error { return syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) }
	said, err := output(shell)
	printed := p.log(t, said)
	if err != nil {
		t.Fatalf("the last block above failed: %v", err)
	}
	return printed
}

// output is what the shell and what it started print, into a file: a pipe would stay open as long as the last process in the background.
func output(shell *exec.Cmd) (string, error) {
	file, err := os.CreateTemp("", "documented-*.log")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	defer file.Close()
	shell.Stdout, shell.Stderr = file, file
	failed := shell.Run()
	if shell.Process != nil {
		// Nothing is left to end where the page started nothing.
		_ = syscall.Kill(-shell.Process.Pid, syscall.SIGKILL)
	}
	said, err := os.ReadFile(file.Name())
	if err != nil {
		return "", err
	}
	return string(said), failed
}

const mark = "@@ "

// script has a line before each block that says where in the page it stands.
func (p place) script(blocks []block) string {
	replacer := strings.NewReplacer(p.instead...)
	var script strings.Builder
	script.WriteString("set -euo pipefail\n" + p.before)
	for _, b := range blocks {
		fmt.Fprintf(&script, "echo; echo '%s%s'\n%s", mark, b.where(), replacer.Replace(b.text))
	}
	if p.after != "" {
		fmt.Fprintf(&script, "echo; echo '%safter the page'\n%s", mark, replacer.Replace(p.after))
	}
	return script.String()
}

func (b block) where() string { return fmt.Sprintf("%s:%d", b.page, b.line) }

// log shows what each block printed, and returns it.
func (p place) log(t *testing.T, said string) []string {
	t.Helper()
	var printed []string
	for _, part := range strings.Split(said, "\n"+mark)[1:] {
		t.Log(part)
		_, text, _ := strings.Cut(part, "\n")
		printed = append(printed, text)
	}
	return printed
}

// compare holds what each block printed against the page.
func (p place) compare(t *testing.T, blocks []block, printed []string) {
	t.Helper()
	replacer := strings.NewReplacer(p.instead...)
	for i, b := range blocks {
		if missing := lacks(printed[i], replacer.Replace(b.prints)); missing != "" {
			t.Errorf("%s: the page says that this prints the line\n%s\nand it does not", b.where(), missing)
		}
	}
}

// lacks returns the first line of what is wanted that is not among what was printed, in its order.
func lacks(printed, wanted string) string {
	lines := strings.Split(printed, "\n")
	for want := range strings.Lines(wanted) {
		pattern := lineOf(want)
		at := 0
		for at < len(lines) && !pattern.MatchString(lines[at]) {
			at++
		}
		if at == len(lines) {
			return want
		}
		lines = lines[at+1:]
	}
	return ""
}

// lineOf matches a line whose columns may be wider or narrower, with anything in the place of dots.
func lineOf(want string) *regexp.Regexp {
	var parts []string
	for _, part := range strings.Split(strings.TrimSpace(want), "…") {
		words := strings.Fields(part)
		for i := range words {
			words[i] = regexp.QuoteMeta(words[i])
		}
		parts = append(parts, strings.Join(words, `\s+`))
	}
	return regexp.MustCompile(`^\s*` + strings.Join(parts, ".*") + `\s*$`)
}
