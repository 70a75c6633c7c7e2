// Package sandbox runs one program as a container of the development node: a process in its own user, mount, pid,
// ipc and uts namespace, with a private root made of bind mounts, under the user it asked for and without any
// capability.
//
// The node cannot do that work itself (a Go process has many threads, and a namespace belongs to a thread), so it
// starts its own binary again with the hidden subcommand [InitCommand]: that process finds itself in the new
// namespaces, reads a [Spec] from a pipe, builds the root, gives up its privileges and becomes the program.
//
// What it is not: there are no cgroup limits, no seccomp profile and no network namespace. Containers share the
// host's network; they are kept apart by their addresses only.
package sandbox
