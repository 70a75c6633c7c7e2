package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

// shift is what the plugin tells of one.
type shift struct {
	Date, Kind string
	Deputies   []struct{ ID, Name string }
}

// A swap by the plugin is planned by the operator, and shown by the plugin again.
func TestSwapIsPlannedAndShown(t *testing.T) {
	namespace := cluster.Namespace(t)
	operate(t, namespace)
	cluster.Create(t, fixture.Roster("zhongduo").In(namespace).Deputies(4).ReceptionOn(10, 2, 0).Horizon(3).Obj())

	before := nextReception(t, namespace)
	from := before.Deputies[0].ID
	to := absent(before)
	if _, told, code := run(t, namespace, "swap", "zhongduo", before.Date, from, to, "--reason", "换班"); code != 0 {
		t.Fatalf("exit code %d, told %s", code, told)
	}
	controlplane.Eventually(t, to+" serves in place of "+from, func(context.Context) error {
		after := nextReception(t, namespace)
		if after.Date != before.Date || after.Deputies[0].ID != to || after.Deputies[1] != before.Deputies[1] {
			return fmt.Errorf("the next reception is %+v and was %+v", after, before)
		}
		return nil
	})
}

func nextReception(t *testing.T, namespace string) shift {
	t.Helper()
	var found shift
	controlplane.Eventually(t, "a reception is planned", func(context.Context) error {
		out, told, code := run(t, namespace, "duty", "today", "-o", "json")
		var days struct {
			Items []struct {
				NextReception *shift `json:"nextReception"`
			} `json:"items"`
		}
		if err := json.Unmarshal([]byte(out), &days); err != nil {
			return fmt.Errorf("exit code %d, told %s: %w", code, told, err)
		}
		if len(days.Items) != 1 || days.Items[0].NextReception == nil {
			return fmt.Errorf("exit code %d, told %s%s", code, out, told)
		}
		found = *days.Items[0].NextReception
		return nil
	})
	return found
}

// absent is a deputy of four who is not on.
func absent(s shift) string {
	for _, id := range []string{"d01", "d02", "d03", "d04"} {
		if s.Deputies[0].ID != id && s.Deputies[1].ID != id {
			return id
		}
	}
	return ""
}

var secretOf = regexp.MustCompile(`get secret (\S+) -o go-template='\{\{index \.data "(\S+)"`)

// The way to the first passwords leads to where the operator has put them.
func TestFirstPasswordsAreWhereThePluginSays(t *testing.T) {
	namespace := cluster.Namespace(t)
	operate(t, namespace)
	cluster.Create(t, fixture.Station("zhongduo").In(namespace).HeadSignsIn("zhanzhang").Obj())
	out, told, code := run(t, namespace, "open", "zhongduo", "--staff")
	found := secretOf.FindAllStringSubmatch(out, -1)
	if code != 0 || len(found) != 2 {
		t.Fatalf("exit code %d, told %s%s", code, out, told)
	}
	for _, way := range found {
		controlplane.Eventually(t, "the Secret has a password for "+way[2], func(ctx context.Context) error {
			secret := &corev1.Secret{}
			if err := cluster.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: way[1]}, secret); err != nil {
				return err
			}
			password := string(secret.Data[way[2]])
			if password == "" {
				return fmt.Errorf("there is none under %s", way[2])
			}
			if strings.Contains(out, password) {
				t.Error("the plugin printed a password")
			}
			return nil
		})
	}
}

// The doctor knows the operator's children, and the reasons that it gives.
func TestDoctorKnowsWhatTheOperatorWrites(t *testing.T) {
	namespace := cluster.Namespace(t)
	operate(t, namespace)
	cluster.Create(t, fixture.Station("zhongduo").In(namespace).WithRoster("zhongduo").Obj())
	tells(t, namespace, "fault    LiaisonStation "+namespace+"/zhongduo: Its roster zhongduo does not exist in the namespace.")
	tells(t, namespace, "fault    PersistentVolumeClaim "+namespace+"/zhongduo-intake-data: It names no storage class, and the cluster has no default one.")

	cluster.Create(t, fixture.Roster("zhongduo").In(namespace).Deputies(2).Obj())
	pod := intakePod(namespace, "zhongduo")
	cluster.Create(t, pod)
	pod.Status = corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{
		Name: "intake", Image: "x", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff"}},
	}}}
	report(t, pod)
	tells(t, namespace, "fault    LiaisonStation "+namespace+"/zhongduo: The node cannot pull the image x (ImagePullBackOff).")

	pod.Status = corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: "127.0.0.1", PodIPs: []corev1.PodIP{{IP: "127.0.0.1"}},
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
	}
	report(t, pod)
	tells(t, namespace, "fault    LiaisonStation "+namespace+"/zhongduo: Its intake is ready, and yet does not answer the operator.")
	out, _, _ := run(t, namespace, "backlog")
	if !strings.Contains(out, "none") || !strings.Contains(out, "There are no figures yet.") {
		t.Errorf("the backlog is\n%s", out)
	}
}

func report(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	if err := cluster.Client.Status().Update(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
}

func tells(t *testing.T, namespace, want string) {
	t.Helper()
	controlplane.Eventually(t, "the doctor tells: "+want, func(context.Context) error {
		if out, told, code := run(t, namespace, "doctor"); code != 2 || !strings.Contains(out, want) {
			return fmt.Errorf("exit code %d, told:\n%s%s", code, out, told)
		}
		return nil
	})
}
