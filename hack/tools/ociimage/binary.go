package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// binary is a static Go program for Linux and what it says of itself.
type binary struct {
	content  []byte
	build    *buildinfo.BuildInfo
	platform v1.Platform
}

func readBinary(path string) (binary, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return binary{}, fmt.Errorf("reading the binary: %w", err)
	}
	if err := requireStatic(content); err != nil {
		return binary{}, fmt.Errorf("%s: %w", path, err)
	}
	build, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil {
		return binary{}, fmt.Errorf("%s: reading what it was built from: %w", path, err)
	}
	platform := v1.Platform{OS: setting(build, "GOOS"), Architecture: setting(build, "GOARCH")}
	if platform.Architecture == "arm64" {
		platform.Variant = "v8" // the only one; without it some engines find no match
	}
	return binary{content: content, build: build, platform: platform}, nil
}

// requireStatic refuses what an empty image could not run.
func requireStatic(content []byte) error {
	file, err := elf.NewFile(bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("not a Linux binary: %w", err)
	}
	for _, header := range file.Progs {
		if header.Type == elf.PT_INTERP {
			return errors.New("needs a dynamic loader, which an empty image lacks; build it with CGO_ENABLED=0")
		}
	}
	return nil
}

func setting(build *buildinfo.BuildInfo, key string) string {
	for _, s := range build.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

func (b binary) sha256() string {
	sum := sha256.Sum256(b.content)
	return hex.EncodeToString(sum[:])
}
