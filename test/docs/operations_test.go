package docs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// beside is a place whose kubectl is a script: what the page's own cluster does not have, a cluster elsewhere has.
func beside(t *testing.T, kubectl string) place {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "kubectl"), []byte("#!/bin/bash\n"+kubectl), 0o700); err != nil {
		t.Fatal(err)
	}
	return place{folder: folder, home: folder, path: []string{folder, "/usr/bin", "/bin"}, patience: time.Minute}
}

// blockWith is the one block of docs/operations.md that has the words.
func blockWith(t *testing.T, words string) block {
	t.Helper()
	all := commands(t, "docs/operations.md")
	i := slices.IndexFunc(all, func(b block) bool { return strings.Contains(b.text, words) })
	if i < 0 {
		t.Fatalf("docs/operations.md has no block with %q", words)
	}
	return all[i]
}

func TestWhatRunsOfflineIsPulledAndPlacedAsTheIntake(t *testing.T) {
	here := beside(t, `case "$*" in
*" run "*) for word in "$@"; do case "$word" in --overrides=*) echo "${word#--overrides=}" > overrides.json;; esac; done;;
*imagePullSecrets*) echo -n '[{"name":"registry.example"}]';;
*nodeSelector*) echo -n '{"pool":"stations"}';;
*tolerations*) ;;
*resources*) echo -n '{"limits":{"memory":"256Mi"}}';;
*containers*) echo -n example.test/liaison-intake:1;;
esac
`)
	offline := blockWith(t, "offline() {")
	function, _, _ := strings.Cut(offline.text, "\n}\n")
	offline.text, offline.prints = function+"\n}\noffline jixian zhongduo forget liaison.db.before-1 < /dev/null\n", ""
	here.printed(t, []block{offline})
	written, err := os.ReadFile(filepath.Join(here.folder, "overrides.json"))
	if err != nil {
		t.Fatal(err)
	}
	pod := &corev1.Pod{}
	if err := json.Unmarshal(written, pod); err != nil {
		t.Fatalf("%v in %s", err, written)
	}
	if want := []corev1.LocalObjectReference{{Name: "registry.example"}}; !reflect.DeepEqual(pod.Spec.ImagePullSecrets, want) {
		t.Errorf("it is pulled with %v, want %v", pod.Spec.ImagePullSecrets, want)
	}
	if pod.Spec.NodeSelector["pool"] != "stations" || pod.Spec.Tolerations != nil || pod.Spec.Containers[0].Image != "example.test/liaison-intake:1" {
		t.Errorf("the pod is %+v", pod.Spec)
	}
	if limit := pod.Spec.Containers[0].Resources.Limits.Memory().String(); limit != "256Mi" {
		t.Errorf("a quota that the intake fits into refuses the pod: its limit is %s", limit)
	}
	if args := pod.Spec.Containers[0].Args; !slices.Equal(args, []string{"forget", "liaison.db.before-1"}) {
		t.Errorf("the intake is called with %q", args)
	}
}

var day = regexp.MustCompile(`\d{4}-\d\d-\d\d`)

// Of three stations one is suspended, and one breaks off in the middle of its backup.
func TestTheNightlyBackupLeavesWholeFilesAloneAndTellsWhatIsMissing(t *testing.T) {
	here := beside(t, `case "$*" in
"get lst"*) printf 'jixian zhongduo <none>\njixian tunli true\njixian hukou false\n';;
*"exec zhongduo"*) echo whole;;
*"exec hukou"*) echo half; exit 1;;
*) echo kept;;
esac
`)
	nightly := blockWith(t, "mkdir -p backups keys")
	nightly.text = "if ! (\n" + nightly.text + "); then echo it tells; fi\n"
	printed := here.printed(t, []block{nightly})
	if !strings.Contains(printed[0], "not made: backups/jixian-hukou-") || !strings.Contains(printed[0], "it tells") {
		t.Errorf("it says %q", printed)
	}
	made, err := filepath.Glob(filepath.Join(here.folder, "*s", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range made {
		names = append(names, day.ReplaceAllString(filepath.Base(file), "DAY"))
	}
	if want := []string{"declared.yaml", "jixian-zhongduo-DAY.db", "jixian-hukou-DAY.yaml", "jixian-tunli-DAY.yaml", "jixian-zhongduo-DAY.yaml"}; !slices.Equal(names, want) {
		t.Errorf("it made %v, want %v", names, want)
	}
}
