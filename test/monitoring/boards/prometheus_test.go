package boards

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"sigs.k8s.io/yaml"

	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/monitoring/panels"
)

// targets are where the test's Prometheus finds what a cluster would tell it of.
type targets struct {
	operator, token string
	// intake is the one of the station zhongduo.
	intake, kubelet string
}

// startPrometheus scrapes every second, as the scrape configuration of docs/monitoring.md has it.
func startPrometheus(t *testing.T, scraped targets) panels.Prometheus {
	t.Helper()
	binary := filepath.Join("..", "..", "..", "bin", "prometheus")
	if _, err := os.Stat(binary); err != nil {
		t.Fatalf("there is no Prometheus: %v; make bin/prometheus builds it, about five minutes the first time", err)
	}
	folder := t.TempDir()
	config := filepath.Join(folder, "prometheus.yml")
	if err := os.WriteFile(config, scrapeConfig(t, scraped), 0o600); err != nil {
		t.Fatal(err)
	}
	address := controlplane.FreeAddress(t)
	var log bytes.Buffer
	process := exec.CommandContext(t.Context(), binary, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(folder, "data"),
		"--web.listen-address="+address, "--log.level=warn")
	process.Stdout, process.Stderr = &log, &log
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Wait() // killed with the test's context
		if t.Failed() {
			t.Logf("Prometheus said:\n%s", log.String())
		}
	})
	return panels.Prometheus(address)
}

// documented finds the scrape configuration in the page.
var documented = regexp.MustCompile("(?s)```yaml\n(scrape_configs:\n.*?)```")

func documentedScrapes(t *testing.T) []byte {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "monitoring.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := documented.FindSubmatch(page)
	if found == nil {
		t.Fatal("docs/monitoring.md has no scrape configuration")
	}
	return found[1]
}

// What the test replaces of it, how the operator is found in a cluster, is at least no nonsense.
func TestPrometheusTakesTheDocumentedConfiguration(t *testing.T) {
	config := filepath.Join(t.TempDir(), "prometheus.yml")
	if err := os.WriteFile(config, documentedScrapes(t), 0o600); err != nil {
		t.Fatal(err)
	}
	check := exec.CommandContext(t.Context(), filepath.Join("..", "..", "..", "bin", "promtool"), "check", "config", "--syntax-only", config)
	if output, err := check.CombinedOutput(); err != nil {
		t.Errorf("promtool check config: %v\n%s", err, output)
	}
}

// scrapeConfig is the documented one, but for where operator and intake are found and where the token lies. The intake is discovered with what a pod's
// discovery tells of it. Of the kubelets the page says only that they are to be scraped.
func scrapeConfig(t *testing.T, scraped targets) []byte {
	t.Helper()
	var config struct {
		ScrapeConfigs []map[string]any `json:"scrape_configs"`
	}
	if err := yaml.UnmarshalStrict(documentedScrapes(t), &config); err != nil {
		t.Fatal(err)
	}
	operator, intake := config.ScrapeConfigs[0], config.ScrapeConfigs[1]
	delete(operator, "relabel_configs")
	operator["authorization"] = map[string]any{"credentials_file": scraped.token}
	found(operator, scraped.operator, nil)
	found(intake, scraped.intake, map[string]string{
		"__meta_kubernetes_namespace":                              countyNamespace,
		"__meta_kubernetes_pod_container_port_name":                "internal",
		"__meta_kubernetes_pod_label_liaison_township_dev_station": "zhongduo",
	})
	kubelet := map[string]any{"job_name": "kubelet", "honor_labels": true}
	found(kubelet, scraped.kubelet, nil)
	written, err := yaml.Marshal(map[string]any{
		"global":         map[string]any{"scrape_interval": "1s", "scrape_timeout": "1s"},
		"scrape_configs": []any{operator, intake, kubelet},
	})
	if err != nil {
		t.Fatal(err)
	}
	return written
}

// found puts an address in place of a job's discovery.
func found(job map[string]any, address string, labels map[string]string) {
	delete(job, "kubernetes_sd_configs")
	job["static_configs"] = []map[string]any{{"targets": []string{address}, "labels": labels}}
}

func eventuallyScrapes(t *testing.T, prometheus panels.Prometheus) {
	t.Helper()
	controlplane.Eventually(t, "Prometheus reaches the operator", func(ctx context.Context) error {
		samples, err := prometheus.Ask(ctx, `up{job="liaison-operator"} == 1`)
		if err == nil && len(samples) == 0 {
			err = errors.New("the target is not up")
		}
		return err
	})
}
