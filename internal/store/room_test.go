package store_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/store"
)

// volume is one of whose room a test decides. It notes of which folder it was asked.
type volume struct {
	left  int64
	asked string
}

func (v *volume) free(folder string) int64 {
	v.asked = folder
	return v.left
}

// A volume that runs full while a copy is written takes no suggestion: so nothing is written at all.
func TestABackupThatWouldFillTheVolumeIsRefusedBeforeItIsWritten(t *testing.T) {
	folder, earlier := backedUp(t)
	size := int64(len(read(t, earlier)))
	target := t.TempDir()
	file := filepath.Join(target, "backup.db")
	tight := &volume{left: size + store.Reserve - 1}
	expectRefusal(t, store.BackupInto(t.Context(), folder, file, tight.free), store.ErrNoRoom, target, store.Mebibytes(size+store.Reserve), "enlarge the volume", "liaison-intake kept")
	if names := namesIn(t, target); len(names) > 0 || tight.asked != target {
		t.Errorf("%v are written, the room of %s was asked for", names, tight.asked)
	}
	enough := &volume{left: size + store.Reserve}
	if err := store.BackupInto(t.Context(), folder, file, enough.free); err != nil {
		t.Fatal(err)
	}
	if got := sizeOf(t, target, "backup.db"); got != size {
		t.Errorf("the backup has %d bytes, and room for %d was asked for", got, size)
	}
}

func TestARestoreThatWouldFillTheVolumeIsRefusedBeforeItIsWritten(t *testing.T) {
	folder, file := backedUp(t)
	backup := read(t, file)
	before := namesIn(t, folder)
	tight := &volume{left: int64(len(backup)) + store.Reserve - 1}
	_, err := store.RestoreWhere(t.Context(), options(folder), "the backup", bytes.NewReader(backup), tight.free)
	expectRefusal(t, err, store.ErrNoRoom, "the backup", folder, store.Mebibytes(tight.left), "enlarge the volume", "liaison-intake kept", "nothing was changed")
	if difference := cmp.Diff(before, namesIn(t, folder)); difference != "" || tight.asked != folder {
		t.Errorf("the room of %s was asked for, the folder's files (-want +got):\n%s", tight.asked, difference)
	}
	enough := &volume{left: int64(len(backup)) + store.Reserve}
	if _, err := store.RestoreWhere(t.Context(), options(folder), "the backup", bytes.NewReader(backup), enough.free); err != nil {
		t.Error(err)
	}
}

// ending is a stream at whose end somebody looks.
type ending struct {
	io.Reader
	look func()
}

func (e ending) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		e.look()
	}
	return n, err
}

// What comes by a stream is received where it is checked, and goes on from there.
func TestTheVolumeHoldsOnceWhatIsRestoredFromAStream(t *testing.T) {
	folder, file := backedUp(t)
	backup := read(t, file)
	before := namesIn(t, folder)
	looked := false
	in := ending{bytes.NewReader(backup), func() {
		looked = true
		received, err := filepath.Glob(filepath.Join(folder, "*", "*"))
		if err != nil || len(received) != 1 || filepath.Base(received[0]) != "liaison.db" || !bytes.Equal(read(t, received[0]), backup) {
			t.Errorf("in the scratch folders are %v, error %v", received, err)
		}
		if n := len(namesIn(t, folder)); n != len(before)+1 {
			t.Errorf("there are %v", namesIn(t, folder))
		}
	}}
	if restored, err := store.RestoreStream(t.Context(), options(folder), "a stream", in); err != nil || restored.Cases != 1 || !looked {
		t.Errorf("%+v, error %v", restored, err)
	}
}

// What does not tell how much room it has is written to, as ever.
func TestRealVolumesAreAsked(t *testing.T) {
	if left := store.FreeOn(t.TempDir()); left <= 0 || left == math.MaxInt64 {
		t.Errorf("%d bytes are free here", left)
	}
	if left := store.FreeOn(filepath.Join(t.TempDir(), "missing")); left != math.MaxInt64 {
		t.Errorf("%d bytes are free where nothing is", left)
	}
}
