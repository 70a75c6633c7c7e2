package cluster

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/utils/clock"

	"township.dev/liaison/hack/localcluster/internal/parts"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// TestMain lets the test binary be every program of a cluster, as the real binary is: the supervisor is the
// real one, the programs of Kubernetes are servers that listen where they are told and say that they are well.
func TestMain(m *testing.M) {
	switch program := os.Args[0]; program {
	case "localcluster":
		supervisor()
	case parts.Etcd, parts.APIServer, parts.ControllerManager, parts.Scheduler, parts.NodeProgram:
		stub(program, flagsOf(os.Args[1:]))
	default:
		os.Exit(m.Run())
	}
}

func supervisor() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	folder, err := statedir.Open(flagsOf([]string{strings.Join(os.Args[2:4], "=")})["dir"])
	if err != nil {
		log.Fatal(err)
	}
	supervised := Cluster{Folder: folder, Out: os.Stderr, Clock: clock.RealClock{}}
	if err := supervised.Supervise(ctx); err != nil {
		log.Fatal(err)
	}
}

func stub(program string, flags map[string]string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	fmt.Println("I am", program)
	if _, err := os.Stat(breaker(program)); err == nil {
		log.Fatal("I am broken")
	}
	if address := listenAddress(flags); address != "" {
		go func() { log.Fatal(serve(address, flags)) }()
	}
	<-ctx.Done()
}

// breaker is the file, relative to the state folder, that makes a stub fail.
func breaker(program string) string { return filepath.Join("logs", program+".broken") }

func listenAddress(flags map[string]string) string {
	if port, found := flags["secure-port"]; found {
		return net.JoinHostPort(flags["bind-address"], port)
	}
	clients, err := url.Parse(flags["listen-client-urls"])
	if err != nil {
		log.Fatal(err)
	}
	return clients.Host
}

func serve(address string, flags map[string]string) error {
	trusted, err := os.ReadFile(flags["client-ca-file"] + flags["trusted-ca-file"])
	if err != nil {
		return err
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(trusted)
	server := &http.Server{
		Addr:      address,
		Handler:   http.HandlerFunc(sayWell),
		TLSConfig: &tls.Config{ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert},
	}
	return server.ListenAndServeTLS(flags["cert-file"]+flags["tls-cert-file"], flags["key-file"]+flags["tls-private-key-file"])
}

func sayWell(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/api/v1/nodes/"+parts.NodeName {
		fmt.Fprintf(w, `{"status":{"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":%q}]}}`,
			time.Now().Format(time.RFC3339))
		return
	}
	fmt.Fprint(w, "ok")
}

func flagsOf(args []string) map[string]string {
	flags := map[string]string{}
	for _, arg := range args {
		name, value, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		flags[name] = value
	}
	return flags
}
