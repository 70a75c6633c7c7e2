package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/internal/cli"
	"township.dev/liaison/test/controlplane"
)

// well is an installation that lacks nothing but PodMonitors.
const well = `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: standard, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: county.example/disks
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: liaison-operator, namespace: liaison-system, labels: {app.kubernetes.io/name: liaison-operator}}
spec:
  replicas: 1
  selector: {matchLabels: {app.kubernetes.io/name: liaison-operator}}
  template:
    metadata: {labels: {app.kubernetes.io/name: liaison-operator}}
    spec:
      containers: [{name: operator, image: "registry.example:5000/liaison-operator:0.0.0-test", args: [--leader-elect=true]}]
status: {replicas: 1, readyReplicas: 1}
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: liaison-operator, namespace: liaison-system}
spec: {holderIdentity: one, leaseDurationSeconds: 15, renewTime: $NOW}
---
apiVersion: liaison.township.dev/v1alpha1
kind: DeputyRoster
metadata: {name: zhongduo, namespace: jixian}
spec: {deputies: [{id: d01, name: 张三, level: County}]}
status: {observedGeneration: 1, calendar: {known: [$YEAR]}}
---
apiVersion: liaison.township.dev/v1alpha1
kind: LiaisonStation
metadata: {name: zhongduo, namespace: jixian}
spec:
  displayName: 中垛乡人大代表联络站
  township: {name: 中垛乡, code: "141028204", county: 吉县}
  staff: {head: {name: 站长}, administrators: [{username: admin1, name: 甲}]}
  topics: [产业发展]
  rosterRef: {name: zhongduo}
status:
  observedGeneration: 1
  conditions:
    - {type: Ready, status: "True", reason: Ready, message: "", lastTransitionTime: $NOW}
    - {type: IntakeAvailable, status: "True", reason: IntakeAnswers, message: "", lastTransitionTime: $NOW}
    - {type: BacklogFresh, status: "True", reason: IntakeAnswering, message: "", lastTransitionTime: $NOW}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: zhongduo-intake-data, namespace: jixian, labels: {app.kubernetes.io/name: liaison-intake}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, storageClassName: standard}
status: {phase: Bound}
`

const noPodMonitors = "note     Prometheus Operator: The cluster has no PodMonitors, so none is made for the stations. " +
	"Where Prometheus runs without its operator, let it scrape the operator's metrics Service; they have every station's figures."

// Each mistake is really made in the installation, and is found with its remedy and nothing else.
func TestDoctorFindsWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		name string
		// gone are the kinds and names of objects that are taken away, and then applied what is written.
		gone    []client.Object
		applied string
		code    int
		// want are the beginnings of the lines, the note on PodMonitors apart.
		want []string
	}{
		{name: "nothing"},
		{
			name: "no operator", gone: []client.Object{deployment("liaison-operator"), lease("liaison-operator")}, code: 2,
			want: []string{"fault    operator: No Deployment has the label app.kubernetes.io/name=liaison-operator, and nobody holds its lease in namespace liaison-system. Install the chart liaison-operator;"},
		},
		{name: "an operator outside of the cluster", gone: []client.Object{deployment("liaison-operator")}},
		{
			name: "scaled down", code: 2, applied: `
apiVersion: apps/v1
kind: Deployment
metadata: {name: liaison-operator, namespace: liaison-system}
spec: {replicas: 0}
status: {replicas: 0, readyReplicas: 0}
`,
			want: []string{"fault    Deployment liaison-system/liaison-operator: The operator is scaled to 0, so nothing is planned, provisioned or counted. kubectl -n liaison-system scale deployment liaison-operator --replicas 1."},
		},
		{
			name: "the operator's image is not there", code: 2, applied: `
apiVersion: apps/v1
kind: Deployment
metadata: {name: liaison-operator, namespace: liaison-system}
status: {readyReplicas: 0}
---
apiVersion: v1
kind: Pod
metadata: {name: liaison-operator-x, namespace: liaison-system, labels: {app.kubernetes.io/name: liaison-operator}}
spec: {containers: [{name: operator, image: registry.example/liaison-operator:nope}]}
status:
  containerStatuses: [{name: operator, image: "registry.example/liaison-operator:nope", imageID: "", ready: false, restartCount: 0, state: {waiting: {reason: ImagePullBackOff}}}]
`,
			want: []string{"fault    Deployment liaison-system/liaison-operator: The operator is not ready: its container waits (ImagePullBackOff), with the image registry.example/liaison-operator:nope. Read its log:"},
		},
		{
			name: "another version", applied: `
apiVersion: apps/v1
kind: Deployment
metadata: {name: liaison-operator, namespace: liaison-system}
spec: {template: {spec: {containers: [{name: operator, image: "registry.example:5000/liaison-operator:v0.0.1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}]}}}
`,
			want: []string{"note     Deployment liaison-system/liaison-operator: The operator is of version 0.0.1 and this program of version v0.0.0-test."},
		},
		{
			name: "no leader", code: 2, applied: `
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: liaison-operator, namespace: liaison-system}
spec: {renewTime: "2026-01-01T00:00:00.000000Z"}
`,
			want: []string{"fault    Lease liaison-system/liaison-operator: No replica of the operator leads: the lease was last renewed at 2026-01-01T00:00:00Z. Read the operator's log"},
		},
		{
			name: "no lease", gone: []client.Object{lease("liaison-operator")}, code: 2,
			want: []string{"fault    Lease liaison-system/liaison-operator: There is no lease, so no replica of the operator leads."},
		},
		{
			name: "the node's clock", code: 1, applied: `
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: liaison-operator, namespace: liaison-system}
spec: {renewTime: $LATER}
`,
			want: []string{"warning  Lease liaison-system/liaison-operator: The clock of the operator's node is "},
		},
		{
			name: "no default storage class", code: 2, gone: []client.Object{class("standard"), claim("zhongduo-intake-data")}, applied: `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: zhongduo-intake-data, namespace: jixian, labels: {app.kubernetes.io/name: liaison-intake}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`,
			want: []string{"fault    PersistentVolumeClaim jixian/zhongduo-intake-data: It names no storage class, and the cluster has no default one. Make one the default, and the claim takes it: kubectl annotate storageclass "},
		},
		{
			name: "a storage class that does not exist", code: 2, gone: []client.Object{claim("zhongduo-intake-data")}, applied: `
apiVersion: liaison.township.dev/v1alpha1
kind: LiaisonStation
metadata: {name: tunli, namespace: jixian}
spec:
  displayName: 屯里镇人大代表联络站
  township: {name: 屯里镇, code: "141028102", county: 吉县}
  staff: {head: {name: 站长}, administrators: [{username: admin1, name: 甲}]}
  topics: [产业发展]
  intake: {storage: {storageClassName: fast}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: zhongduo-intake-data, namespace: jixian, labels: {app.kubernetes.io/name: liaison-intake}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, storageClassName: fast}
`,
			want: []string{
				"fault    LiaisonStation jixian/tunli: It names the storage class fast, which does not exist. Create the class; or delete",
				"fault    PersistentVolumeClaim jixian/zhongduo-intake-data: The storage class fast does not exist. Create the class; or delete",
			},
		},
		{
			name: "a stalled station", code: 2, applied: stationSays("Stalled", "True", "NameTaken", "Service zhongduo-intake is not ours; remove it."),
			want: []string{"fault    LiaisonStation jixian/zhongduo: NameTaken. Service zhongduo-intake is not ours; remove it."},
		},
		{
			name: "no such roster", code: 2, gone: []client.Object{roster("zhongduo")}, applied: stationSays("Stalled", "True", "RosterNotFound", "told once"),
			want: []string{"fault    LiaisonStation jixian/zhongduo: Its roster zhongduo does not exist in the namespace. Apply the DeputyRoster, or correct spec.rosterRef.name;"},
		},
		{
			name: "an image that cannot be pulled", code: 2, applied: `
apiVersion: v1
kind: Pod
metadata: {name: zhongduo-intake-0, namespace: jixian, labels: {app.kubernetes.io/name: liaison-intake, liaison.township.dev/station: zhongduo}}
spec: {containers: [{name: intake, image: registry.example/intake:nope}]}
status:
  containerStatuses: [{name: intake, image: "registry.example/intake:nope", imageID: "", ready: false, restartCount: 0, state: {waiting: {reason: ErrImagePull}}}]
`,
			want: []string{"fault    LiaisonStation jixian/zhongduo: The node cannot pull the image registry.example/intake:nope (ErrImagePull). Correct spec.intake.image,"},
		},
		{
			name: "a NetworkPolicy that shuts the operator in", code: 2, applied: stationSays("BacklogFresh", "False", "IntakeUnreachable", "told otherwise") + `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nothing-out, namespace: liaison-system}
spec: {podSelector: {}, policyTypes: [Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: of-others, namespace: liaison-system}
spec: {podSelector: {matchLabels: {app: other}}, policyTypes: [Egress]}
`,
			want: []string{"fault    LiaisonStation jixian/zhongduo: Its intake is ready, and yet does not answer the operator; " +
				"the operator's own way out is limited by NetworkPolicy nothing-out in namespace liaison-system. Allow egress from the operator's pods to TCP port 8081 of every station's namespace there."},
		},
		{
			name: "something else between operator and intake", code: 2, applied: stationSays("BacklogFresh", "False", "IntakeUnreachable", "told otherwise"),
			want: []string{"fault    LiaisonStation jixian/zhongduo: Its intake is ready, and yet does not answer the operator. Look for what keeps the pods of namespace liaison-system from port 8081"},
		},
		{
			name: "figures that are stale for another reason", code: 1, applied: stationSays("BacklogFresh", "False", "InternalTokenRefused", "Delete the Pod."),
			want: []string{"warning  LiaisonStation jixian/zhongduo: Its figures are stale (InternalTokenRefused). Delete the Pod."},
		},
		{
			name: "a Gateway without the Gateway API", applied: `
apiVersion: liaison.township.dev/v1alpha1
kind: LiaisonStation
metadata: {name: zhongduo, namespace: jixian}
spec: {intake: {host: zhongduo.example, exposure: {gateway: {parentRefs: [{name: county}]}}}}
`,
			want: []string{"note     Gateway API: 1 of 1 stations want a Gateway, and the cluster has no Gateway API. Install its CRDs"},
		},
		{
			name: "holidays that are not known", code: 1, applied: `
apiVersion: liaison.township.dev/v1alpha1
kind: DeputyRoster
metadata: {name: zhongduo, namespace: jixian}
status: {calendar: {unknown: [$YEAR, 2999]}}
`,
			want: []string{
				"warning  holidays of $YEAR: They are not known, so roster jixian/zhongduo is planned with weekends only, provisionally. Once the State Council",
				"note     holidays of 2999: They are not known",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			install(t)
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

func TestDoctorFindsThatThisMachineHasAnotherTime(t *testing.T) {
	install(t)
	got, code := examine(t, clocktesting.NewFakePassiveClock(clock.RealClock{}.Now().Add(-time.Hour)))
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	expectLines(t, got, []string{"warning  this machine: Its clock is "})
	if !strings.Contains(got, " behind the API server's. Let both follow the same time server;") {
		t.Errorf("told:\n%s", got)
	}
}

// Somebody who may look at one namespace is told of that one, and what could not be seen.
func TestDoctorOfSomebodyWithFewRights(t *testing.T) {
	install(t)
	change(t, `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: see, namespace: jixian}
rules: [{apiGroups: [liaison.township.dev], resources: [liaisonstations, deputyrosters, dutyschedules], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: see, namespace: jixian}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: see}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: clerk}]
`, "it")
	got, code := examine(t, clock.RealClock{}, "--as", "clerk")
	if code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	expectLines(t, got, []string{
		"note     your rights: You may not patch deputyrosters in namespace jixian, which is needed for swap. Ask for the ClusterRole edit in namespace jixian, to which the operator's release adds our kinds;",
		"note     your rights: You may not create pods/portforward in namespace jixian, which is needed for open, for stations without a host.",
		"note     this examination: You may not list deployments, leases, networkpolicies, persistentvolumeclaims, pods, storageclasses, so nothing can be said of them.",
	})

	got, code = examine(t, clock.RealClock{}, "--as", "stranger")
	if code != 1 || !strings.Contains(got, "warning  your rights: You may not list liaisonstations in namespace jixian, which is needed for backlog and doctor. Ask for the ClusterRole view") {
		t.Errorf("exit code %d, told:\n%s", code, got)
	}
}

// A CRD that lacks what this program knows is older, and one that is not there is missing.
func TestDoctorFindsOldAndMissingCRDs(t *testing.T) {
	install(t)
	defer restoreCRDs(t)

	crds := crdClient(t)
	stations := &apiextensionsv1.CustomResourceDefinition{}
	if err := crds.Get(t.Context(), client.ObjectKey{Name: "liaisonstations.liaison.township.dev"}, stations); err != nil {
		t.Fatal(err)
	}
	spec := stations.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"]
	delete(spec.Properties, "site")
	delete(spec.Properties, "open311")
	if err := crds.Update(t.Context(), stations); err != nil {
		t.Fatal(err)
	}
	eventuallyTold(t, "fault    CustomResourceDefinition liaisonstations.liaison.township.dev: It is older than this program, and drops spec.site, spec.open311. Install the CRDs of the operator's release:")

	calendars := &apiextensionsv1.CustomResourceDefinition{}
	calendars.Name = "holidaycalendars.liaison.township.dev"
	if err := crds.Delete(t.Context(), calendars); err != nil {
		t.Fatal(err)
	}
	eventuallyTold(t, "fault    CustomResourceDefinition holidaycalendars.liaison.township.dev: The cluster does not have it. Install the CRDs")
}

func TestDoctorThatReachesNobody(t *testing.T) {
	var told bytes.Buffer
	code := cli.Run(cli.Environment{
		Args: []string{"doctor", "--kubeconfig", kubeconfig(t, t.TempDir()), "--server", "https://127.0.0.1:1"},
		In:   strings.NewReader(""), Out: &told, Err: &told, Clock: clock.RealClock{},
	})
	if code != 2 || !strings.HasPrefix(told.String(), "error: the cluster does not answer: ") {
		t.Errorf("exit code %d, told %q", code, &told)
	}
}

// install makes a county in which nothing is wrong.
func install(t *testing.T) {
	t.Helper()
	empty(t)
	change(t, well, "it")
}

// change applies what is written as an owner of fields, with the times of this moment.
func change(t *testing.T, text, owner string) {
	t.Helper()
	now := clock.RealClock{}.Now().UTC()
	text = strings.NewReplacer(
		"$NOW", now.Format("2006-01-02T15:04:05.000000Z"), "$LATER", now.Add(time.Hour).Format("2006-01-02T15:04:05.000000Z"), "$YEAR", now.Format("2006"),
	).Replace(text)
	if err := apply(t.Context(), text, owner); err != nil {
		t.Fatal(err)
	}
}

// examine runs the doctor and returns what it tells.
func examine(t *testing.T, now clock.PassiveClock, args ...string) (string, int) {
	t.Helper()
	var out, told bytes.Buffer
	code := cli.Run(cli.Environment{
		Args: append([]string{"doctor", "--kubeconfig", kubeconfig(t, t.TempDir())}, args...),
		In:   strings.NewReader(""), Out: &out, Err: &told, Clock: now, Version: "v0.0.0-test",
	})
	if told.Len() > 0 {
		t.Fatalf("exit code %d, told %s", code, &told)
	}
	return out.String(), code
}

// expectLines compares the lines with what they begin with. The note on PodMonitors and the sum below are always there.
func expectLines(t *testing.T, got string, want []string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(strings.Replace(got, noPodMonitors+"\n", "", 1)), "\n")
	lines = lines[:len(lines)-1]
	matches := len(lines) == len(want)
	for i := 0; matches && i < len(want); i++ {
		matches = strings.HasPrefix(lines[i], strings.ReplaceAll(want[i], "$YEAR", clock.RealClock{}.Now().UTC().Format("2006")))
	}
	if !matches || !strings.Contains(got, noPodMonitors) {
		t.Errorf("told:\n%s\nwant besides PodMonitors:\n%s", got, strings.Join(want, "\n"))
	}
}

// eventuallyTold waits until the API server has published what it serves now.
func eventuallyTold(t *testing.T, want string) {
	t.Helper()
	controlplane.Eventually(t, "the doctor tells of the CRD", func(context.Context) error {
		if got, code := examine(t, clock.RealClock{}); code != 2 || !strings.Contains(got, want) {
			return fmt.Errorf("exit code %d, told:\n%s", code, got)
		}
		return nil
	})
}

func crdClient(t *testing.T) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := apiextensionsv1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	c, err := client.New(plane.Config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// restoreCRDs applies the CRDs again, whatever a test did to them.
func restoreCRDs(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "crd", "bases", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	crds := crdClient(t)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		wanted := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.UnmarshalStrict(text, wanted); err != nil {
			t.Fatal(err)
		}
		controlplane.Eventually(t, wanted.Name+" is restored", func(ctx context.Context) error {
			present := &apiextensionsv1.CustomResourceDefinition{}
			err := crds.Get(ctx, client.ObjectKeyFromObject(wanted), present)
			if client.IgnoreNotFound(err) != nil {
				return err
			}
			if err != nil {
				return errors.Join(crds.Create(ctx, wanted.DeepCopy()), errors.New("not established yet"))
			}
			present.Spec = wanted.Spec
			return crds.Update(ctx, present)
		})
	}
}
