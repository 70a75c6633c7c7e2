package lifecycle

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/hack/localcluster/internal/node/nodetest"
)

func TestProbesDecideReadinessAndRestarts(t *testing.T) {
	w := newWorld(t)
	pod := w.start(`
terminationGracePeriodSeconds: 5
containers:
- name: intake
  image: example.test/program:dev
  args: ` + args("serve", "18080") + `
  ports: [{name: internal, containerPort: 18080}]
  startupProbe: {httpGet: {path: /healthz, port: internal}, periodSeconds: 1, failureThreshold: 30, successThreshold: 1}
  readinessProbe: {httpGet: {path: /healthz, port: internal}, periodSeconds: 1, failureThreshold: 1, successThreshold: 1}
  livenessProbe: {httpGet: {path: /healthz, port: internal}, periodSeconds: 1, failureThreshold: 3, successThreshold: 1}
`)
	pod.untilState("Ready 0")
	pod.untilPhase(corev1.PodRunning)
	pod.ask("POST", 18080, "/sick")
	pod.untilState("Running 0")
	pod.untilState("Ready 1")
	last := pod.Status().ContainerStatuses[0].LastTerminationState.Terminated
	if last == nil || last.ExitCode != 0 || last.Reason != "Completed" {
		t.Errorf("last state %+v, want an end in good order on SIGTERM", last)
	}
	w.expectEvents("Normal Pulled", "Normal Created", "Normal Started", "Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 503",
		"Normal Killing Container intake failed liveness probe, will be restarted", "Normal Started")
}

func TestACrashLoopBacksOff(t *testing.T) {
	w := newStillWorld(t)
	pod := w.start(`containers: [{name: intake, image: example.test/program, args: ` + args("exit", "3") + `}]`)
	// The first restart is at once; each later one waits twice as long, up to five minutes.
	restarts := 1
	for _, seconds := range []int{10, 20, 40, 80, 160, 300, 300} {
		delay := time.Duration(seconds) * time.Second
		pod.untilState(fmt.Sprintf("CrashLoopBackOff %d", restarts))
		status := pod.Status().ContainerStatuses[0]
		if message, want := status.State.Waiting.Message, fmt.Sprintf("back-off %s restarting", delay); !strings.HasPrefix(message, want) {
			t.Fatalf("after %d restarts: %q, want %q", restarts, message, want)
		}
		if end := status.LastTerminationState.Terminated; end == nil || end.ExitCode != 3 || end.Reason != "Error" {
			t.Fatalf("last state %+v, want exit code 3", end)
		}
		w.pass(delay - time.Second)
		if got := pod.state(); got != fmt.Sprintf("CrashLoopBackOff %d", restarts) {
			t.Fatalf("a second early the container is already %q", got)
		}
		w.pass(time.Second)
		restarts++
	}
	if phase := pod.Status().Phase; phase != corev1.PodRunning {
		t.Errorf("the phase is %s, want Running", phase)
	}
	w.expectEvents("Warning BackOff Back-off restarting failed container intake in pod zhongduo-intake-0_jixian(")
}

func TestAStableContainerIsForgivenItsCrashes(t *testing.T) {
	w := newStillWorld(t)
	pod := w.start(`containers: [{name: intake, image: example.test/program, args: ` + args("serve", "18081") + `}]`)
	crash := func() {
		pod.untilAnswer(18081, "/healthz", "")
		pod.ask("POST", 18081, "/crash")
	}
	crash()
	pod.untilState("Ready 1")
	crash()
	pod.untilState("CrashLoopBackOff 1")
	w.pass(10 * time.Second)
	pod.untilState("Ready 2")
	w.pass(11 * time.Minute)
	crash()
	pod.untilState("Ready 3")
}

func TestRestartPolicies(t *testing.T) {
	tests := []struct {
		policy corev1.RestartPolicy
		code   string
		phase  corev1.PodPhase
		state  string
	}{
		{"Never", "0", corev1.PodSucceeded, "Completed 0"},
		{"Never", "4", corev1.PodFailed, "Error 0"},
		{"OnFailure", "0", corev1.PodSucceeded, "Completed 0"},
		{"OnFailure", "4", corev1.PodRunning, "CrashLoopBackOff 1"},
		{"Always", "0", corev1.PodRunning, "CrashLoopBackOff 1"},
	}
	for _, test := range tests {
		t.Run(string(test.policy)+" "+test.code, func(t *testing.T) {
			pod := newStillWorld(t).start(`{restartPolicy: ` + string(test.policy) +
				`, containers: [{name: job, image: example.test/program, args: ` + args("exit", test.code) + `}]}`)
			pod.untilState(test.state)
			pod.untilPhase(test.phase)
		})
	}
}

func TestInitContainersComeFirst(t *testing.T) {
	w := newWorld(t)
	pod := w.start(`
initContainers:
- {name: first, image: example.test/program, args: ` + args("exit", "0") + `}
- {name: second, image: example.test/program, args: ` + args("lines", "waiting to be let go") + `}
containers: [{name: intake, image: example.test/program, args: ` + args("lines", "up") + `}]
`)
	pod.untilLog("second", 0, "waiting to be let go")
	status := pod.Status()
	if got := pod.state(); got != "PodInitializing 0" || status.Phase != corev1.PodPending {
		t.Errorf("meanwhile the container is %q and the phase %s", got, status.Phase)
	}
	if first := status.InitContainerStatuses[0]; first.State.Terminated == nil || !first.Ready {
		t.Errorf("the first init container is %+v, want it completed", first)
	}
}

func TestAFailedInitContainerIsTriedAgain(t *testing.T) {
	w := newStillWorld(t)
	pod := w.start(`
initContainers: [{name: first, image: example.test/program, args: ` + args("exit", "1") + `}]
containers: [{name: intake, image: example.test/program}]
`)
	nodetest.Eventually(t, func() string {
		if first := pod.Status().InitContainerStatuses[0]; first.RestartCount != 1 || first.State.Waiting == nil {
			return fmt.Sprintf("the init container is %+v", first)
		}
		return ""
	})
	if got := pod.state(); got != "PodInitializing 0" {
		t.Errorf("the container is %q", got)
	}
}

func TestStoppingLetsAContainerFinish(t *testing.T) {
	w := newStillWorld(t)
	pod := w.start(`containers: [{name: intake, image: example.test/program, args: ` + args("lines", "up") + `}]`)
	pod.untilLog("intake", 0, "up")
	pod.Stop(30 * time.Second)
	<-pod.Done()
	pod.untilState("Completed 0")
	if phase := pod.Status().Phase; phase != corev1.PodSucceeded {
		t.Errorf("the phase is %s, want Succeeded", phase)
	}
	if got := pod.log("intake", 0); got != "up\nterminated\n" {
		t.Errorf("the log is %q, want the program's last words in it", got)
	}
	w.expectEvents("Normal Killing Stopping container intake")
}

func TestAStubbornContainerIsKilledWhenItsGraceIsOver(t *testing.T) {
	w := newStillWorld(t)
	pod := w.start(`containers: [{name: intake, image: example.test/program, args: ` + args("stubborn") + `}]`)
	pod.untilLog("intake", 0, "ready")
	pod.Stop(30 * time.Second)
	w.pass(29 * time.Second)
	pod.untilState("Ready 0")
	w.pass(time.Second)
	<-pod.Done()
	if end := pod.Status().ContainerStatuses[0].State.Terminated; end == nil || end.ExitCode != 137 {
		t.Errorf("the end is %+v, want exit code 137", end)
	}
}

func TestASecondStopShortensTheGrace(t *testing.T) {
	w := newStillWorld(t)
	pod := w.start(`containers: [{name: intake, image: example.test/program, args: ` + args("stubborn") + `}]`)
	pod.untilLog("intake", 0, "ready")
	pod.Stop(time.Hour)
	pod.Stop(0)
	<-pod.Done()
}

func TestASuccessorWaitsForItsPredecessor(t *testing.T) {
	w := newWorld(t)
	predecessor := make(chan struct{})
	pod := w.startPod(parsePod(t, `containers: [{name: intake, image: example.test/program, args: `+args("lines", "up")+`}]`), predecessor)
	pod.untilState("ContainerCreating 0")
	close(predecessor)
	pod.untilState("Ready 0")
}

func TestAnUnknownImageIsTriedAgain(t *testing.T) {
	w := newStillWorld(t)
	pod := w.start(`containers: [{name: intake, image: "example.test/other:dev", args: ` + args("lines", "up") + `}]`)
	pod.untilState("ErrImagePull 0")
	if message := pod.Status().ContainerStatuses[0].State.Waiting.Message; !strings.Contains(message, "it knows example.test/program") {
		t.Errorf("the message %q does not name the images that are known", message)
	}
	w.pass(retryInterval)
	pod.untilState("ImagePullBackOff 0")
	known, err := os.ReadFile(w.images)
	if err != nil {
		t.Fatal(err)
	}
	nodetest.WriteFile(t, w.dir, "images.json", strings.ReplaceAll(string(known), "program\"", "other\""))
	w.pass(retryInterval)
	pod.untilState("Ready 0")
}

func TestWhatAContainerWaitsFor(t *testing.T) {
	tests := []struct{ name, spec, state, message string }{
		{"a missing ConfigMap key", `containers: [{name: c, image: example.test/program, env: [{name: A, valueFrom: {configMapKeyRef: {name: nowhere, key: k}}}]}]`,
			"CreateContainerConfigError 0", `reading ConfigMap nowhere`},
		{"root although forbidden", `{securityContext: {runAsNonRoot: true}, containers: [{name: c, image: example.test/program}]}`,
			"CreateContainerConfigError 0", "set runAsUser"},
		{"an exec probe", `containers: [{name: c, image: example.test/program, readinessProbe: {exec: {command: ["true"]}}}]`,
			"CreateContainerConfigError 0", "does not run exec probes"},
		{"a privileged container", `containers: [{name: c, image: example.test/program, securityContext: {privileged: true}}]`,
			"CreateContainerConfigError 0", "privileged"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			pod := newStillWorld(t).start(test.spec)
			pod.untilState(test.state)
			if message := pod.Status().ContainerStatuses[0].State.Waiting.Message; !strings.Contains(message, test.message) {
				t.Errorf("the message is %q, want %q in it", message, test.message)
			}
		})
	}
}

func TestAProgramThatCannotBeStarted(t *testing.T) {
	pod := newStillWorld(t).start(`{restartPolicy: Never, containers: [{name: c, image: example.test/program, command: [/bin/sh]}]}`)
	pod.untilState("StartError 0")
	if end := pod.Status().ContainerStatuses[0].State.Terminated; end.ExitCode != 128 || !strings.Contains(end.Message, "/bin/sh") {
		t.Errorf("the end is %+v, want code 128 and the program's name", end)
	}
}

func TestWhatIsMissingIsPickedUpWhenItComes(t *testing.T) {
	w := newStillWorld(t)
	pod := w.start(`
volumes: [{name: config, configMap: {name: station}}]
containers:
- {name: intake, image: example.test/program, args: ` + args("serve", "18082") + `, volumeMounts: [{name: config, mountPath: /etc/liaison/config}]}
`)
	pod.untilState("ContainerCreating 0")
	w.expectEvents(`Warning FailedMount MountVolume.SetUp failed for volume "config": reading its ConfigMap: configmaps "station" not found`)
	put := func(content string) {
		w.objects.Put(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "jixian", Name: "station"}, Data: map[string]string{"station.json": content}})
		pod.Refresh()
	}
	put("中垛乡")
	pod.untilAnswer(18082, "/file?path=/etc/liaison/config/station.json", "中垛乡")
	put("屯里镇")
	pod.untilAnswer(18082, "/file?path=/etc/liaison/config/station.json", "屯里镇")
}

func TestWhoAContainerRunsAsAndWhatItSees(t *testing.T) {
	w := newWorld(t)
	pod := w.start(`
restartPolicy: Never
securityContext: {runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65531, fsGroup: 65530}
hostAliases: [{ip: 127.0.0.9, hostnames: [nine]}]
volumes: [{name: tmp, emptyDir: {}}]
containers:
- name: c
  image: example.test/program
  args: ` + args("report") + `
  workingDir: /tmp/sub
  env: [{name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]
  securityContext: {readOnlyRootFilesystem: true}
  volumeMounts: [{name: tmp, mountPath: /tmp/sub, subPath: a/b}]
`)
	pod.untilPhase(corev1.PodSucceeded)
	var seen nodetest.Report
	if err := json.Unmarshal([]byte(pod.log("c", 0)), &seen); err != nil {
		t.Fatal(err)
	}
	if seen.UID != 65532 || seen.GID != 65531 || !slices.Equal(seen.Groups, []int{65530}) {
		t.Errorf("it runs as %d:%d %v", seen.UID, seen.GID, seen.Groups)
	}
	if seen.Hostname != "zhongduo-intake-0" || !strings.Contains(seen.Hosts, testIP+"\tzhongduo-intake-0") || !strings.Contains(seen.Hosts, "127.0.0.9\tnine") {
		t.Errorf("host name %q, hosts %q", seen.Hostname, seen.Hosts)
	}
	if !slices.Contains(seen.Env, "IP="+testIP) || !slices.Contains(seen.Env, "BIND_ADDRESS="+testIP) {
		t.Errorf("env %v", seen.Env)
	}
	if seen.Dir != "/tmp/sub" || !strings.Contains(seen.CannotWriteRoot, "read-only") {
		t.Errorf("working directory %s, writing the root: %q", seen.Dir, seen.CannotWriteRoot)
	}
}

func TestLastWordsAreKept(t *testing.T) {
	w := newWorld(t)
	pod := w.start(`
restartPolicy: Never
containers:
- {name: c, image: example.test/program, args: ` + args("serve", "18083") + `, terminationMessagePath: /dev/termination-log}
`)
	pod.untilAnswer(18083, "/healthz", "")
	pod.ask("POST", 18083, "/write?path=/dev/termination-log&text=no+disk")
	pod.ask("POST", 18083, "/crash")
	pod.untilState("Error 0")
	if end := pod.Status().ContainerStatuses[0].State.Terminated; end.Message != "no disk" || end.ExitCode != 7 {
		t.Errorf("the end is %+v, want code 7 and the program's message", end)
	}
}

func TestAPodGoesOnAfterTheNodesRestart(t *testing.T) {
	w := newWorld(t)
	spec := `containers: [{name: intake, image: example.test/program, args: ` + args("lines", "up") + `}]`
	first := w.start(spec)
	first.untilState("Ready 0")
	first.untilLog("intake", 0, "up")
	first.Suspend(30 * time.Second)
	<-first.Done()
	after := first.Status()
	if after.Phase != corev1.PodRunning || after.ContainerStatuses[0].Ready {
		t.Errorf("suspended: phase %s, ready %t; want Running and not ready", after.Phase, after.ContainerStatuses[0].Ready)
	}

	pod := parsePod(t, spec)
	pod.Status = after
	second := w.startPod(pod, nil)
	second.untilState("Ready 1")
	if end := second.Status().ContainerStatuses[0].LastTerminationState.Terminated; end == nil || end.ExitCode != 0 {
		t.Errorf("the last state is %+v", end)
	}

	// The node was killed and could not say what became of the container.
	pod = parsePod(t, spec)
	pod.Status = second.Status()
	second.Stop(0)
	<-second.Done()
	third := w.startPod(pod, nil)
	third.untilState("Ready 2")
	if end := third.Status().ContainerStatuses[0].LastTerminationState.Terminated; end == nil || end.Reason != "NodeLost" {
		t.Errorf("the last state is %+v, want NodeLost", end)
	}
}
