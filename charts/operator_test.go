package charts

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestOperatorExamplesLintAndAreAcceptedByTheAPIServer(t *testing.T) {
	for _, file := range exampleValues(t, operatorChart) {
		t.Run(file, func(t *testing.T) {
			lint(t, operatorChart, file)
			for _, object := range render(t, operatorChart, "--values", file) {
				if _, installed := object.(*apiextensionsv1.CustomResourceDefinition); !installed {
					accepted(t, object)
				}
			}
		})
	}
}

func TestOperatorPodIsHardened(t *testing.T) {
	deployment := the[*appsv1.Deployment](t, render(t, operatorChart), "release-liaison-operator")
	pod := deployment.Spec.Template.Spec
	security := pod.SecurityContext
	if !*security.RunAsNonRoot || *security.RunAsUser != 65532 || security.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Errorf("the pod runs with %+v", security)
	}
	for _, container := range pod.Containers {
		own := container.SecurityContext
		if !*own.ReadOnlyRootFilesystem || *own.AllowPrivilegeEscalation || !slices.Equal(own.Capabilities.Drop, []corev1.Capability{"ALL"}) {
			t.Errorf("container %s runs with %+v", container.Name, own)
		}
		if container.Resources.Limits.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() {
			t.Errorf("container %s has resources %+v", container.Name, container.Resources)
		}
	}
}

func TestARestrictedNamespaceTakesTheOperator(t *testing.T) {
	restricted := &corev1.Namespace{}
	restricted.GenerateName, restricted.Labels = "restricted-", map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}
	cluster.Create(t, restricted)
	for _, file := range exampleValues(t, operatorChart) {
		t.Run(file, func(t *testing.T) {
			deployment := only[*appsv1.Deployment](t, render(t, operatorChart, "--values", file))
			pod := &corev1.Pod{ObjectMeta: deployment.Spec.Template.ObjectMeta, Spec: deployment.Spec.Template.Spec}
			pod.Namespace, pod.Name = restricted.Name, "operator"
			privileged := pod.DeepCopy()
			if err := cluster.Client.Create(t.Context(), pod, client.DryRunAll); err != nil {
				t.Errorf("the operator's pod: %v", err)
			}
			privileged.Spec.Containers[0].SecurityContext.AllowPrivilegeEscalation = new(true)
			if err := cluster.Client.Create(t.Context(), privileged, client.DryRunAll); err == nil || !strings.Contains(err.Error(), "restricted") {
				t.Errorf("a pod that may escalate its privileges: %v", err)
			}
		})
	}
}

func TestTheCountysDefaultsReachTheOperator(t *testing.T) {
	objects := render(t, operatorChart, "--set", "intake.defaults.storage.storageClassName=county")
	deployment := the[*appsv1.Deployment](t, objects, "release-liaison-operator")
	if !slices.Contains(deployment.Spec.Template.Spec.Containers[0].Args, "--intake-defaults=/etc/liaison/intake-defaults/defaults.yaml") {
		t.Errorf("the operator runs with %v", deployment.Spec.Template.Spec.Containers[0].Args)
	}
	file := the[*corev1.ConfigMap](t, objects, "release-liaison-operator-intake-defaults").Data["defaults.yaml"]
	if file != "storage:\n  storageClassName: county" && file != "storage:\n  storageClassName: county\n" {
		t.Errorf("the file is %q", file)
	}
	other := the[*appsv1.Deployment](t, render(t, operatorChart, "--set", "intake.defaults.storage.storageClassName=other"), "release-liaison-operator")
	const mark = "liaison.township.dev/intake-defaults"
	if a, b := deployment.Spec.Template.Annotations[mark], other.Spec.Template.Annotations[mark]; a == "" || a == b {
		t.Error("other defaults do not restart the operator, which reads them at the start")
	}
}

func TestTheStationsPodMonitorsAreFoundByThePrometheus(t *testing.T) {
	for name, c := range map[string]struct {
		set  string
		want []string
	}{
		"by default as the Prometheus has it": {"metrics.podMonitor.interval=", nil},
		"by several labels, and rarely": {
			"metrics.podMonitor.interval=5m,metrics.podMonitor.labels.team=it,metrics.podMonitor.labels.example\\.gov\\.cn/release=stack",
			[]string{"--pod-monitor-labels=example.gov.cn/release=stack,team=it", "--pod-monitor-interval=5m"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			args := the[*appsv1.Deployment](t, render(t, operatorChart, "--set", c.set), "release-liaison-operator").Spec.Template.Spec.Containers[0].Args
			args = slices.DeleteFunc(args, func(arg string) bool { return !strings.HasPrefix(arg, "--pod-monitor-") })
			if !slices.Equal(args, c.want) {
				t.Errorf("of PodMonitors the operator is told %q, want %q", args, c.want)
			}
		})
	}
}

func TestImagesFollowTheChartUnlessTold(t *testing.T) {
	for name, c := range map[string]struct {
		args          []string
		image, intake string
	}{
		"by default the chart's own version": {
			image:  "liaison.township.dev/liaison-operator:0.1.0",
			intake: "liaison.township.dev/liaison-intake:0.1.0",
		},
		"a mirror and a tag": {
			args:   []string{"--set", "image.registry=mirror.example:5000,image.tag=dev,intake.image.registry=mirror.example:5000,intake.image.tag=dev"},
			image:  "mirror.example:5000/liaison-operator:dev",
			intake: "mirror.example:5000/liaison-intake:dev",
		},
		"a project in a registry": {
			args:   []string{"--set", "image.registry=mirror.example:5000/liaison,intake.image.registry=mirror.example:5000/liaison"},
			image:  "mirror.example:5000/liaison/liaison-operator:0.1.0",
			intake: "mirror.example:5000/liaison/liaison-intake:0.1.0",
		},
		"a digest pins": {
			args:   []string{"--set", "image.digest=sha256:" + strings.Repeat("a", 64) + ",intake.image.digest=sha256:" + strings.Repeat("b", 64)},
			image:  "liaison.township.dev/liaison-operator:0.1.0@sha256:" + strings.Repeat("a", 64),
			intake: "liaison.township.dev/liaison-intake:0.1.0@sha256:" + strings.Repeat("b", 64),
		},
	} {
		t.Run(name, func(t *testing.T) {
			container := the[*appsv1.Deployment](t, render(t, operatorChart, c.args...), "release-liaison-operator").Spec.Template.Spec.Containers[0]
			if container.Image != c.image {
				t.Errorf("the operator's image is %s, want %s", container.Image, c.image)
			}
			if !slices.Contains(container.Args, "--intake-image="+c.intake) {
				t.Errorf("the arguments %v do not name the intake image %s", container.Args, c.intake)
			}
		})
	}
}

func TestWithNamespacesNamedNothingIsClusterWide(t *testing.T) {
	for name, args := range map[string][]string{
		"secure metrics":             {"--values", operatorChart + "/ci/one-namespace-values.yaml"},
		"open metrics":               {"--values", operatorChart + "/ci/open-metrics-values.yaml"},
		"no metrics":                 {"--set", "watchNamespaces={jixian},crds.enabled=false,metrics.enabled=false"},
		"aggregation asked for":      {"--set", "watchNamespaces={jixian},crds.enabled=false,rbac.aggregate=true"},
		"a token of the county's":    {"--set", "watchNamespaces={jixian},crds.enabled=false,metrics.tokenSecret.name=own"},
		"one is the operator's own":  {"--set", "watchNamespaces={jixian,there},crds.enabled=false"},
		"a certificate and two pods": {"--set", "watchNamespaces={jixian},crds.enabled=false,replicas=2,metrics.certificateSecret=own"},
	} {
		t.Run(name, func(t *testing.T) {
			objects := render(t, operatorChart, args...)
			for _, object := range objects {
				switch object.(type) {
				case *rbacv1.ClusterRole, *rbacv1.ClusterRoleBinding, *apiextensionsv1.CustomResourceDefinition:
					t.Errorf("%T %s needs a right over the whole cluster", object, object.GetName())
				}
			}
			if the[*rbacv1.RoleBinding](t, objects, "release-liaison-operator").Namespace != "jixian" {
				t.Error("the operator gets no right in the namespace it shall watch")
			}
		})
	}
}

func TestScrapersBearATokenWhereTheAPIServerIsNotAsked(t *testing.T) {
	for name, c := range map[string]struct {
		set         string
		secret, key string
		made        int
	}{
		"by default the API server is asked": {set: "replicas=1"},
		"with namespaces the chart makes a token": {
			set: "watchNamespaces={jixian}", secret: "release-liaison-operator-metrics-token", key: "token", made: 1,
		},
		"with namespaces and a Secret that is there": {
			set: "watchNamespaces={jixian},metrics.tokenSecret.name=own,metrics.tokenSecret.key=bearer.txt", secret: "own", key: "bearer.txt",
		},
		"for the whole cluster and a Secret that is there": {set: "metrics.tokenSecret.name=own", secret: "own", key: "token"},
		"open metrics need none":                           {set: "watchNamespaces={jixian},metrics.secure=false"},
		"no metrics need none":                             {set: "watchNamespaces={jixian},metrics.enabled=false"},
	} {
		t.Run(name, func(t *testing.T) {
			objects := render(t, operatorChart, "--set", c.set)
			pod := the[*appsv1.Deployment](t, objects, "release-liaison-operator").Spec.Template.Spec
			told := slices.Contains(pod.Containers[0].Args, "--metrics-token-file=/etc/liaison/metrics-token/token")
			if told != (c.secret != "") {
				t.Errorf("the operator runs with %v", pod.Containers[0].Args)
			}
			if secret, key := mountedToken(pod); secret != c.secret || key != c.key {
				t.Errorf("the token is key %q of Secret %q, want %q of %q", key, secret, c.key, c.secret)
			}
			if made := count[*corev1.Secret](objects); made != c.made {
				t.Errorf("the chart makes %d Secrets, want %d", made, c.made)
			}
			for _, object := range objects {
				if _, role := object.(*rbacv1.ClusterRole); role && c.secret != "" && strings.Contains(object.GetName(), "metrics") {
					t.Errorf("ClusterRole %s is of no use to anybody", object.GetName())
				}
			}
		})
	}
}

// mountedToken is the key and the Secret that the pod sees as /etc/liaison/metrics-token/token.
func mountedToken(pod corev1.PodSpec) (secret, key string) {
	for _, mount := range pod.Containers[0].VolumeMounts {
		for _, volume := range pod.Volumes {
			if mount.MountPath == "/etc/liaison/metrics-token" && volume.Name == mount.Name && volume.Secret.Items[0].Path == "token" {
				return volume.Secret.SecretName, volume.Secret.Items[0].Key
			}
		}
	}
	return "", ""
}

// A token that changed with every upgrade would lock Prometheus out.
func TestTheTokenOfTheChartOutlivesUpgrades(t *testing.T) {
	kubeconfig, operators, served := kubeconfigFile(t), cluster.Namespace(t), cluster.Namespace(t)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: operators, Name: "named-liaison-operator-metrics-token"}}
	release := func(verb string, args ...string) string {
		t.Helper()
		_, complaint := helm(t, append([]string{verb, "named", operatorChart, "--kubeconfig", kubeconfig, "--namespace", operators,
			"--set", "watchNamespaces={" + served + "},crds.enabled=false"}, args...)...)
		if complaint != "" {
			t.Fatalf("helm %s: %s", verb, complaint)
		}
		cluster.Get(t, secret)
		return string(secret.Data["token"])
	}
	made := release("install")
	if len(made) < 40 {
		t.Errorf("the token has %d characters", len(made))
	}
	if after := release("upgrade", "--set", "replicas=2"); after != made {
		t.Error("the upgrade replaced the token")
	}
	if after := release("upgrade", "--set", "metrics.tokenSecret.key=other"); after != "" || len(secret.Data["other"]) < 40 {
		t.Error("under another key there is no token")
	}
}

func TestTheSidecarFindsTheDashboards(t *testing.T) {
	if made := count[*corev1.ConfigMap](render(t, operatorChart)); made != 0 {
		t.Errorf("nobody asked for dashboards, and there are %d ConfigMaps", made)
	}
	for name, c := range map[string]struct {
		set, namespace      string
		labels, annotations map[string]string
	}{
		"as Grafana's chart looks for them": {
			set: "dashboards.enabled=true", namespace: "there", labels: map[string]string{"grafana_dashboard": "1"},
		},
		"as the county's Grafana looks for them": {
			set: "dashboards.enabled=true,dashboards.namespace=monitoring,dashboards.label.name=grafana/board,dashboards.label.value=yes," +
				"dashboards.folder=联络站,dashboards.folderAnnotation=k8s-sidecar-target-directory,dashboards.annotations.owner=county-it",
			namespace: "monitoring", labels: map[string]string{"grafana/board": "yes"},
			annotations: map[string]string{"k8s-sidecar-target-directory": "联络站", "owner": "county-it"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			objects := render(t, operatorChart, "--set", c.set)
			for board, content := range contents(t, "..", "config", "grafana", "dashboards") {
				found := the[*corev1.ConfigMap](t, objects, "release-liaison-operator-dashboard-"+strings.TrimSuffix(strings.TrimPrefix(board, "liaison-"), ".json"))
				if diff := cmp.Diff(map[string]string{board: content}, found.Data); diff != "" {
					t.Errorf("%s is not in it as it is (-generated +chart):\n%s", board, diff)
				}
				if found.Namespace != c.namespace {
					t.Errorf("%s is in namespace %s, want %s", board, found.Namespace, c.namespace)
				}
				for label, value := range c.labels {
					if found.Labels[label] != value {
						t.Errorf("%s has the labels %v", board, found.Labels)
					}
				}
				if diff := cmp.Diff(c.annotations, found.Annotations, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("%s has other annotations (-want +got):\n%s", board, diff)
				}
			}
		})
	}
}

func TestNetworkPolicyLetsInScrapesOnly(t *testing.T) {
	objects := render(t, operatorChart, "--values", operatorChart+"/ci/county-values.yaml")
	policy := the[*networkingv1.NetworkPolicy](t, objects, "release-liaison-operator")
	if len(policy.Spec.Ingress) != 1 || policy.Spec.Ingress[0].Ports[0].Port.StrVal != "metrics" || len(policy.Spec.Ingress[0].From) != 1 {
		t.Errorf("the policy lets in %+v", policy.Spec.Ingress)
	}
}

func TestReplicasAreDrainedOneAtATime(t *testing.T) {
	for set, made := range map[string]int{"replicas=1": 0, "replicas=2": 1, "replicas=2,podDisruptionBudget.enabled=false": 0} {
		objects := render(t, operatorChart, "--set", set)
		if n := count[*policyv1.PodDisruptionBudget](objects); n != made {
			t.Errorf("with %s there are %d budgets, want %d", set, n, made)
		}
	}
}

func TestOperatorRefusesValues(t *testing.T) {
	for _, c := range []struct{ set, says string }{
		{"replica=2", "replica"},
		{"replicas=many", "/replicas"},
		{"image.digest=latest", "/image/digest"},
		{"image.tag=a b", "/image/tag"},
		{"image.registry=https://mirror.example", "/image/registry"},
		{"intake.image.registry=mirror.example/", "/intake/image/registry"},
		{"intake.image.digest=sha256:0123", "/intake/image/digest"},
		{"intake.defaults.host=a.example", "/intake/defaults"},
		{"intake.defaults.image=x:1", "/intake/defaults"},
		{"intake.defaults.storage.size=2Gi", "/intake/defaults/storage"},
		{"intake.defaults.toleration[0].key=a", "at '/intake/defaults': additional properties 'toleration' not allowed"},
		{"intake.defaults.resources.limits.memory=512Mb", "/intake/defaults/resources/limits/memory"},
		{"intake.defaults.labels.app\\.kubernetes\\.io/name=x", "at '/intake/defaults/labels/app.kubernetes.io~1name'"},
		{"intake.defaults.trustedProxies={10.244.0.1}", "/intake/defaults/trustedProxies/0"},
		{"intake.defaults.trustedProxies={0.0.0.0/0}", "/intake/defaults/trustedProxies/0"},
		{"backlog.interval=15", "/backlog/interval"},
		{"backlog.interval=0s", "backlog.interval is 0s: stations are asked once a second at most, and every 5m at least"},
		{"backlog.interval=0.5s", "backlog.interval is 0.5s"},
		{"backlog.interval=4m61s", "backlog.interval is 4m61s"},
		{"backlog.interval=1h", "backlog.interval is 1h"},
		{"watchNamespaces={Jixian}", "/watchNamespaces/0"},
		{"log.level=loud", "/log/level"},
		{"imagePullSecrets[0].name=registry..example", "/imagePullSecrets/0/name"},
		{"priorityClassName=High", "/priorityClassName"},
		{"podLabels.b c=x", "at '/podLabels': additional properties 'b c' not allowed"},
		{"podLabels.b=x y", "/podLabels/b"},
		{"podLabels.b=" + strings.Repeat("x", 64), "/podLabels/b"},
		{"commonLabels.b c=x", "at '/commonLabels': additional properties 'b c' not allowed"},
		{"commonLabels.b=吉县", "/commonLabels/b"},
		{"metrics.serviceMonitor.labels.b c=x", "at '/metrics/serviceMonitor/labels': additional properties 'b c' not allowed"},
		{"metrics.podMonitor.labels.b c=x", "at '/metrics/podMonitor/labels': additional properties 'b c' not allowed"},
		{"metrics.rules.labels.b c=x", "at '/metrics/rules/labels': additional properties 'b c' not allowed"},
		{"commonLabels.app\\.kubernetes\\.io/name=mine", "/commonLabels"},
		{"extraArgs={verbose}", "/extraArgs/0"},
		{"leaderElection.enabled=false,replicas=2", "two operators would work against each other"},
		{"metrics.tokenSecret.name=Own", "/metrics/tokenSecret/name"},
		{"metrics.tokenSecret.key=", "/metrics/tokenSecret/key"},
		{"metrics.tokenSecret.token=s3cret", "/metrics/tokenSecret"},
		{"metrics.serviceMonitor.interval=30", "/metrics/serviceMonitor/interval"},
		{"metrics.serviceMonitor.scrapeTimeout=30", "/metrics/serviceMonitor/scrapeTimeout"},
		{"metrics.serviceMonitor.interval=30s,metrics.serviceMonitor.scrapeTimeout=1m",
			"metrics.serviceMonitor.scrapeTimeout is 1m but metrics.serviceMonitor.interval is 30s"},
		{"metrics.serviceMonitor.interval=1m,metrics.serviceMonitor.scrapeTimeout=1m500ms",
			"metrics.serviceMonitor.scrapeTimeout is 1m500ms but metrics.serviceMonitor.interval is 1m"},
		{"metrics.serviceMonitor.labels.app\\.kubernetes\\.io/name=mine", "/metrics/serviceMonitor/labels"},
		{"metrics.podMonitor.interval=1500ms", "/metrics/podMonitor/interval"},
		{"metrics.podMonitor.labels.release=a\\,b=c", "/metrics/podMonitor/labels/release"},
		{"metrics.podMonitor.labels.app\\.kubernetes\\.io/instance=mine", "/metrics/podMonitor/labels"},
		{"metrics.podMonitor.label.release=x", "/metrics/podMonitor"},
		{"metrics.rules.alertLabels.severity=critical", "/metrics/rules/alertLabels"},
		{"metrics.rules.alertLabels.a-team=it", "/metrics/rules/alertLabels"},
		{"metrics.rules.unusedWeeks=1", "/metrics/rules/unusedWeeks"},
		{"metrics.rules.runbookURL=", "/metrics/rules/runbookURL"},
		{"metrics.rules.disabled={LiaisonStation}", "names LiaisonStation, which is no alert"},
		{"metrics.port=8081", "choose another for one of them"},
		{"dashboards.enabled=true,dashboards.label.name=app.kubernetes.io/name", "/dashboards/label/name"},
		{"dashboards.enabled=true,commonLabels.grafana_dashboard=yes", "choose another label for one of them"},
		{"dashboards.enabled=true,dashboards.namespace=Monitoring", "/dashboards/namespace"},
		{"dashboards.labels.x=y", "/dashboards"},
		{"metrics.tokenSecret.key=bearer", "name its Secret in metrics.tokenSecret.name or remove metrics.tokenSecret.key"},
		{"metrics.secure=false,watchNamespaces={jixian},metrics.tokenSecret.key=bearer", "metrics.tokenSecret.key is set but there is no token"},
		{"dashboards.enabled=true,dashboards.folderAnnotation=folder", "name the folder or remove dashboards.folderAnnotation"},
		{"serviceAccount.create=false", "serviceAccount.name must name an existing ServiceAccount"},
	} {
		t.Run(c.set, func(t *testing.T) {
			refuses(t, c.says, operatorChart, "--set", c.set)
		})
	}
}

// A value that nothing reads is a mistake: whoever set it believes that it does something.
func TestOperatorRefusesValuesOfWhatIsSwitchedOff(t *testing.T) {
	for _, c := range []struct{ off, set string }{
		{"metrics.enabled", "metrics.port=9443"},
		{"metrics.enabled", "metrics.certificateSecret=own"},
		{"metrics.secure", "metrics.certificateSecret=own"},
		{"metrics.enabled", "metrics.tokenSecret.name=own"},
		{"metrics.secure", "metrics.tokenSecret.name=own"},
		{"metrics.enabled", "metrics.service.annotations.a=b"},
		{"metrics.enabled", "metrics.serviceMonitor.labels.a=b"},
		{"metrics.serviceMonitor.enabled", "metrics.serviceMonitor.labels.a=b"},
		{"metrics.enabled", "metrics.serviceMonitor.interval=30s"},
		{"metrics.serviceMonitor.enabled", "metrics.serviceMonitor.interval=30s"},
		{"metrics.enabled", "metrics.serviceMonitor.scrapeTimeout=30s"},
		{"metrics.serviceMonitor.enabled", "metrics.serviceMonitor.scrapeTimeout=30s"},
		{"metrics.enabled", "metrics.serviceMonitor.tlsConfig.serverName=x"},
		{"metrics.secure", "metrics.serviceMonitor.tlsConfig.serverName=x"},
		{"metrics.serviceMonitor.enabled", "metrics.serviceMonitor.tlsConfig.serverName=x"},
		{"metrics.enabled", "metrics.rules.labels.a=b"},
		{"metrics.rules.enabled", "metrics.rules.labels.a=b"},
		{"metrics.enabled", "metrics.rules.alertLabels.a=b"},
		{"metrics.rules.enabled", "metrics.rules.alertLabels.a=b"},
		{"metrics.enabled", "metrics.rules.disabled={LiaisonStationUnused}"},
		{"metrics.rules.enabled", "metrics.rules.disabled={LiaisonStationUnused}"},
		{"metrics.enabled", "metrics.rules.unusedWeeks=8"},
		{"metrics.rules.enabled", "metrics.rules.unusedWeeks=8"},
		{"metrics.enabled", "metrics.rules.runbookURL=https://it.example"},
		{"metrics.rules.enabled", "metrics.rules.runbookURL=https://it.example"},
		{"dashboards.enabled", "dashboards.namespace=monitoring"},
		{"dashboards.enabled", "dashboards.label.name=board"},
		{"dashboards.enabled", "dashboards.label.value=liaison"},
		{"dashboards.enabled", "dashboards.folder=Liaison"},
		{"dashboards.enabled", "dashboards.annotations.a=b"},
		{"networkPolicy.enabled", "networkPolicy.metricsFrom[0].podSelector.x=y"},
		{"metrics.enabled", "networkPolicy.enabled=true,networkPolicy.metricsFrom[0].podSelector.x=y"},
		{"serviceAccount.create", "serviceAccount.name=own,serviceAccount.annotations.a=b"},
	} {
		t.Run(c.set+" without "+c.off, func(t *testing.T) {
			refuses(t, "is set but "+c.off+" is false, so it would do nothing: set "+c.off+" to true or remove", operatorChart, "--set", c.off+"=false,"+c.set)
		})
	}
}

func TestAScrapeMayTakeAsLongAsItsInterval(t *testing.T) {
	for _, set := range []string{
		"metrics.serviceMonitor.interval=1m,metrics.serviceMonitor.scrapeTimeout=60s",
		"metrics.serviceMonitor.interval=1m30s,metrics.serviceMonitor.scrapeTimeout=1m1s",
		"metrics.serviceMonitor.interval=1s,metrics.serviceMonitor.scrapeTimeout=900ms",
		"metrics.serviceMonitor.interval=1h,metrics.serviceMonitor.scrapeTimeout=59m",
		"metrics.serviceMonitor.scrapeTimeout=1m", // the interval is that of the Prometheus
		"metrics.serviceMonitor.interval=1s",
	} {
		monitored(t, "--set", set)
	}
}

func TestWhatIsSwitchedOffMayKeepItsDefaults(t *testing.T) {
	render(t, operatorChart, "--set", "metrics.enabled=false,metrics.serviceMonitor.enabled=false,metrics.rules.enabled=false,"+
		"dashboards.enabled=false,networkPolicy.enabled=false,serviceAccount.create=false,serviceAccount.name=own")
}

func lint(t *testing.T, chart, values string) {
	t.Helper()
	if printed, complaint := helm(t, "lint", "--strict", chart, "--values", values); complaint != "" {
		t.Errorf("helm lint: %s\n%s", complaint, printed)
	}
}

func refuses(t *testing.T, sentence, chart string, args ...string) {
	t.Helper()
	_, complaint := helm(t, append([]string{"template", "release", chart}, args...)...)
	if complaint == "" {
		t.Fatalf("the chart takes %v", args)
	}
	if !strings.Contains(complaint, sentence) {
		t.Errorf("the complaint does not say %q:\n%s", sentence, complaint)
	}
}

// accepted asks the API server whether it would take the object, without keeping it.
func accepted(t *testing.T, object client.Object) {
	t.Helper()
	if object.GetNamespace() != "" {
		namespace := &corev1.Namespace{}
		namespace.Name = object.GetNamespace()
		if err := client.IgnoreAlreadyExists(cluster.Client.Create(t.Context(), namespace)); err != nil {
			t.Fatal(err)
		}
	}
	if err := cluster.Client.Create(t.Context(), object, client.DryRunAll); err != nil {
		t.Errorf("the API server refuses %T %s: %v", object, object.GetName(), err)
	}
}
