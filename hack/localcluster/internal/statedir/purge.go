package statedir

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// ours are the entries that localcluster makes in its folder.
var ours = []string{
	"etcd", "images.json", "kubeconfig", "lock", "logs", "machine", "pki", "plugins", "pods", "record.json", "volumes", settingsFile,
}

// Purge removes the folder. It touches nothing when it finds something that is not ours, or a mount.
func (f Folder) Purge() error {
	entries, err := os.ReadDir(f.root)
	if err != nil {
		return fmt.Errorf("looking into the state folder: %w", err)
	}
	for _, entry := range entries {
		if !slices.Contains(ours, entry.Name()) && !isDraft(entry.Name()) {
			return fmt.Errorf("%s holds %s, which localcluster did not make: move it away first", f.root, entry.Name())
		}
	}
	mounts, err := f.Mounts()
	if err != nil {
		return err
	}
	if len(mounts) > 0 {
		return fmt.Errorf("%s is still mounted: removing the folder would empty what is mounted there", mounts[0])
	}
	if err := os.RemoveAll(f.root); err != nil {
		return fmt.Errorf("removing the state folder: %w", err)
	}
	return nil
}

// isDraft tells what an interrupted WriteFile may leave.
func isDraft(name string) bool {
	return slices.ContainsFunc(ours, func(entry string) bool {
		matched, _ := filepath.Match("."+entry+"-*", name) // the pattern is well formed
		return matched
	})
}
