package cluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"township.dev/liaison/hack/localcluster/internal/parts"
	"township.dev/liaison/hack/localcluster/internal/process"
	"township.dev/liaison/hack/localcluster/internal/statedir"
	"township.dev/liaison/hack/localcluster/internal/supervise"
)

// SuperviseCommand is the hidden verb that becomes the supervisor.
const SuperviseCommand = "supervise"

// thisBinary is the binary that runs now, also when its file has been replaced by a newer build since.
const thisBinary = "/proc/self/exe"

// passedOn are the variables that parts get from the user's environment. Whatever else is there, above
// all KUBECONFIG and proxies, could only make one machine's cluster behave unlike another's.
var passedOn = []string{"HOME", "PATH", "TMPDIR"}

// startSupervisor starts the supervisor in a session of its own, so that it outlives this command and
// its terminal.
func startSupervisor(folder statedir.Folder) error {
	log, err := os.Create(folder.Log(supervisorName))
	if err != nil {
		return fmt.Errorf("opening the supervisor's log: %w", err)
	}
	defer log.Close()
	cmd := &exec.Cmd{
		Path:        thisBinary,
		Args:        []string{"localcluster", SuperviseCommand, "--dir", folder.Root()},
		Env:         environment(folder, supervisorName),
		Dir:         folder.Root(),
		Stdout:      log,
		Stderr:      log,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting the supervisor: %w", err)
	}
	// Who looked for it before would take it for one that has ended.
	process.AwaitMark(cmd.Process, folder.Root())
	return cmd.Process.Release()
}

// Supervise is the supervisor: it runs the parts until ctx ends.
func (c Cluster) Supervise(ctx context.Context) error {
	settings, err := c.Folder.ReadSettings()
	if err != nil {
		return err
	}
	stages, err := parts.Stages(c.Folder, settings)
	if err != nil {
		return err
	}
	supervisor := &supervise.Supervisor{
		Stages:      stages,
		Program:     thisBinary,
		Environment: func(part string) []string { return environment(c.Folder, part) },
		Log:         c.Folder.Log,
		Publish:     c.publish,
		Clock:       c.Clock,
	}
	return supervisor.Run(ctx)
}

// publish writes the record. One that cannot be written is told in the supervisor's log and stops nothing:
// the cluster is worth more than the word about it.
func (c Cluster) publish(record supervise.Record) {
	if err := statedir.WriteJSON(c.Folder.Record(), record); err != nil {
		c.say("%v", err)
	}
}

func environment(folder statedir.Folder, part string) []string {
	variables := process.Mark(folder.Root(), part)
	for _, name := range passedOn {
		if value, set := os.LookupEnv(name); set {
			variables = append(variables, name+"="+value)
		}
	}
	return variables
}
