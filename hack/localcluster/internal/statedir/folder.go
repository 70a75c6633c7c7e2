// Package statedir is the one folder in which a cluster keeps all it has: keys, data, logs, volumes.
package statedir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// DefaultName is what the folder is called unless the user names another.
const DefaultName = ".localcluster"

// ErrNoCluster says that there is no state of a cluster where one was expected.
var ErrNoCluster = errors.New("no cluster here")

// Folder is a state folder that is known to be ours. Its path is absolute and free of symbolic links,
// so that two spellings of one folder are one cluster.
type Folder struct{ root string }

// Default is the folder for someone working in dir: at the top of dir's checkout, so that it is the
// same one wherever in the checkout a command is given, or in dir itself outside of any.
func Default(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return filepath.Join(at, DefaultName)
		}
		if at == filepath.Dir(at) {
			return filepath.Join(dir, DefaultName)
		}
	}
}

// Open returns the state folder at path. It fails with [ErrNoCluster] when there is nothing, and
// refuses a folder that localcluster did not make.
func Open(path string) (Folder, error) {
	folder, err := resolve(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Folder{}, fmt.Errorf("%w: %s does not exist", ErrNoCluster, path)
	}
	if err != nil {
		return Folder{}, err
	}
	if _, err := folder.ReadSettings(); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return Folder{}, fmt.Errorf("%s is not a state folder of localcluster: it has no %s", path, settingsFile)
		}
		return Folder{}, err
	}
	return folder, nil
}

// Create returns the state folder at path and makes it when there is none. It refuses a folder that
// holds anything else.
func Create(path string) (Folder, error) {
	// Pods' users need to enter; what is secret lies in folders closed to them.
	if err := os.MkdirAll(path, 0o755); err != nil {
		return Folder{}, fmt.Errorf("making the state folder: %w", err)
	}
	folder, err := resolve(path)
	if err != nil {
		return Folder{}, err
	}
	if _, err := os.Stat(folder.in(settingsFile)); errors.Is(err, fs.ErrNotExist) {
		if err := folder.initialise(); err != nil {
			return Folder{}, err
		}
	}
	for _, secret := range []string{folder.in("pki"), folder.Etcd()} {
		if err := os.MkdirAll(secret, 0o700); err != nil {
			return Folder{}, fmt.Errorf("preparing the state folder: %w", err)
		}
	}
	if err := os.MkdirAll(folder.Logs(), 0o755); err != nil {
		return Folder{}, fmt.Errorf("preparing the state folder: %w", err)
	}
	return Open(path)
}

func resolve(path string) (Folder, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return Folder{}, fmt.Errorf("finding the state folder %s: %w", path, err)
	}
	root, err := filepath.EvalSymlinks(absolute)
	if err != nil {
		return Folder{}, fmt.Errorf("finding the state folder %s: %w", path, err)
	}
	return Folder{root: root}, nil
}

// initialise makes an empty folder ours.
func (f Folder) initialise() error {
	entries, err := os.ReadDir(f.root)
	if err != nil {
		return fmt.Errorf("looking into the state folder: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not a state folder of localcluster and not empty (it holds %s): choose another with --dir",
			f.root, entries[0].Name())
	}
	return f.WriteSettings(Settings{})
}

// Root is the folder itself.
func (f Folder) Root() string { return f.root }

// Kubeconfig is the administrator's way into the cluster.
func (f Folder) Kubeconfig() string { return f.in("kubeconfig") }

// PKI is a file among the keys and certificates, or the kubeconfig of a part.
func (f Folder) PKI(file string) string { return f.in("pki", file) }

// Etcd is where etcd keeps its data.
func (f Folder) Etcd() string { return f.in("etcd") }

// Images says which binary stands for which image; the node reads it again when it changes.
func (f Folder) Images() string { return f.in("images.json") }

// Volumes holds the persistent volumes.
func (f Folder) Volumes() string { return f.in("volumes") }

// Pods is where the node keeps what belongs to pods.
func (f Folder) Pods() string { return f.in("pods") }

// Machine is a file or folder of a real node's.
func (f Folder) Machine(elements ...string) string {
	return f.in(append([]string{"machine"}, elements...)...)
}

// Plugins is an empty folder for a feature of Kubernetes that nobody here uses.
func (f Folder) Plugins() string { return f.in("plugins") }

// Record is what the supervisor says of itself and the parts.
func (f Folder) Record() string { return f.in("record.json") }

// Logs holds a file for each part, and for each the one of its run before.
func (f Folder) Logs() string { return f.in("logs") }

// Log is the output of a part's present or last run.
func (f Folder) Log(part string) string { return filepath.Join(f.Logs(), part+".log") }

func (f Folder) in(elements ...string) string {
	return filepath.Join(append([]string{f.root}, elements...)...)
}
