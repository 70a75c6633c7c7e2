// Package authorities says whose certificates the intake believes when it calls somebody: those of the public authorities, and those that the county has
// mounted beside them.
package authorities

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"township.dev/liaison/internal/stationconf"
)

// mostRead is how much of the file is read, in bytes; a ConfigMap holds no more than 1 MiB.
const mostRead = 2 << 20

// Authorities follow the mounted file: what stands in it counts from the next call on. It is safe for concurrent use; nil are the public ones alone.
type Authorities struct {
	file string
	log  *slog.Logger

	mu sync.Mutex
	// seen is the file as it was read last; nil while there was none.
	seen fs.FileInfo
	// believed are the public authorities with the mounted ones; nil while only the public ones count.
	believed *x509.CertPool
	problem  string
}

// New returns the authorities mounted in the folder, which may be missing: then none are to be mounted.
func New(dir string, log *slog.Logger) *Authorities {
	return &Authorities{file: filepath.Join(dir, stationconf.AuthoritiesFile), log: log}
}

// Believed are those to believe now; nil means the public ones alone. What cannot be used adds nothing.
func (a *Authorities) Believed() *x509.CertPool {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refresh()
	return a.believed
}

// Report tells the operator whether the mounted ones can be used; nil where none are to be mounted.
func (a *Authorities) Report() *stationconf.Authorities {
	if _, err := os.Stat(filepath.Dir(a.file)); err != nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.refresh()
	return &stationconf.Authorities{Problem: a.problem}
}

// refresh reads the file when it is another than before.
func (a *Authorities) refresh() {
	info, err := os.Stat(a.file)
	if err != nil {
		a.seen, a.believed, a.problem = nil, nil, stationconf.AuthoritiesMissing
		return
	}
	if a.seen != nil && os.SameFile(info, a.seen) && info.ModTime().Equal(a.seen.ModTime()) && info.Size() == a.seen.Size() {
		return
	}
	a.seen, a.problem = info, ""
	if a.believed, err = read(a.file); err != nil {
		a.believed, a.problem = nil, stationconf.AuthoritiesUnusable
		a.log.Error("the mounted certificates of authorities cannot be used; only the public ones are believed", "file", a.file, "error", err.Error())
	}
}

var errNoCertificate = errors.New("it holds no certificate as PEM, which begins with -----BEGIN CERTIFICATE-----")

// read returns the public authorities with those of the file.
func read(path string) (*x509.CertPool, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the certificates: %w", err)
	}
	defer func() { _ = file.Close() }() // nothing to save: it was only read
	content, err := io.ReadAll(io.LimitReader(file, mostRead))
	if err != nil {
		return nil, fmt.Errorf("reading the certificates: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("reading the public authorities: %w", err)
	}
	return pool, add(pool, content)
}

// add fails for one certificate that cannot be read: half a bundle would be believed without anybody knowing which half. What is no certificate is left
// out.
func add(pool *x509.CertPool, content []byte) error {
	added := 0
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("certificate %d: %w", added+1, err)
		}
		pool.AddCert(certificate)
		added++
	}
	if added == 0 {
		return errNoCertificate
	}
	return nil
}
