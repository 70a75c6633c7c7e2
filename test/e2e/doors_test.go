package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

// proveDoors lets pods of several kinds knock at the station's ports: by its address, by its Service's, and by its name.
func (c *cluster) proveDoors() {
	address := c.pod().Status.PodIP
	site, internal := "http://"+net.JoinHostPort(address, "8080")+"/", "http://"+net.JoinHostPort(address, "8081")+"/metrics"
	byName := fmt.Sprintf("http://%s-intake.%s.svc.cluster.local/", station, county)
	internalByName := fmt.Sprintf("http://%s-intake.%s.svc.cluster.local:8081/metrics", station, county)
	c.namespace("strangers", nil)
	c.namespace("monitoring", map[string]string{"liaison.township.dev/scrape": "allowed"})
	for _, knock := range []struct {
		who, namespace string
		labels         map[string]string
		hears          map[string]string
	}{
		{"a stranger", "strangers", nil, map[string]string{site: "200", byName: "200", internal: "silent", internalByName: "silent"}},
		{"a stranger that calls itself the operator", "strangers", map[string]string{"app.kubernetes.io/name": release}, map[string]string{internal: "silent"}},
		{"a neighbour of the operator", operatorNamespace, nil, map[string]string{internal: "silent"}},
		{"a neighbour of the station", county, nil, map[string]string{site: "200", internal: "silent"}},
		{"Prometheus", "monitoring", nil, map[string]string{internal: "200", internalByName: "200"}},
	} {
		heard := c.knock(knock.namespace, knock.labels, knock.hears)
		for url, want := range knock.hears {
			if heard[url] != want {
				c.t.Errorf("%s knocks at %s and hears %q, want %q", knock.who, url, heard[url], want)
			}
		}
	}
}

// knock runs a pod that tries the URLs, and returns what it heard. It is patient where it expects an answer, since the packet filter
// learns of a new pod a moment after it runs.
func (c *cluster) knock(namespace string, labels map[string]string, urls map[string]string) map[string]string {
	c.t.Helper()
	args := []string{"4s"}
	for url := range urls {
		args = append(args, url)
	}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, GenerateName: "knock-", Labels: labels},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, AutomountServiceAccountToken: new(false),
			SecurityContext: &corev1.PodSecurityContext{
				RunAsNonRoot: new(true), RunAsUser: new(int64(65532)), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			},
			Containers: []corev1.Container{{
				Name: "knock", Image: registry + "/knock:e2e", Args: args,
				SecurityContext: &corev1.SecurityContext{
					AllowPrivilegeEscalation: new(false), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
				},
			}},
		},
	}
	if err := c.client.Create(c.t.Context(), pod); err != nil {
		c.t.Fatal(err)
	}
	c.eventually("somebody of "+namespace+" has knocked", func() bool {
		return c.client.Get(c.t.Context(), client.ObjectKeyFromObject(pod), pod) == nil && pod.Status.Phase == corev1.PodSucceeded
	})
	heard := map[string]string{}
	for line := range strings.Lines(c.run("kubectl", "logs", "--namespace", namespace, pod.Name)) {
		if what, url, found := strings.Cut(strings.TrimSpace(line), " "); found {
			heard[url] = what
		}
	}
	return heard
}

// proveChangesArrive renames everybody who may be on duty, and looks at the site.
func (c *cluster) proveChangesArrive() {
	if strings.Contains(c.frontPage(), "改名代表") {
		c.t.Fatal("the site shows names that nobody has yet")
	}
	before := c.pod()
	var roster v1alpha1.DeputyRoster
	if err := c.get(station, &roster); err != nil {
		c.t.Fatal(err)
	}
	for i := range roster.Spec.Deputies {
		roster.Spec.Deputies[i].Name = fmt.Sprintf("改名代表%02d", i)
	}
	if err := c.client.Update(c.t.Context(), &roster); err != nil {
		c.t.Fatal(err)
	}
	c.eventually("the site shows the new names", func() bool { return strings.Contains(c.frontPage(), "改名代表") })
	after := c.pod()
	if after.UID != before.UID || after.Status.ContainerStatuses[0].RestartCount != before.Status.ContainerStatuses[0].RestartCount {
		c.t.Error("the service was restarted for it")
	}
}

// frontPage is the site's, by the station's Service; empty while it does not answer.
func (c *cluster) frontPage() string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.site()+"/", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	request.Close = true // the next one may be answered by another pod
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return ""
	}
	return string(page)
}
