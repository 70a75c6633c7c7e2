// Package nodetest holds what the development node's tests share: a test binary that can also be a container's init and a
// container's program, so that tests run real processes in real namespaces.
package nodetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"township.dev/liaison/hack/localcluster/internal/node/sandbox"
)

// programCommand is the first argument that turns the test binary into a container's program.
const programCommand = "nodetest-program"

// Main replaces m.Run in a TestMain: it first looks whether this process is a test at all.
func Main(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case sandbox.InitCommand:
			if err := sandbox.Init(); err != nil {
				os.Exit(1)
			}
		case programCommand:
			os.Exit(run(os.Args[2:]))
		}
	}
	os.Exit(m.Run())
}

// Args is a container's arguments that run the named program with the image's entrypoint, the test binary:
//
//	report               print a Report as JSON
//	exit CODE            end with this code
//	lines TEXT…          print each argument as a line and wait for SIGTERM
//	stubborn             print "ready", ignore SIGTERM, never end
//	serve PORT           answer HTTP on $BIND_ADDRESS:PORT until SIGTERM (see serve)
//	repeat               print what is on its standard input, to the end of that
//	spawn                start a child that never ends, print "spawned" and wait
func Args(program string, args ...string) []string {
	return append([]string{programCommand, program}, args...)
}

func run(args []string) int {
	switch program := args[0]; program {
	case "report":
		return report()
	case "exit":
		code, _ := strconv.Atoi(args[1])
		return code
	case "lines":
		return untilTerminated(args[1:]...)
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ready")
		return forever()
	case "serve":
		return serve(net.JoinHostPort(os.Getenv("BIND_ADDRESS"), args[1]))
	case "repeat":
		if _, err := io.Copy(os.Stdout, os.Stdin); err != nil {
			return 1
		}
		return 0
	case "spawn":
		return spawn()
	default:
		fmt.Fprintf(os.Stderr, "unknown test program %q\n", program)
		return 2
	}
}

// untilTerminated prints the lines once SIGTERM would be noticed.
func untilTerminated(lines ...string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	for _, line := range lines {
		fmt.Println(line)
	}
	<-ctx.Done()
	fmt.Println("terminated")
	return 0
}

func spawn() int {
	child, err := os.StartProcess("/proc/self/exe", append([]string{os.Args[0]}, Args("stubborn")...), &os.ProcAttr{Files: []*os.File{nil, os.Stdout, os.Stderr}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("spawned", child.Pid)
	return forever()
}

// forever waits in a way that Go does not take for a deadlock.
func forever() int {
	for range time.Tick(time.Hour) {
	}
	return 0
}

// serve answers /healthz (200, or 503 after POST /sick), /file?path= with the file's content, /env with the environment,
// and POST /crash by ending with code 7.
func serve(address string) int {
	var sick atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		if sick.Load() {
			http.Error(w, "sick", http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("POST /sick", func(http.ResponseWriter, *http.Request) { sick.Store(true) })
	mux.HandleFunc("POST /well", func(http.ResponseWriter, *http.Request) { sick.Store(false) })
	mux.HandleFunc("POST /crash", func(http.ResponseWriter, *http.Request) { os.Exit(7) })
	mux.HandleFunc("POST /write", func(w http.ResponseWriter, r *http.Request) {
		if err := os.WriteFile(r.URL.Query().Get("path"), []byte(r.URL.Query().Get("text")), 0o644); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		content, err := os.ReadFile(r.URL.Query().Get("path"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		_, _ = w.Write(content)
	})
	mux.HandleFunc("/env", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(os.Environ()) })
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}()
	return untilTerminated("serving on " + address)
}

// Report is what a program sees of its container.
type Report struct {
	PID, UID, GID       int
	Groups              []int
	Hostname, Dir       string
	Args, Env           []string
	Root, Devices       []string
	EffectiveCaps       string
	BoundingCaps        string
	NoNewPrivileges     string
	CannotWriteRoot     string
	Hosts, ResolverConf string
}

func report() int {
	seen := Report{PID: os.Getpid(), UID: os.Getuid(), GID: os.Getgid(), Args: os.Args, Env: os.Environ()}
	seen.Groups, _ = os.Getgroups()
	seen.Hostname, _ = os.Hostname()
	seen.Dir, _ = os.Getwd()
	seen.Root, seen.Devices = names("/"), names("/dev")
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":\t")
		switch key {
		case "CapEff":
			seen.EffectiveCaps = value
		case "CapBnd":
			seen.BoundingCaps = value
		case "NoNewPrivs":
			seen.NoNewPrivileges = value
		}
	}
	if err := os.WriteFile("/written", nil, 0o644); err != nil {
		seen.CannotWriteRoot = err.Error()
	}
	hosts, _ := os.ReadFile("/etc/hosts")
	resolver, _ := os.ReadFile("/etc/resolv.conf")
	seen.Hosts, seen.ResolverConf = string(hosts), string(resolver)
	if err := json.NewEncoder(os.Stdout).Encode(seen); err != nil {
		return 1
	}
	return 0
}

func names(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var found []string
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	return found
}
