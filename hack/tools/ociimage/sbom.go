package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

const sbomType = "application/spdx+json"

// sbomDocument is the part of SPDX 2.3 that says what a Go program consists of.
type sbomDocument struct {
	SPDXVersion       string             `json:"spdxVersion"`
	DataLicense       string             `json:"dataLicense"`
	SPDXID            string             `json:"SPDXID"`
	Name              string             `json:"name"`
	DocumentNamespace string             `json:"documentNamespace"`
	CreationInfo      sbomCreation       `json:"creationInfo"`
	Packages          []sbomPackage      `json:"packages"`
	Relationships     []sbomRelationship `json:"relationships"`
}

type sbomCreation struct {
	Created  string   `json:"created"`
	Creators []string `json:"creators"`
}

type sbomPackage struct {
	SPDXID           string          `json:"SPDXID"`
	Name             string          `json:"name"`
	VersionInfo      string          `json:"versionInfo"`
	DownloadLocation string          `json:"downloadLocation"`
	FilesAnalyzed    bool            `json:"filesAnalyzed"`
	Checksums        []sbomChecksum  `json:"checksums,omitempty"`
	LicenseConcluded string          `json:"licenseConcluded"`
	LicenseDeclared  string          `json:"licenseDeclared"`
	CopyrightText    string          `json:"copyrightText"`
	ExternalRefs     []sbomReference `json:"externalRefs"`
	Purpose          string          `json:"primaryPackagePurpose"`
}

type sbomChecksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

type sbomReference struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type sbomRelationship struct {
	Element string `json:"spdxElementId"`
	Type    string `json:"relationshipType"`
	Related string `json:"relatedSpdxElement"`
}

const (
	sbomID      = "SPDXRef-DOCUMENT"
	unknownTerm = "NOASSERTION"
)

// sbom lists what the image of one architecture consists of. The document's name space is unique because the binary's hash is in it.
func (r release) sbom(program binary) ([]byte, error) {
	modules, err := r.modules(program)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s-%s-%s-%s", r.name, r.version, program.platform.OS, program.platform.Architecture)
	document := sbomDocument{
		SPDXVersion: "SPDX-2.3", DataLicense: "CC0-1.0", SPDXID: sbomID, Name: name,
		DocumentNamespace: fmt.Sprintf("%s/spdx/%s-%s", r.source, name, program.sha256()),
		CreationInfo:      sbomCreation{Created: r.created.Format(time.RFC3339), Creators: []string{"Tool: ociimage", "Organization: Township Liaison"}},
	}
	main := r.mainPackage(program)
	document.Packages = []sbomPackage{main}
	document.Relationships = []sbomRelationship{{Element: sbomID, Type: "DESCRIBES", Related: main.SPDXID}}
	for _, m := range modules {
		part := modulePackage(m)
		document.Packages = append(document.Packages, part)
		document.Relationships = append(document.Relationships, sbomRelationship{Element: main.SPDXID, Type: "DEPENDS_ON", Related: part.SPDXID})
	}
	return json.MarshalIndent(document, "", "  ")
}

func (r release) mainPackage(program binary) sbomPackage {
	self := module{path: program.build.Main.Path, version: r.version}
	within := strings.TrimPrefix(strings.TrimPrefix(program.build.Path, self.path), "/")
	locator := self.purl()
	if within != "" {
		locator += "#" + within
	}
	return sbomPackage{
		SPDXID: sbomElement(r.name, r.version), Name: r.name, VersionInfo: r.version, DownloadLocation: unknownTerm,
		Checksums:        []sbomChecksum{{Algorithm: "SHA256", Value: program.sha256()}},
		LicenseConcluded: r.licences, LicenseDeclared: r.licences, CopyrightText: unknownTerm,
		ExternalRefs: []sbomReference{{Category: "PACKAGE-MANAGER", Type: "purl", Locator: locator}},
		Purpose:      "APPLICATION",
	}
}

func modulePackage(m module) sbomPackage {
	part := sbomPackage{
		SPDXID: sbomElement(m.path, m.version), Name: m.path, VersionInfo: m.version, DownloadLocation: unknownTerm,
		LicenseConcluded: unknownTerm, LicenseDeclared: unknownTerm, CopyrightText: unknownTerm,
		ExternalRefs: []sbomReference{{Category: "PACKAGE-MANAGER", Type: "purl", Locator: m.purl()}},
		Purpose:      "LIBRARY",
	}
	if m.sum != "" {
		part.Checksums = []sbomChecksum{{Algorithm: "SHA256", Value: m.sum}}
	}
	return part
}

var notInAnElement = regexp.MustCompile(`[^a-zA-Z0-9.]`)

// sbomElement is an identifier of letters, digits, dots and dashes. What it may not hold is written as its number, so that two modules never share one.
func sbomElement(path, version string) string {
	return "SPDXRef-" + notInAnElement.ReplaceAllStringFunc(path+"@"+version, func(character string) string {
		return fmt.Sprintf("-%x", character)
	})
}
