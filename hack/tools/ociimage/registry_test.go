package main

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// county is a registry on the loopback interface.
type county struct {
	t      *testing.T
	server *httptest.Server
	host   string
}

// plainRegistry speaks HTTP and lets everybody in.
func plainRegistry(t *testing.T, options ...registry.Option) county {
	return newCounty(t, httptest.NewServer(registryHandler(options...)))
}

// guardedRegistry speaks TLS with a certificate that nobody knows, and lets in one account.
func guardedRegistry(t *testing.T, user, password string) county {
	inside := registryHandler(registry.WithReferrersSupport(true))
	return newCounty(t, httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, ok := r.BasicAuth(); !ok || u != user || p != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="county"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		inside.ServeHTTP(w, r)
	})))
}

func registryHandler(options ...registry.Option) http.Handler {
	return registry.New(append(options, registry.Logger(log.New(io.Discard, "", 0)))...)
}

func newCounty(t *testing.T, server *httptest.Server) county {
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that does not know the certificate is part of the test
	t.Cleanup(server.Close)
	return county{t: t, server: server, host: server.Listener.Addr().String()}
}

// holds fails unless the registry has the image under its version, the same for every architecture, with all that is attached to it.
func (c county) holds(image stored, project string) {
	c.t.Helper()
	repository, err := name.NewRepository(c.host + project + "/" + image.name)
	if err != nil {
		c.t.Fatal(err)
	}
	kept, err := remote.Index(repository.Tag(image.version))
	if err != nil {
		c.t.Fatal(err)
	}
	if digest, err := kept.Digest(); err != nil || digest != image.digest {
		c.t.Errorf("the registry has %s as %s (%v), want %s", repository, digest, err, image.digest)
	}
	manifest, err := kept.IndexManifest()
	if err != nil || len(manifest.Manifests) != 2 {
		c.t.Fatalf("the registry has %s as %+v (%v)", repository, manifest, err)
	}
	c.lists(repository.Digest(image.digest.String()), provenanceType)
	for _, described := range manifest.Manifests {
		one, err := remote.Image(repository.Digest(described.Digest.String()))
		if err != nil {
			c.t.Fatal(err)
		}
		if files := filesOf(c.t, one); files[image.name] == nil {
			c.t.Errorf("%s for %s holds %v", repository, described.Platform, files)
		}
		c.lists(repository.Digest(described.Digest.String()), sbomType)
	}
}

// lists fails unless the registry lists one document as attached to the image, and that document is of this kind.
func (c county) lists(subject name.Digest, kind string) {
	c.t.Helper()
	index, err := remote.Referrers(subject)
	if err != nil {
		c.t.Fatal(err)
	}
	listed, err := index.IndexManifest()
	if err != nil || len(listed.Manifests) != 1 {
		c.t.Fatalf("to %s is attached %+v (%v)", subject, listed, err)
	}
	document, err := remote.Image(subject.Context().Digest(listed.Manifests[0].Digest.String()))
	if err != nil {
		c.t.Fatal(err)
	}
	if manifest, err := document.Manifest(); err != nil || manifest.ArtifactType != kind || len(onlyLayer(c.t, document)) == 0 {
		c.t.Errorf("to %s is attached %+v (%v), want %s", subject, manifest, err, kind)
	}
}

func TestARegistryGetsTheImagesAndWhatIsAttached(t *testing.T) {
	layout := packed(t)
	for name, options := range map[string][]registry.Option{
		"that lists referrers":               {registry.WithReferrersSupport(true)},
		"that knows nothing of referrers":    nil,
		"that has had the images for a time": {registry.WithReferrersSupport(true)},
	} {
		t.Run(name, func(t *testing.T) {
			there := plainRegistry(t, options...)
			args := []string{"push", "-layout", layout, "-registry", there.host + "/liaison", "-insecure"}
			if strings.Contains(name, "for a time") {
				ociimage(t, args...)
			}
			printed := ociimage(t, args...)
			for _, image := range images(t, layout) {
				there.holds(image, "/liaison")
				if want := fmt.Sprintf("pushed %s/liaison/%s:0.1.0@%s\n", there.host, image.name, image.digest); !strings.Contains(printed, want) {
					t.Errorf("it prints %q, want %q", printed, want)
				}
			}
		})
	}
}

// A process of its own, because the authorities that Go trusts are read once.
func TestARegistryWithAnAccountAndACertificateOfItsOwn(t *testing.T) {
	there := guardedRegistry(t, "county", "s3cret")
	layout, binary := packed(t), ownProgram(t)
	docker := t.TempDir()
	account := base64.StdEncoding.EncodeToString([]byte("county:s3cret"))
	write(t, filepath.Join(docker, "config.json"), fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, there.host, account))
	authority := filepath.Join(t.TempDir(), "authority.pem")
	write(t, authority, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: there.server.Certificate().Raw})))
	for _, c := range []struct {
		name, config, certificate, says string
	}{
		{"neither known", t.TempDir(), "/dev/null", "SSL_CERT_FILE may name"},
		{"no account", t.TempDir(), authority, "credentials for " + there.host + " are read from"},
		{"both known", docker, authority, "pushed " + there.host + "/liaison-operator:0.1.0@sha256:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			push := exec.CommandContext(t.Context(), binary, "push", "-layout", layout, "-registry", there.host)
			push.Env = append(os.Environ(), "DOCKER_CONFIG="+c.config, "SSL_CERT_FILE="+c.certificate, "SSL_CERT_DIR=/nowhere")
			printed, _ := push.CombinedOutput()
			if !strings.Contains(string(printed), c.says) {
				t.Errorf("it prints %q, want it to say %q", printed, c.says)
			}
		})
	}
}

func TestPushRefuses(t *testing.T) {
	layout := packed(t)
	plain := plainRegistry(t)
	for name, c := range map[string]struct{ layout, registry, says string }{
		"plain HTTP unless it is wanted":    {layout, plain.host, "needs --insecure"},
		"a scheme":                          {layout, "https://registry.example", "without a scheme"},
		"what would go to Docker Hub":       {layout, "harbor/liaison", "must begin with a host that has a dot or a port"},
		"capitals":                          {layout, "registry.example/Liaison", "cannot be used"},
		"a folder that is no layout":        {t.TempDir(), plain.host, "is not an image layout"},
		"nothing listening":                 {layout, "127.0.0.1:1", "pushing 127.0.0.1:1/liaison-operator"},
		"a registry that is not said":       {layout, "", "needs -registry"},
		"a layout with nothing named in it": {unnamed(t), plain.host, "holds no image with a name"},
	} {
		t.Run(name, func(t *testing.T) {
			refuses(t, c.says, "push", "-layout", c.layout, "-registry", c.registry)
		})
	}
}

// unnamed is a layout in which nothing was put.
func unnamed(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "images")
	if _, err := openOrMake(folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestContainerdFindsTheImagesByVersionAndByDigest(t *testing.T) {
	layout := packed(t)
	output := filepath.Join(t.TempDir(), "renamed")
	printed := ociimage(t, "rename", "-layout", layout, "-registry", "registry.example:5000/liaison", "-output", output)
	var want []string
	for _, image := range images(t, layout) {
		want = append(want, "registry.example:5000/liaison/"+image.name+":0.1.0", "registry.example:5000/liaison/"+image.name+"@"+image.digest.String())
	}
	if got := strings.Fields(printed); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("it prints %v, want %v", got, want)
	}
	if got := namesIn(t, output); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the layout has %v, want %v", got, want)
	}
}
