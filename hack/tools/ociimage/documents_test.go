package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"io"
	"path/filepath"
	"strings"
	"testing"

	provenancev1 "github.com/in-toto/attestation/go/predicates/provenance/v1"
	attestation "github.com/in-toto/attestation/go/v1"
	spdx "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/v2_3"
	"github.com/spdx/tools-golang/spdxlib"
	"google.golang.org/protobuf/encoding/protojson"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func TestTheSBOMListsEveryModuleOfTheProgram(t *testing.T) {
	binary := ownProgram(t)
	build, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	r := aRelease("liaison-operator")
	image := packOne(t, r, binary)
	manifest := imageManifest(t, image)
	document := readSBOM(t, attachedOf(t, image, sbomType, manifest.Digest))
	if document.CreationInfo.Created != "2026-11-26T08:00:00Z" || !strings.HasPrefix(document.DocumentNamespace, "https://township.dev/liaison/spdx/liaison-operator-0.1.0-linux-") {
		t.Errorf("the document is %s of %s", document.DocumentNamespace, document.CreationInfo.Created)
	}
	listed := map[string]*v2_3.Package{}
	for _, part := range document.Packages {
		listed[part.PackageName] = part
	}
	if own := listed["liaison-operator"]; own == nil || own.PackageVersion != "0.1.0" || own.PackageLicenseDeclared != "Apache-2.0" {
		t.Errorf("of itself it says %+v", own)
	}
	if library := listed["stdlib"]; library == nil || "go"+library.PackageVersion != build.GoVersion {
		t.Errorf("of Go's library it says %+v, and the program was built with %s", library, build.GoVersion)
	}
	for _, module := range build.Deps {
		part := listed[module.Path]
		if part == nil || part.PackageVersion != module.Version || len(part.PackageChecksums) != 1 || part.PackageChecksums[0].Value != sumInHex(t, module.Sum) {
			t.Errorf("of %s %s %s it says %+v", module.Path, module.Version, module.Sum, part)
		}
	}
	if want := 2 + len(build.Deps); len(document.Packages) != want || len(document.Relationships) != want {
		t.Errorf("it lists %d packages and %d relationships, want %d", len(document.Packages), len(document.Relationships), want)
	}
}

func TestTheSBOMListsTheCertificates(t *testing.T) {
	r := aRelease("liaison-intake")
	r.roots = true
	image := packOne(t, r, program(t, "arm64"))
	document := readSBOM(t, attachedOf(t, image, sbomType, imageManifest(t, image).Digest))
	for _, part := range document.Packages {
		if part.PackageName == rootsModule && part.PackageVersion != "" && len(part.PackageChecksums) == 1 {
			return
		}
	}
	t.Errorf("it does not list %s", rootsModule)
}

func TestTwoModulesNeverShareAnElementOfTheSBOM(t *testing.T) {
	if a, b := sbomElement("example.com/a/b", "v1"), sbomElement("example.com/a-b", "v1"); a == b {
		t.Errorf("both are %s", a)
	}
}

func TestTheProvenanceNamesImagesSourceAndModules(t *testing.T) {
	image := packOne(t, aRelease("liaison-operator"), ownProgram(t))
	said, predicate := readProvenance(t, attachedOf(t, image, provenanceType, image.digest))
	if len(said.GetSubject()) != 2 || said.GetSubject()[0].GetDigest()["sha256"] != image.digest.Hex ||
		said.GetSubject()[1].GetDigest()["sha256"] != imageManifest(t, image).Digest.Hex {
		t.Errorf("it is about %v", said.GetSubject())
	}
	if builder := predicate.GetRunDetails().GetBuilder().GetId(); builder != "https://township.dev/liaison/hack/images.sh" {
		t.Errorf("the builder is %q", builder)
	}
	definition := predicate.GetBuildDefinition()
	if revision := definition.GetExternalParameters().GetFields()["revision"].GetStringValue(); revision != commit {
		t.Errorf("the revision is %q", revision)
	}
	materials := map[string]*attestation.ResourceDescriptor{}
	for _, material := range definition.GetResolvedDependencies() {
		materials[material.GetUri()] = material
	}
	if source := materials["git+https://township.dev/liaison@"+commit]; source.GetDigest()["gitCommit"] != commit || source.GetAnnotations() != nil {
		t.Errorf("of the source it says %v", source)
	}
	registry := 0
	for uri, material := range materials {
		if strings.HasPrefix(uri, "pkg:golang/github.com/google/go-containerregistry@v") && len(material.GetDigest()["dirHash"]) == 64 {
			registry++
		}
	}
	if registry != 1 {
		t.Errorf("the materials %v do not name a module of the program", materials)
	}
}

func TestTheProvenanceSaysWhenTheSourceWasChanged(t *testing.T) {
	r := aRelease("liaison-operator")
	r.revision = commit + "-dirty"
	source := r.sourceMaterial()
	if source.Digest["gitCommit"] != commit || source.Annotations["modified"] != true {
		t.Errorf("of a changed source it says %+v", source)
	}
	r.revision = "unknown"
	if source := r.sourceMaterial(); source.Digest != nil || source.Annotations != nil {
		t.Errorf("of an unknown source it says %+v", source)
	}
}

func packOne(t *testing.T, r release, binary string) stored {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "images")
	pack(t, r, folder, binary)
	return images(t, folder)[0]
}

// imageManifest describes the image of the first architecture.
func imageManifest(t *testing.T, image stored) v1.Descriptor {
	t.Helper()
	manifest, err := image.index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	return manifest.Manifests[0]
}

// attachedOf reads the document of a kind that is attached to the image with this digest.
func attachedOf(t *testing.T, image stored, kind string, subject v1.Hash) []byte {
	t.Helper()
	for _, document := range image.attached {
		manifest, err := document.Manifest()
		if err != nil {
			t.Fatal(err)
		}
		if manifest.ArtifactType == kind && manifest.Subject.Digest == subject {
			return onlyLayer(t, document)
		}
	}
	t.Fatalf("no %s is attached to %s", kind, subject)
	return nil
}

func onlyLayer(t *testing.T, document v1.Image) []byte {
	t.Helper()
	layers, err := document.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("the document has %d layers (%v)", len(layers), err)
	}
	stream, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	content, err := io.ReadAll(stream)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func readSBOM(t *testing.T, content []byte) *v2_3.Document {
	t.Helper()
	document, err := spdx.Read(bytes.NewReader(content))
	if err != nil {
		t.Fatalf("reading the SBOM: %v\n%s", err, content)
	}
	if err := spdxlib.ValidateDocument(document); err != nil {
		t.Errorf("the SBOM is not valid: %v", err)
	}
	if described, err := spdxlib.GetDescribedPackageIDs(document); err != nil || len(described) != 1 {
		t.Errorf("the SBOM describes %v (%v)", described, err)
	}
	return document
}

// readProvenance decodes both layers strictly and asks the specification's own library whether they are complete.
func readProvenance(t *testing.T, content []byte) (*attestation.Statement, *provenancev1.Provenance) {
	t.Helper()
	var said attestation.Statement
	if err := protojson.Unmarshal(content, &said); err != nil {
		t.Fatalf("reading the statement: %v\n%s", err, content)
	}
	if err := said.Validate(); err != nil || said.GetPredicateType() != provenancePredicate {
		t.Errorf("the statement about %s is not valid: %v", said.GetPredicateType(), err)
	}
	inner, err := protojson.Marshal(said.GetPredicate())
	if err != nil {
		t.Fatal(err)
	}
	var predicate provenancev1.Provenance
	if err := protojson.Unmarshal(inner, &predicate); err != nil {
		t.Fatalf("reading the predicate: %v\n%s", err, inner)
	}
	if err := predicate.Validate(); err != nil {
		t.Errorf("the predicate is not valid: %v", err)
	}
	return &said, &predicate
}

func sumInHex(t *testing.T, sum string) string {
	t.Helper()
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sum, "h1:"))
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(decoded)
}
