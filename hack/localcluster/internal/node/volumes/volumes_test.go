package volumes_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/hack/localcluster/internal/node/nodetest"
	"township.dev/liaison/hack/localcluster/internal/node/podenv"
	"township.dev/liaison/hack/localcluster/internal/node/volumes"
)

func TestWhatVolumesContain(t *testing.T) {
	tests := []struct {
		name, volume string
		want         map[string]string // path → mode and content
	}{
		{"a whole ConfigMap", `{configMap: {name: station}}`,
			map[string]string{"station.json": "0644 中垛乡", "logo.png": "0644 PNG"}},
		{"one key under another name and mode", `{configMap: {name: station, items: [{key: station.json, path: a/b.json, mode: 0400}]}}`,
			map[string]string{"a/b.json": "0400 中垛乡"}},
		{"a Secret with a default mode", `{secret: {secretName: keys, defaultMode: 0440}}`,
			map[string]string{"data-key": "0440 sesame"}},
		{"an optional Secret that is not there", `{secret: {secretName: none, optional: true}}`,
			map[string]string{}},
		{"the downward API", `{downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}, {path: ip, fieldRef: {fieldPath: status.podIP}}]}}`,
			map[string]string{"labels": `0644 app="intake"`, "ip": "0644 127.77.1.2"}},
		{"what a service account gets", `{projected: {sources: [
			{serviceAccountToken: {path: token, audience: api, expirationSeconds: 3607}},
			{configMap: {name: station, items: [{key: station.json, path: ca.crt}]}},
			{downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}}]}}`,
			map[string]string{"token": "0644 robot for [api] 3607s pod zhongduo-intake-0", "ca.crt": "0644 中垛乡", "namespace": "0644 jixian"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			mounted, err := mount(t, newSources(), testPod(t, test.volume), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if !mounted.ReadOnly {
				t.Error("content from the API can be written by the container")
			}
			for path, want := range test.want {
				if got := describe(t, filepath.Join(mounted.Path, path)); got != want {
					t.Errorf("%s is %q, want %q", path, got, want)
				}
			}
			if got := visible(t, mounted.Path); got != len(test.want) && test.name != "one key under another name and mode" {
				t.Errorf("%d files are visible, want %d", got, len(test.want))
			}
		})
	}
}

func TestWhyAVolumeCannotBeMounted(t *testing.T) {
	tests := []struct{ volume, want string }{
		{`{configMap: {name: nowhere}}`, `volume "v": reading its ConfigMap: configmaps "nowhere" not found`},
		{`{secret: {secretName: keys, items: [{key: none, path: x}]}}`, "references non-existent secret key: none"},
		{`{persistentVolumeClaim: {claimName: unbound}}`, "claim unbound is not bound"},
		{`{nfs: {server: s, path: /}}`, "supports configMap, secret, projected, downwardAPI, emptyDir and persistentVolumeClaim only"},
		{`{projected: {sources: [{clusterTrustBundle: {path: x}}]}}`, "projects configMap, secret, downwardAPI and serviceAccountToken only"},
	}
	for _, test := range tests {
		if _, err := mount(t, newSources(), testPod(t, test.volume), t.TempDir()); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one that says %q", test.volume, err, test.want)
		}
	}
}

// A program that has the folder ..data open must never see a mix of old and new, and must find the new by following ..data again.
func TestAChangeSwapsAllFilesAtOnce(t *testing.T) {
	objects := newObjects()
	sources := newSources()
	sources.Objects = objects
	pod, dir := testPod(t, `{configMap: {name: station}}`), t.TempDir()
	mounted, err := mount(t, sources, pod, dir)
	if err != nil {
		t.Fatal(err)
	}
	before := dataFolder(t, mounted.Path)

	objects.Put(configMap(map[string]string{"station.json": "屯里镇", "schedule.json": "{}"}))
	if err := sources.Refresh(pod, dir); err != nil {
		t.Fatal(err)
	}

	if after := dataFolder(t, mounted.Path); after == before {
		t.Error("..data still points at the old folder")
	}
	if _, err := os.Stat(filepath.Join(mounted.Path, before)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old folder is still there: %v", err)
	}
	for path, want := range map[string]string{"station.json": "0644 屯里镇", "schedule.json": "0644 {}"} {
		if got := describe(t, filepath.Join(mounted.Path, path)); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if _, err := os.Lstat(filepath.Join(mounted.Path, "logo.png")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file whose key is gone is still there: %v", err)
	}
}

func TestRefreshingWithoutAChangeTouchesNothing(t *testing.T) {
	sources, pod, dir := newSources(), testPod(t, `{configMap: {name: station}}`), t.TempDir()
	mounted, err := mount(t, sources, pod, dir)
	if err != nil {
		t.Fatal(err)
	}
	before := dataFolder(t, mounted.Path)
	if err := sources.Refresh(pod, dir); err != nil {
		t.Fatal(err)
	}
	if after := dataFolder(t, mounted.Path); after != before {
		t.Errorf("..data moved from %s to %s", before, after)
	}
}

func TestFSGroup(t *testing.T) {
	nodetest.RequireRoot(t)
	claim := t.TempDir()
	nodetest.WriteFile(t, claim, "sub/liaison.db", "x")
	sources := newSources()
	sources.Claims = folders{"data": claim}

	tests := []struct{ name, volume, file, want string }{
		{"a Secret becomes readable for the group", `{secret: {secretName: keys, defaultMode: 0400}}`, "data-key", "0:65532 0440"},
		{"a token belongs to the pod's user", `{projected: {sources: [{serviceAccountToken: {path: token}}]}}`, "token", "65531:65532 0640"},
		{"an empty folder is shared with the group", `{emptyDir: {}}`, ".", "0:65532 2777"},
		{"a claim's folder", `{persistentVolumeClaim: {claimName: data}}`, ".", "0:65532 2775"},
		{"a file in a claim's folder", `{persistentVolumeClaim: {claimName: data}}`, "sub/liaison.db", "0:65532 0664"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			pod := testPod(t, test.volume)
			if err := yaml.Unmarshal([]byte(`{fsGroup: 65532, runAsUser: 65531}`), &pod.Object.Spec.SecurityContext); err != nil {
				t.Fatal(err)
			}
			mounted, err := mount(t, sources, pod, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if got := ownership(t, filepath.Join(mounted.Path, test.file)); got != test.want {
				t.Errorf("%s is %s, want %s", test.file, got, test.want)
			}
		})
	}
}

func TestOnRootMismatchLeavesAFittingVolumeAlone(t *testing.T) {
	nodetest.RequireRoot(t)
	claim := t.TempDir()
	sources := newSources()
	sources.Claims = folders{"data": claim}
	pod := testPod(t, `{persistentVolumeClaim: {claimName: data}}`)
	if err := yaml.Unmarshal([]byte(`{fsGroup: 65532, fsGroupChangePolicy: OnRootMismatch}`), &pod.Object.Spec.SecurityContext); err != nil {
		t.Fatal(err)
	}
	if _, err := mount(t, sources, pod, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	late := nodetest.WriteFile(t, claim, "late", "x")
	if err := os.Chown(late, 0, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := mount(t, sources, pod, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if got := ownership(t, late); got != "0:0 0644" {
		t.Errorf("the file became %s although the root already fits", got)
	}
}

func TestUses(t *testing.T) {
	tests := []struct {
		volume string
		want   bool
	}{
		{`{configMap: {name: station}}`, true},
		{`{configMap: {name: other}}`, false},
		{`{projected: {sources: [{configMap: {name: station}}]}}`, true},
		{`{secret: {secretName: station}}`, false},
	}
	for _, test := range tests {
		if got := volumes.Uses(testPod(t, test.volume).Object, configMap(nil)); got != test.want {
			t.Errorf("%s uses the ConfigMap station: %t, want %t", test.volume, got, test.want)
		}
	}
}

func configMap(data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "jixian", Name: "station"}, Data: data}
}

func newObjects() *nodetest.Objects {
	station := configMap(map[string]string{"station.json": "中垛乡"})
	station.BinaryData = map[string][]byte{"logo.png": []byte("PNG")}
	keys := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "jixian", Name: "keys"}, Data: map[string][]byte{"data-key": []byte("sesame")}}
	return new(nodetest.Objects).Put(station, keys)
}

func newSources() volumes.Sources {
	return volumes.Sources{Objects: newObjects(), Tokens: tokens{}, Claims: folders{}, Node: podenv.Node{Name: "localcluster"}}
}

// tokens answers with a readable account of what was asked for.
type tokens struct{}

func (tokens) GetServiceAccountToken(_, name string, request *authenticationv1.TokenRequest) (*authenticationv1.TokenRequest, error) {
	seconds := int64(0)
	if request.Spec.ExpirationSeconds != nil {
		seconds = *request.Spec.ExpirationSeconds
	}
	request.Status.Token = fmt.Sprintf("%s for %v %ds pod %s", name, request.Spec.Audiences, seconds, request.Spec.BoundObjectRef.Name)
	return request, nil
}

type folders map[string]string

func (f folders) Folder(_ context.Context, _, claim string) (string, error) {
	if folder, bound := f[claim]; bound {
		return folder, nil
	}
	return "", fmt.Errorf("claim %s is not bound", claim)
}

func testPod(t *testing.T, volume string) podenv.Pod {
	t.Helper()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "jixian", Name: "zhongduo-intake-0", Labels: map[string]string{"app": "intake"}},
		Spec:       corev1.PodSpec{ServiceAccountName: "robot", Containers: []corev1.Container{{Name: "intake"}}},
	}
	var source corev1.VolumeSource
	if err := yaml.UnmarshalStrict([]byte(volume), &source); err != nil {
		t.Fatal(err)
	}
	pod.Spec.Volumes = []corev1.Volume{{Name: "v", VolumeSource: source}}
	return podenv.Pod{Object: pod, IP: "127.77.1.2"}
}

func mount(t *testing.T, sources volumes.Sources, pod podenv.Pod, dir string) (volumes.Mounted, error) {
	t.Helper()
	mounted, err := sources.Mount(t.Context(), pod, dir)
	return mounted["v"], err
}

func describe(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%04o %s", info.Mode().Perm(), content)
}

func visible(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "..") {
			count++
		}
	}
	return count
}

func dataFolder(t *testing.T, dir string) string {
	t.Helper()
	target, err := os.Readlink(filepath.Join(dir, "..data"))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func ownership(t *testing.T, path string) string {
	t.Helper()
	var stat syscall.Stat_t
	if err := syscall.Stat(path, &stat); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d:%d %04o", stat.Uid, stat.Gid, stat.Mode&0o7777)
}
