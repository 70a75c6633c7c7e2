package lifecycle

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"township.dev/liaison/hack/localcluster/internal/node/images"
	"township.dev/liaison/hack/localcluster/internal/node/kubeletapi"
	"township.dev/liaison/hack/localcluster/internal/node/nodetest"
)

func TestExecSeesWhatTheContainerSees(t *testing.T) {
	w := newWorld(t)
	pod := w.start(`
containers:
- name: intake
  image: example.test/program
  args: ` + args("lines", "up") + `
  env: [{name: STATION, value: zhongduo}]
  securityContext: {runAsUser: 65532, readOnlyRootFilesystem: true}
`)
	pod.untilLog("intake", 0, "up")
	var out, told bytes.Buffer
	streams := kubeletapi.Streams{Out: &out, Err: &told}
	program := images.Image{Binary: nodetest.Binary(t)}.EntryPoint()
	command := append([]string{program}, nodetest.Args("report")...)
	if code, err := pod.Exec(t.Context(), "intake", command, streams); code != 0 || err != nil {
		t.Fatalf("code %d, %v: %s", code, err, told.String())
	}
	var seen nodetest.Report
	if err := json.Unmarshal(out.Bytes(), &seen); err != nil {
		t.Fatal(err)
	}
	if seen.UID != 65532 || !strings.Contains(strings.Join(seen.Env, " "), "STATION=zhongduo") || seen.CannotWriteRoot == "" {
		t.Errorf("the program sees %+v", seen)
	}
	if code, err := pod.Exec(t.Context(), "intake", append([]string{program}, nodetest.Args("exit", "4")...), kubeletapi.Streams{}); code != 4 || err != nil {
		t.Errorf("code %d (%v), want 4", code, err)
	}
	if _, err := pod.Exec(t.Context(), "other", command, streams); err == nil || !strings.Contains(err.Error(), "no running container") {
		t.Errorf("%v, want a refusal", err)
	}
}

func TestAttachFeedsTheContainerOnce(t *testing.T) {
	w := newWorld(t)
	pod := w.start(`
restartPolicy: Never
containers:
- {name: restore, image: example.test/program, stdin: true, stdinOnce: true, args: ` + args("repeat") + `}
`)
	pod.untilState("Ready 0")
	var out bytes.Buffer
	err := pod.Attach(t.Context(), "restore", kubeletapi.Streams{In: strings.NewReader("a backup\n"), Out: &out})
	if err != nil || out.String() != "a backup\n" {
		t.Errorf("%q (%v), want what the container printed", out.String(), err)
	}
	pod.untilState("Completed 0")
	if err := pod.Attach(t.Context(), "restore", kubeletapi.Streams{}); err == nil || !strings.Contains(err.Error(), "no running container") {
		t.Errorf("%v, want a refusal: it has ended", err)
	}
}
