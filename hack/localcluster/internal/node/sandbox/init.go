package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	specFD   = 3
	reportFD = 4
)

// Init is the hidden subcommand's main. On success it does not return, because the process has become the container's program;
// on failure it has told the node why, and the caller should exit with a failure.
func Init() error {
	// Capabilities and the parent-death signal belong to the thread; the thread that drops them must be the one that execs.
	runtime.LockOSThread()
	report := os.NewFile(reportFD, "report")
	if report == nil || !isPipe(reportFD) {
		return fmt.Errorf("%s is started by the development node only", InitCommand)
	}
	unix.CloseOnExec(reportFD)
	err := becomeContainer()
	if err != nil {
		// The node shows this text in the pod's status.
		fmt.Fprint(report, err.Error())
	}
	return err
}

func isPipe(fd int) bool {
	var stat unix.Stat_t
	return unix.Fstat(fd, &stat) == nil && stat.Mode&unix.S_IFMT == unix.S_IFIFO
}

func becomeContainer() error {
	var spec Spec
	input := os.NewFile(specFD, "spec")
	if err := json.NewDecoder(input).Decode(&spec); err != nil {
		return fmt.Errorf("reading the container's spec: %w", err)
	}
	input.Close()

	unix.Umask(0)
	if err := buildRoot(spec); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(spec.Hostname)); err != nil {
		return fmt.Errorf("setting the host name: %w", err)
	}
	if err := dropPrivileges(spec); err != nil {
		return err
	}
	unix.Umask(0o022)
	if spec.DryRun {
		os.Exit(0)
	}
	return runProgram(spec)
}

func runProgram(spec Spec) error {
	dir := spec.Dir
	if dir == "" {
		dir = "/"
	}
	if err := unix.Chdir(dir); err != nil {
		return fmt.Errorf("changing to the working directory %s: %w", dir, err)
	}
	program, err := findProgram(spec)
	if err != nil {
		return err
	}
	err = unix.Exec(program, spec.Args, spec.Env)
	if errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("running %s: its program loader is missing in the container: build it as a static binary (CGO_ENABLED=0)", program)
	}
	return fmt.Errorf("running %s: %w", program, err)
}

func findProgram(spec Spec) (string, error) {
	if len(spec.Args) == 0 {
		return "", errors.New("no command to run")
	}
	name := spec.Args[0]
	if strings.Contains(name, "/") {
		if _, err := os.Stat(name); err != nil {
			return "", fmt.Errorf("running %s: %w: an image here is one binary and nothing else", name, err)
		}
		return name, nil
	}
	for _, dir := range filepath.SplitList(searchPath(spec.Env)) {
		candidate := filepath.Join(dir, name)
		if info, err := os.Stat(candidate); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return candidate, nil
		}
	}
	return "", fmt.Errorf("running %s: %w: an image here is one binary and nothing else", name, exec.ErrNotFound)
}

func searchPath(env []string) string {
	for _, entry := range env {
		if path, found := strings.CutPrefix(entry, "PATH="); found {
			return path
		}
	}
	return ""
}
