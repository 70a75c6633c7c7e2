package main

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
)

// rootsModule is where the certificates of an image come from.
const rootsModule = "golang.org/x/crypto/x509roots/fallback"

// module is something that went into an image.
type module struct {
	path    string
	version string
	sum     string // SHA-256 in hexadecimal; empty where there is none
}

// purl names the module as vulnerability databases do.
func (m module) purl() string { return "pkg:golang/" + m.path + "@" + m.version }

// modules lists what is in the binary, and in the image beside it: Go's own library first, then modules by their path.
func (r release) modules(program binary) ([]module, error) {
	toolchain, _, _ := strings.Cut(program.build.GoVersion, " ") // experiments stand behind the version
	found := []module{{path: "stdlib", version: strings.TrimPrefix(toolchain, "go")}}
	for _, dependency := range program.build.Deps {
		m, err := moduleOf(dependency)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	if !r.roots {
		return found, nil
	}
	roots, err := ownDependency(rootsModule)
	if err != nil {
		return nil, err
	}
	return append(found, roots), nil
}

// moduleOf takes the module that was built where another was required.
func moduleOf(required *debug.Module) (module, error) {
	built := required
	if required.Replace != nil {
		built = required.Replace
	}
	m := module{path: built.Path, version: built.Version}
	if built.Sum == "" {
		return m, nil // a folder of the machine it was built on
	}
	sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(built.Sum, "h1:"))
	if err != nil {
		return module{}, fmt.Errorf("the checksum of module %s: %w", built.Path, err)
	}
	m.sum = hex.EncodeToString(sum)
	return m, nil
}

// ownDependency finds a module among those of this very program.
func ownDependency(path string) (module, error) {
	own, ok := debug.ReadBuildInfo()
	if !ok {
		return module{}, errors.New("this program does not know what it was built from; build it in its module")
	}
	for _, dependency := range own.Deps {
		if dependency.Path == path {
			return moduleOf(dependency)
		}
	}
	return module{}, fmt.Errorf("this program does not know its module %s; build it in its own module", path)
}
