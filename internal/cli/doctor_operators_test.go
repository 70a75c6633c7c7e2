package cli_test

import (
	"testing"

	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// twoOperators serve a county each. That of Daning, the first by name, has one replica and so needs no lease.
const twoOperators = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: liaison-operator, namespace: daning-system, labels: {app.kubernetes.io/name: liaison-operator}}
spec:
  replicas: 1
  selector: {matchLabels: {app.kubernetes.io/name: liaison-operator}}
  template:
    metadata: {labels: {app.kubernetes.io/name: liaison-operator}}
    spec:
      containers: [{name: operator, image: "registry.example:5000/liaison-operator:0.0.0-test", args: [--watch-namespaces=daning, --leader-elect=false]}]
status: {replicas: 1, readyReplicas: 1}
---
apiVersion: liaison.township.dev/v1alpha1
kind: DeputyRoster
metadata: {name: xinan, namespace: daning}
spec: {deputies: [{id: d01, name: 李四, level: County}]}
status: {observedGeneration: 1, calendar: {known: [$YEAR]}}
---
` + operatorOfJixian + `
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: liaison-operator, namespace: jixian-system}
spec: {holderIdentity: one, leaseDurationSeconds: 15, renewTime: $NOW}
`

const operatorOfJixian = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: liaison-operator, namespace: jixian-system, labels: {app.kubernetes.io/name: liaison-operator}}
spec:
  replicas: 2
  selector: {matchLabels: {app.kubernetes.io/name: liaison-operator}}
  template:
    metadata: {labels: {app.kubernetes.io/name: liaison-operator}}
    spec:
      containers:
        - name: operator
          image: "registry.example:5000/liaison-operator:0.0.0-test"
          args: [--log-level, debug, --watch-namespaces=jixian, --watch-namespaces=puxian, --leader-elect=true]
status: {replicas: 2, readyReplicas: 2}
`

// What is wrong with one of two operators is told of that one, and what to do where it looks.
func TestDoctorOfTwoOperators(t *testing.T) {
	for _, test := range []struct {
		name    string
		gone    []client.Object
		applied string
		code    int
		want    []string
	}{
		{name: "nothing"},
		{
			name: "the second has no leader", code: 2, applied: `
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: liaison-operator, namespace: jixian-system}
spec: {renewTime: "2026-01-01T00:00:00.000000Z"}
`,
			want: []string{"fault    Lease jixian-system/liaison-operator: No replica of the operator leads: the lease was last renewed at 2026-01-01T00:00:00Z. " +
				"Read the operator's log for why it cannot renew the lease, and restart it: kubectl -n jixian-system rollout"},
		},
		{
			name: "the second has no lease", code: 2, gone: []client.Object{in("jixian-system", lease("liaison-operator"))},
			want: []string{"fault    Lease jixian-system/liaison-operator: There is no lease, so no replica of the operator leads."},
		},
		{
			name: "the second's node has another time", code: 1, applied: `
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: liaison-operator, namespace: jixian-system}
spec: {renewTime: $LATER}
`,
			want: []string{"warning  Lease jixian-system/liaison-operator: The clock of the operator's node is "},
		},
		{
			name: "a NetworkPolicy shuts the second in", code: 2, applied: stationSays("BacklogFresh", "False", "IntakeUnreachable", "told otherwise") + `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nothing-out-of-jixian, namespace: jixian-system}
spec: {podSelector: {}, policyTypes: [Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nothing-out-of-daning, namespace: daning-system}
spec: {podSelector: {}, policyTypes: [Egress]}
`,
			want: []string{"fault    LiaisonStation jixian/zhongduo: Its intake is ready, and yet does not answer the operator; " +
				"the operator's own way out is limited by NetworkPolicy nothing-out-of-jixian in namespace jixian-system. Allow"},
		},
		{
			name: "something else between the second and an intake", code: 2, applied: stationSays("BacklogFresh", "False", "IntakeUnreachable", "told otherwise"),
			want: []string{"fault    LiaisonStation jixian/zhongduo: Its intake is ready, and yet does not answer the operator. Look for what keeps the pods of namespace jixian-system from port 8081"},
		},
		{
			name: "holidays that neither knows", code: 1, applied: `
apiVersion: liaison.township.dev/v1alpha1
kind: DeputyRoster
metadata: {name: zhongduo, namespace: jixian}
status: {calendar: {unknown: [$YEAR]}}
---
apiVersion: liaison.township.dev/v1alpha1
kind: DeputyRoster
metadata: {name: xinan, namespace: daning}
status: {calendar: {unknown: [$YEAR]}}
`,
			want: []string{
				"warning  holidays of $YEAR: They are not known, so roster daning/xinan is planned with weekends only, provisionally. " +
					"Once the State Council has published the notice, apply it as a HolidayCalendar in namespace daning-system.",
				"warning  holidays of $YEAR: They are not known, so roster jixian/zhongduo is planned with weekends only, provisionally. " +
					"Once the State Council has published the notice, apply it as a HolidayCalendar in namespace jixian-system.",
			},
		},
		{
			name: "the second is not ready, and the first had a pod that waits", code: 2, applied: `
apiVersion: apps/v1
kind: Deployment
metadata: {name: liaison-operator, namespace: jixian-system}
status: {readyReplicas: 0}
---
apiVersion: v1
kind: Pod
metadata: {name: liaison-operator-x, namespace: daning-system, labels: {app.kubernetes.io/name: liaison-operator}}
spec: {containers: [{name: operator, image: registry.example/liaison-operator:nope}]}
status:
  containerStatuses: [{name: operator, image: "registry.example/liaison-operator:nope", imageID: "", ready: false, restartCount: 0, state: {waiting: {reason: ImagePullBackOff}}}]
`,
			want: []string{"fault    Deployment jixian-system/liaison-operator: The operator is not ready: none of its pods answers the readiness probe. Read its log: kubectl -n jixian-system"},
		},
		{
			name: "the second is of another version", applied: `
apiVersion: apps/v1
kind: Deployment
metadata: {name: liaison-operator, namespace: jixian-system}
spec: {template: {spec: {containers: [{name: operator, image: "registry.example:5000/liaison-operator:0.0.1"}]}}}
`,
			want: []string{"note     Deployment jixian-system/liaison-operator: The operator is of version 0.0.1 and this program of version v0.0.0-test."},
		},
		{
			name: "nobody serves a county any more", code: 2, gone: []client.Object{in("jixian-system", deployment("liaison-operator")), in("jixian-system", lease("liaison-operator"))},
			applied: stationSays("BacklogFresh", "False", "IntakeUnreachable", "said long ago"),
			want: []string{"fault    Namespace jixian: No operator serves it, so nothing is planned, provisioned or counted there. " +
				"Add it to the --watch-namespaces of an operator, which the chart calls watchNamespaces, or install one for it."},
		},
		{
			name: "both serve a county", code: 1, applied: `
apiVersion: apps/v1
kind: Deployment
metadata: {name: liaison-operator, namespace: daning-system}
spec: {template: {spec: {containers: [{name: operator, args: [--leader-elect=false]}]}}}
`,
			want: []string{"warning  Namespace jixian: It is served by Deployment jixian-system/liaison-operator and Deployment daning-system/liaison-operator, which undo each other's work. Give each --watch-namespaces"},
		},
		{
			name: "two in one namespace", code: 2, applied: `
apiVersion: apps/v1
kind: Deployment
metadata: {name: other, namespace: jixian-system, labels: {app.kubernetes.io/name: liaison-operator}}
spec:
  replicas: 1
  selector: {matchLabels: {app.kubernetes.io/name: liaison-operator, app.kubernetes.io/instance: other}}
  template:
    metadata: {labels: {app.kubernetes.io/name: liaison-operator, app.kubernetes.io/instance: other}}
    spec:
      containers: [{name: operator, image: "registry.example:5000/liaison-operator:0.0.0-test", args: [--watch-namespaces=xixian, --leader-elect]}]
status: {replicas: 1, readyReplicas: 1}
`,
			want: []string{"fault    Lease jixian-system/liaison-operator: Deployment jixian-system/liaison-operator and Deployment jixian-system/other contend for it, so only one of them works. " +
				"Install each in a namespace of its own."},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			install(t)
			remove(t, deployment("liaison-operator"))
			remove(t, lease("liaison-operator"))
			change(t, twoOperators, "it")
			for _, object := range test.gone {
				remove(t, object)
			}
			change(t, test.applied, "somebody")
			got, code := examine(t, clock.RealClock{})
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			expectLines(t, got, test.want)
		})
	}
}

func in(namespace string, object client.Object) client.Object {
	object.SetNamespace(namespace)
	return object
}
