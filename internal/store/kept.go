package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// keptMark stands between a database's name and the time when another took its place.
	keptMark = ".before-"
	keptTime = "20060102T150405Z"
)

// companions of a database have its name and one of these behind it: its write-ahead log, and the index of that.
var companions = []string{"-wal", "-shm"}

func isCompanion(path string) bool {
	return slices.ContainsFunc(companions, func(companion string) bool { return strings.HasSuffix(path, companion) })
}

// ErrNotKept means that no restore has moved a database of that name aside.
var ErrNotKept = errors.New("no restore has kept a database of that name here")

// KeptDatabase is one that a restore moved aside.
type KeptDatabase struct {
	Name string
	// Size in bytes, with its companions.
	Size int64
	// Replaced is when another took its place.
	Replaced time.Time
}

func keptName(replaced time.Time) string {
	return databaseName + keptMark + replaced.UTC().Format(keptTime)
}

// Kept lists what restores moved aside in the folder, the oldest first, while the service goes on.
func Kept(folder string) ([]KeptDatabase, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("reading data folder: %w; mount the station's volume there or name another folder", err)
	}
	var all []KeptDatabase
	for _, entry := range entries {
		replaced, err := time.Parse(keptTime, strings.TrimPrefix(entry.Name(), databaseName+keptMark))
		if err != nil || entry.Name() != keptName(replaced) || !movedAside(folder, entry) {
			continue
		}
		all = append(all, KeptDatabase{entry.Name(), sizeOf(filepath.Join(folder, entry.Name())), replaced})
	}
	return all, nil
}

// movedAside tells a kept database from a second name of the present one, which a restore gives it on its way.
func movedAside(folder string, entry fs.DirEntry) bool {
	kept, err := entry.Info()
	if err != nil || !kept.Mode().IsRegular() {
		return false
	}
	present, err := os.Stat(filepath.Join(folder, databaseName))
	return err != nil || !os.SameFile(present, kept)
}

// sizeOf a database with its companions.
func sizeOf(path string) (size int64) {
	for _, part := range append([]string{""}, companions...) {
		if info, err := os.Lstat(path + part); err == nil {
			size += info.Size()
		}
	}
	return size
}

// Forget removes one of the databases that Kept lists, and nothing else, while the service goes on.
func Forget(folder, name string) (KeptDatabase, error) {
	if _, err := presentFile(folder); err != nil {
		return KeptDatabase{}, fmt.Errorf("%w; what is kept may be all that there is: restore a backup first", err)
	}
	all, err := Kept(folder)
	if err != nil {
		return KeptDatabase{}, err
	}
	i := slices.IndexFunc(all, func(k KeptDatabase) bool { return k.Name == name })
	if i < 0 {
		return KeptDatabase{}, fmt.Errorf("%q: %w; name one as liaison-intake kept lists it, without its folder", name, ErrNotKept)
	}
	if err := removeDatabase(filepath.Join(folder, name)); err != nil {
		return KeptDatabase{}, fmt.Errorf("forgetting %s: %w", name, err)
	}
	return all[i], nil
}

// removeDatabase and its companions: these first, as nobody would find them without it.
func removeDatabase(path string) error {
	if err := removeCompanions(path); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func removeCompanions(path string) error {
	for _, companion := range companions {
		if err := os.Remove(path + companion); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
