package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// install puts the operator on the cluster by its chart, as county IT would.
func (c *cluster) install(ctx context.Context) error {
	say("Installing the operator by its Helm chart")
	values, err := c.values()
	if err != nil {
		return err
	}
	if c.installed(ctx, values) {
		fmt.Println("  the release is as it should be")
		return nil
	}
	args := append([]string{"upgrade", "--install", release, "charts/liaison-operator", "--namespace", operatorNamespace,
		"--create-namespace", "--wait", "--timeout", "3m"}, values...)
	if _, err := c.read(ctx, "helm", args...); err != nil {
		return fmt.Errorf("%w\nlook at it with: %s -n %s describe pods", err, c.program("kubectl"), operatorNamespace)
	}
	fmt.Printf("  release %s in namespace %s\n", release, operatorNamespace)
	return nil
}

// installed reports whether the release already consists of what the chart renders now, so that a second run makes no new revision.
func (c *cluster) installed(ctx context.Context, values []string) bool {
	present, err := c.read(ctx, "helm", "get", "manifest", release, "--namespace", operatorNamespace)
	if err != nil {
		return false
	}
	// is-upgrade and a validating render let the chart see the same cluster as the release did.
	args := append([]string{"template", release, "charts/liaison-operator", "--namespace", operatorNamespace, "--is-upgrade"}, values...)
	wanted, err := c.read(ctx, "helm", args...)
	return err == nil && sameDocuments(present, wanted)
}

func sameDocuments(a, b string) bool {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(a), "---")) == strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(b), "---"))
}

// values name the images, and remember the intake's. On the local cluster an image is a binary, whatever its tag; a tag that follows the binary makes a new build roll out.
func (c *cluster) values() ([]string, error) {
	operator, intake := c.version, c.version
	if c.local {
		for name, tag := range map[string]*string{"liaison-operator": &operator, "liaison-intake": &intake} {
			digest, err := digestOf(filepath.Join(c.root, "bin", name))
			if err != nil {
				return nil, err
			}
			*tag += "-" + digest
		}
	}
	c.intakeImage = fmt.Sprintf("%s/liaison-intake:%s", c.registry, intake)
	return []string{"--set", fmt.Sprintf("image.registry=%[1]s,image.tag=%[2]s,intake.image.registry=%[1]s,intake.image.tag=%[3]s",
		c.registry, operator, intake)}, nil
}

func digestOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("reading a binary: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("reading a binary: %w", err)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)[:6]), nil
}

func (c *cluster) declareTownships(ctx context.Context) error {
	say("Declaring the seven townships of Ji county (吉县) with config/samples")
	return c.show(ctx, "kubectl", "apply", "-k", "config/samples")
}
