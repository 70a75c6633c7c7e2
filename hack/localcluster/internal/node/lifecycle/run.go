package lifecycle

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"township.dev/liaison/hack/localcluster/internal/node/podlog"
	"township.dev/liaison/hack/localcluster/internal/node/sandbox"
)

// startErrorCode is what container runtimes report for a program that could not be started.
const startErrorCode = 128

// runOnce starts the container and returns after it has ended and its status says how.
func (c *container) runOnce(p plan) {
	run := c.nextRun(p)
	c.event(corev1.EventTypeNormal, "Pulled", "Container image %q is the local binary %s", p.image, p.imageID)
	for _, part := range ignored(c.spec()) {
		c.event(corev1.EventTypeWarning, "Unsupported", "The development node ignores %s", part)
	}
	output, err := openOutput(c.pod.dir, c.name, run.number)
	if err != nil {
		c.failToStart(run, err)
		return
	}
	stdin, err := c.openInput()
	if err != nil {
		output.closeWriters()
		c.keepLog(output)
		c.failToStart(run, err)
		return
	}
	defer c.setInput(nil)
	process, err := c.pod.node.Launcher.StartWithInput(p.spec, stdin, output.stdout, output.stderr)
	output.closeWriters()
	if stdin != nil {
		stdin.Close()
	}
	if err != nil {
		c.keepLog(output)
		c.failToStart(run, err)
		return
	}
	c.event(corev1.EventTypeNormal, "Created", "Container created")
	c.event(corev1.EventTypeNormal, "Started", "Container started")
	c.setRunning(run)
	exit := c.supervise(process)
	c.keepLog(output)
	c.setTerminated(run, c.termination(run.number, exit))
}

// keepLog waits for the end of what the container printed.
func (c *container) keepLog(output *output) {
	if err := output.wait(); err != nil {
		c.pod.node.Logger.Warn("keeping a container's log", "pod", c.pod.describe(), "container", c.name, "error", err)
	}
}

// supervise heeds the probes and the pod's end until the process has ended.
func (c *container) supervise(process *sandbox.Process) sandbox.Exit {
	exited := make(chan sandbox.Exit, 1)
	go func() { exited <- process.Wait() }()

	watcher := &watcher{container: c, restart: make(chan restart, 1)}
	stopProbes := watcher.start(c.pod.ctx)
	defer stopProbes()

	select {
	case exit := <-exited:
		return exit
	case <-c.pod.ctx.Done():
		stopProbes()
		c.event(corev1.EventTypeNormal, "Killing", "Stopping container %s", c.name)
		return c.terminate(process, exited, nil)
	case restart := <-watcher.restart:
		c.event(corev1.EventTypeNormal, "Killing", "Container %s failed %s probe, will be restarted", c.name, strings.ToLower(string(restart.kind)))
		timer := c.pod.node.Clock.NewTimer(c.restartGrace(restart.probe))
		defer timer.Stop()
		return c.terminate(process, exited, timer.C())
	}
}

// terminate asks the process to end and ends it when its time, or the pod's, is up.
func (c *container) terminate(process *sandbox.Process, exited <-chan sandbox.Exit, timeUp <-chan time.Time) sandbox.Exit {
	if err := process.Terminate(); err != nil {
		c.pod.node.Logger.Warn("asking a container to end", "pod", c.pod.describe(), "container", c.name, "error", err)
	}
	select {
	case exit := <-exited:
		return exit
	case <-c.pod.killed:
	case <-timeUp:
	}
	if err := process.Kill(); err != nil {
		c.pod.node.Logger.Warn("killing a container", "pod", c.pod.describe(), "container", c.name, "error", err)
	}
	return <-exited
}

func (c *container) restartGrace(probe *corev1.Probe) time.Duration {
	seconds := ptr.Deref(c.pod.Object().Spec.TerminationGracePeriodSeconds, corev1.DefaultTerminationGracePeriodSeconds)
	if probe.TerminationGracePeriodSeconds != nil {
		seconds = *probe.TerminationGracePeriodSeconds
	}
	return time.Duration(seconds) * time.Second
}

func (c *container) failToStart(r run, err error) {
	c.event(corev1.EventTypeWarning, "Failed", "Error: %v", err)
	c.setTerminated(r, corev1.ContainerStateTerminated{ExitCode: startErrorCode, Reason: "StartError", Message: err.Error()})
}

func (c *container) termination(number int32, exit sandbox.Exit) corev1.ContainerStateTerminated {
	end := corev1.ContainerStateTerminated{ExitCode: int32(exit.Code), Reason: "Completed", Message: c.lastWords(number, exit)}
	if exit.Code != 0 {
		end.Reason = "Error"
	}
	return end
}

// lastWords is what the program left in its termination message, or the end of its log where the spec wants that.
func (c *container) lastWords(number int32, exit sandbox.Exit) string {
	const longestMessage, longestLog = 4096, 2048
	if content, err := os.ReadFile(c.terminationMessage()); err == nil && len(content) > 0 {
		return string(content[:min(len(content), longestMessage)])
	}
	if exit.Code == 0 || c.spec().TerminationMessagePolicy != corev1.TerminationMessageFallbackToLogsOnError {
		return ""
	}
	var tail strings.Builder
	options := corev1.PodLogOptions{TailLines: ptr.To[int64](80)}
	if err := podlog.Read(context.Background(), podlog.Path(c.pod.dir, c.name, number), options, nil, &tail); err != nil {
		return ""
	}
	text := tail.String()
	return text[max(0, len(text)-longestLog):]
}

func (c *container) now() metav1.Time {
	// The API keeps whole seconds; comparing statuses is easier when ours are the same.
	return metav1.NewTime(c.pod.node.Clock.Now().Truncate(time.Second))
}

func newContainerID() string {
	id := make([]byte, 32)
	rand.Read(id)
	return "localcluster://" + hex.EncodeToString(id)
}
