package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// A submission whose body is still on its way when SIGTERM comes is taken in, acknowledged, and there after a restart.
func TestSIGTERMLetsSubmissionsInFlightFinish(t *testing.T) {
	m := newMount(t)
	p := launch(t, m)
	body := goodForm
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.public, "http://"))
	must(t, err)
	defer func() { must(t, connection.Close()) }()
	_, err = fmt.Fprintf(connection, "POST /suggest HTTP/1.1\r\nHost: station\r\nContent-Type: %s\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", formType, len(body))
	must(t, err)
	// The answer to Expect says that the handler has begun to read.
	reader := bufio.NewReader(connection)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("the handler does not begin: %q %v", line, err)
	}
	_, err = reader.ReadString('\n')
	must(t, err)

	p.terminate(t)
	eventually(t, "/readyz fails while the service drains", func() bool {
		got := p.send(t, http.MethodGet, p.internal+"/readyz", "")
		return got.StatusCode == 503 && strings.Contains(got.body, "stopping")
	})
	_, err = fmt.Fprint(connection, body)
	must(t, err)
	response, err := http.ReadResponse(reader, nil)
	must(t, err)
	defer response.Body.Close()
	receipt := response.Header.Get("Location")
	if response.StatusCode != 303 || !strings.HasPrefix(receipt, "/receipt/") {
		t.Fatalf("the submission in flight got %s", response.Status)
	}
	if code := p.wait(t); code != 0 {
		t.Errorf("the process ended with %d:\n%s", code, p.log)
	}
	open(t, launch(t, m).public).visit(receipt).arrives(200, strings.SplitN(receipt, "?", 2)[0])
}

func TestASecondProcessOnTheSameDataIsRefused(t *testing.T) {
	m := newMount(t)
	p := launch(t, m)
	path, err := binary()
	must(t, err)
	out, err := exec.Command(path, m.args()...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "--data-dir") || !strings.Contains(string(out), "another process") {
		t.Errorf("a second writer started, or does not say why not: %v\n%s", err, out)
	}
	open(t, p.public).suggest("第一个进程照常受理。")
}
