package doctor

import (
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
)

func installed(namespace string, args ...string) operator {
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "liaison-operator"}}
	d.Spec.Template.Spec.Containers = []corev1.Container{{Name: "proxy"}, {Name: "operator", Args: args}, {Name: "watch", Args: []string{"--port", "1", "-v"}}}
	return deployed(d, &place{namespace: namespace})
}

// Flags are read as the operator reads them.
func TestWhatAnOperatorDoesIsReadFromItsFlags(t *testing.T) {
	for _, test := range []struct {
		args    []string
		elects  bool
		watches []string
	}{
		{nil, false, nil},
		{[]string{"--leader-elect"}, true, nil},
		{[]string{"--leader-elect=true", "--watch-namespaces="}, true, nil},
		{[]string{"--leader-elect=false", "--watch-namespaces=jixian"}, false, []string{"jixian"}},
		{[]string{"--log-level", "debug", "--watch-namespaces", "jixian,daning", "--leader-elect=1"}, true, []string{"jixian", "daning"}},
		{[]string{"--intake-image=x", "--watch-namespaces=jixian", "--metrics-secure", "--watch-namespaces=daning"}, false, []string{"jixian", "daning"}},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			if got := installed("liaison-system", test.args...); got.elects != test.elects || !slices.Equal(got.watches, test.watches) {
				t.Errorf("elects %t and watches %q, want %t and %q", got.elects, got.watches, test.elects, test.watches)
			}
		})
	}
}

// One that names a namespace is more likely meant than one that serves all.
func TestTheOperatorOfANamespace(t *testing.T) {
	county, jixian, daning := installed("liaison-system"), installed("jixian-system", "--watch-namespaces=jixian"), installed("daning-system", "--watch-namespaces=daning")
	for _, test := range []struct {
		name      string
		operators []operator
		want      string
		unserved  bool
	}{
		{"the only one serves all", []operator{county}, "liaison-system", false},
		{"the only one serves another", []operator{daning}, "", true},
		{"the first serves another", []operator{daning, jixian}, "jixian-system", false},
		{"the first serves all", []operator{county, jixian}, "jixian-system", false},
		{"the last serves all", []operator{daning, county}, "liaison-system", false},
		{"one that was not found may serve it", []operator{{place: &place{namespace: "liaison-system"}}}, "liaison-system", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen := &facts{operators: test.operators, everywhere: true}
			got := ""
			if o := seen.operatorOf("jixian"); o != nil {
				got = o.place.namespace
			}
			if unserved := seen.unserved("jixian"); got != test.want || unserved != test.unserved {
				t.Errorf("it is %q, unserved %t; want %q, %t", got, unserved, test.want, test.unserved)
			}
		})
	}
}

// What is said of the other operator's pods in the same namespace is not this one's.
func TestOperatorsOfOneNamespaceAreToldApart(t *testing.T) {
	shared := &place{namespace: "liaison-system"}
	var operators []operator
	for _, name := range []string{"daning", "jixian"} {
		set := map[string]string{"app.kubernetes.io/instance": name}
		d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "liaison-system", Name: name}}
		d.Spec.Selector, d.Spec.Template.Labels = &metav1.LabelSelector{MatchLabels: set}, set
		operators = append(operators, deployed(d, shared))

		pod := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: set}}
		pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Image: name, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImagePull"}}}}
		shared.pods = append(shared.pods, pod)

		policy := networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: "shuts-" + name}}
		policy.Spec.PodSelector.MatchLabels, policy.Spec.PolicyTypes = set, []networkingv1.PolicyType{networkingv1.PolicyTypeEgress}
		shared.policies = append(shared.policies, policy)
	}
	for _, o := range operators {
		if why, want := o.whyNotReady(), "its container waits (ErrImagePull), with the image "+o.deployment.Name; why != want {
			t.Errorf("%s is not ready: %q, want %q", o.name(), why, want)
		}
		if shut, want := o.shutIn(), []string{"shuts-" + o.deployment.Name}; !slices.Equal(shut, want) {
			t.Errorf("%s is shut in by %q, want %q", o.name(), shut, want)
		}
	}
}

// Where several could be meant, the one that did not look is named.
func TestTheOperatorThatOverlooksIsNamed(t *testing.T) {
	seen := &facts{
		now: noon, everywhere: true,
		operators: []operator{installed("daning-system", "--watch-namespaces=daning"), installed("jixian-system", "--watch-namespaces=jixian")},
		stations:  []v1alpha1.LiaisonStation{{ObjectMeta: made(2 * soon)}}, rosters: []v1alpha1.DeputyRoster{{ObjectMeta: made(2 * soon)}},
	}
	for kind, check := range map[string]func(*facts, *findings){"station": checkStations, "roster": checkRosters} {
		var found findings
		check(seen, &found)
		const want = "Check that Deployment jixian-system/liaison-operator runs, and that its --watch-namespaces, where given, name namespace jixian"
		if len(found) != 1 || found[0].Remedy != want {
			t.Errorf("of the %s: %v, want the remedy %q", kind, found, want)
		}
	}
}

// Somebody who sees one operator of several is not told that nobody serves what another may, nor sent to the wrong one.
func TestAnOperatorOutOfSightMayServe(t *testing.T) {
	roster := v1alpha1.DeputyRoster{ObjectMeta: made(soon)}
	roster.Status.Calendar = &v1alpha1.CalendarCoverage{Unknown: []int32{2026}}
	seen := &facts{now: noon, operators: []operator{installed("daning-system", "--watch-namespaces=daning")}, rosters: []v1alpha1.DeputyRoster{roster}}
	var found findings
	checkServed(seen, &found)
	checkCalendars(seen, &found)
	const want = "Once the State Council has published the notice, apply it as a HolidayCalendar in the namespace of the operator that serves namespace jixian"
	if len(found) != 1 || found[0].Remedy != want {
		t.Errorf("found %v, want the remedy %q alone", found, want)
	}
}
