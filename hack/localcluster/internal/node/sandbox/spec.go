package sandbox

// InitCommand is the hidden subcommand under which the binary that uses this package must call [Init].
const InitCommand = "container-init"

// Spec says what the program is and what it sees. It travels as JSON from the node to the container's init.
type Spec struct {
	// Hostname is the container's host name.
	Hostname string
	// MountPoint is an empty folder of the host on which the private root is built. Because each container has its
	// own mount namespace, all of them can use the same one.
	MountPoint string
	// ReadOnlyRoot closes the root for writing; volumes stay as their mounts say.
	ReadOnlyRoot bool
	// Mounts are files and folders of the host that appear in the container.
	Mounts []Mount
	// Files are created in the private root before anything runs.
	Files []File

	// Args is the program, as a path in the container or a name to look up in PATH, and its arguments.
	Args []string
	// Env is the whole environment, as KEY=value.
	Env []string
	// Dir is the working directory; empty means the root.
	Dir string

	// UID and GID are whom the program runs as, Groups its supplementary groups.
	UID, GID int
	Groups   []int
	// SingleUser is set by the launcher when the container knows one user only, the one it runs as.
	SingleUser bool

	// DryRun builds the root and gives up the privileges but runs nothing: how [Launcher.Check] finds out whether this machine
	// allows containers at all.
	DryRun bool
}

// Mount shows the host's Source at Target in the container.
type Mount struct {
	Source, Target string
	ReadOnly       bool
}

// File is a small file that exists only in the container's private root.
type File struct {
	Path    string
	Content string
}
