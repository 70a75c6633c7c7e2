// Package pki makes the keys and certificates by which the parts of a cluster know each other.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"time"
)

const (
	authorityValidity = 10 * 365 * 24 * time.Hour
	leafValidity      = 365 * 24 * time.Hour
	// clockSkew lets a certificate be used on a machine whose clock is set back a little later on.
	clockSkew = time.Hour
)

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// ensureAuthority reads the authority in the two files, or makes one when there is none.
func ensureAuthority(certificateFile, keyFile, name string, now time.Time) (authority, error) {
	existing, err := readAuthority(certificateFile, keyFile)
	if !errors.Is(err, fs.ErrNotExist) {
		return existing, err
	}
	key, err := newKey()
	if err != nil {
		return authority{}, err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             now.Add(-clockSkew),
		NotAfter:              now.Add(authorityValidity),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	certificate, err := sign(template, template, key.Public(), key)
	if err != nil {
		return authority{}, err
	}
	if err := writeKey(keyFile, key); err != nil {
		return authority{}, err
	}
	if err := writeCertificate(certificateFile, certificate); err != nil {
		return authority{}, err
	}
	return authority{certificate: certificate, key: key}, nil
}

func readAuthority(certificateFile, keyFile string) (authority, error) {
	certificate, err := readCertificate(certificateFile)
	if err != nil {
		return authority{}, err
	}
	key, err := readKey(keyFile)
	if err != nil {
		return authority{}, err
	}
	return authority{certificate: certificate, key: key}, nil
}

// leaf is what a certificate says of its holder.
type leaf struct {
	name   string
	groups []string
	// hosts are the names and addresses the holder serves under; without any it is only a client.
	hosts []string
}

// issue writes a new key and certificate for l.
func (a authority) issue(l leaf, certificateFile, keyFile string, now time.Time) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return fmt.Errorf("choosing a serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: l.name, Organization: l.groups},
		NotBefore:    now.Add(-clockSkew),
		NotAfter:     now.Add(leafValidity),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for _, host := range l.hosts {
		if address := net.ParseIP(host); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	if len(l.hosts) > 0 {
		// Client use stays: etcd's gateway calls its own server with the server's certificate.
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	certificate, err := sign(template, a.certificate, key.Public(), a.key)
	if err != nil {
		return fmt.Errorf("certificate of %s: %w", l.name, err)
	}
	if err := writeKey(keyFile, key); err != nil {
		return err
	}
	return writeCertificate(certificateFile, certificate)
}

func sign(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, fmt.Errorf("signing a certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

func newKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return key, nil
}

// ensureSigningKey makes the key in file unless it is there.
func ensureSigningKey(file string) error {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key, err := newKey()
	if err != nil {
		return err
	}
	return writeKey(file, key)
}
