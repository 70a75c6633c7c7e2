package doctor

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
)

var noon = time.Date(2026, 10, 9, 4, 0, 0, 0, time.UTC)

func made(before time.Duration) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: "jixian", Name: "zhongduo", Generation: 2, CreationTimestamp: metav1.NewTime(noon.Add(-before))}
}

// What may come by itself is told only once it has had the time to. An API server gives no object an earlier day, so these facts are made up.
func TestWhatComesByItselfIsLeftTheTime(t *testing.T) {
	for _, test := range []struct {
		name  string
		check func(*facts, *findings)
		seen  func(age time.Duration) *facts
		want  finding
	}{
		{
			"a claim", checkClaims,
			func(age time.Duration) *facts {
				claim := corev1.PersistentVolumeClaim{ObjectMeta: made(age)}
				claim.Spec.StorageClassName = new("standard")
				return &facts{claims: []corev1.PersistentVolumeClaim{claim}, classes: []storagev1.StorageClass{{ObjectMeta: metav1.ObjectMeta{Name: "standard"}}}}
			},
			finding{warning, "PersistentVolumeClaim jixian/zhongduo", "It is still Pending", "kubectl -n jixian describe pvc zhongduo says what it waits for"},
		},
		{
			"a station", checkStations,
			func(age time.Duration) *facts {
				return &facts{stations: []v1alpha1.LiaisonStation{{ObjectMeta: made(age)}}}
			},
			finding{
				warning, "LiaisonStation jixian/zhongduo", "The operator has not looked at it since it was last changed",
				"Check that the operator runs, and that its --watch-namespaces, where given, name namespace jixian",
			},
		},
		{
			"a roster", checkRosters,
			func(age time.Duration) *facts {
				return &facts{rosters: []v1alpha1.DeputyRoster{{ObjectMeta: made(age)}}}
			},
			finding{
				warning, "DeputyRoster jixian/zhongduo", "The operator has not planned it since it was last changed",
				"Check that the operator runs, and that its --watch-namespaces, where given, name namespace jixian",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for age, want := range map[time.Duration]findings{soon: nil, soon + time.Second: {test.want}} {
				var found findings
				seen := test.seen(age)
				seen.now = noon
				test.check(seen, &found)
				if difference := cmp.Diff(want, found); difference != "" {
					t.Errorf("after %s (-want +found):\n%s", age, difference)
				}
			}
		})
	}
}

// An object of yesterday that was changed a moment ago has waited for a moment, and a status that was written since is no change.
func TestTheWaitCountsFromTheLastChange(t *testing.T) {
	entry := func(subresource string, before time.Duration) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{Subresource: subresource, Time: new(metav1.NewTime(noon.Add(-before)))}
	}
	const day = 24 * time.Hour
	for _, test := range []struct {
		name    string
		entries []metav1.ManagedFieldsEntry
		found   bool
	}{
		{"nobody tells", nil, true},
		{"changed just now", []metav1.ManagedFieldsEntry{entry("", 5*time.Second), entry("status", day)}, false},
		{"changed just now, and long ago by somebody else", []metav1.ManagedFieldsEntry{entry("", 5*time.Second), entry("", day)}, false},
		{"changed some minutes ago", []metav1.ManagedFieldsEntry{entry("", soon+time.Second)}, true},
		{"only the status is of now", []metav1.ManagedFieldsEntry{entry("", day), entry("status", 5*time.Second)}, true},
		{"an entry without a time", []metav1.ManagedFieldsEntry{{}}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			object := made(day)
			object.ManagedFields = test.entries
			seen := &facts{now: noon, stations: []v1alpha1.LiaisonStation{{ObjectMeta: object}}, rosters: []v1alpha1.DeputyRoster{{ObjectMeta: object}}}
			for kind, check := range map[string]func(*facts, *findings){"station": checkStations, "roster": checkRosters} {
				var found findings
				check(seen, &found)
				if (len(found) > 0) != test.found {
					t.Errorf("of the %s: %v", kind, found)
				}
			}
		})
	}
}
