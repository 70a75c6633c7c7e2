package lifecycle

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	securejoin "github.com/cyphar/filepath-securejoin"
	corev1 "k8s.io/api/core/v1"

	"township.dev/liaison/hack/localcluster/internal/node/images"
	"township.dev/liaison/hack/localcluster/internal/node/podenv"
	"township.dev/liaison/hack/localcluster/internal/node/sandbox"
)

// plan is all that is needed to start a container.
type plan struct {
	spec           sandbox.Spec
	image, imageID string
}

// problem is why a container cannot be started yet, as its waiting state shows it.
type problem struct{ reason, message string }

const configError = "CreateContainerConfigError"

// assemble turns the pod's spec into a sandbox's. The attempt's number only decides how a missing image is called.
func (c *container) assemble(attempt int) (plan, *problem) {
	spec := c.spec()
	pod := c.pod.Object()
	if err := unsupported(pod, spec, c.init); err != nil {
		return plan{}, &problem{configError, err.Error()}
	}
	image, err := c.pod.node.Images.Lookup(spec.Image)
	if err != nil {
		return plan{}, imageProblem(attempt, spec.Image, err)
	}
	user, err := userOf(pod, spec)
	if err != nil {
		return plan{}, &problem{configError, err.Error()}
	}
	env, err := podenv.Environment(c.pod.node.Volumes.Objects, c.pod.node.Env, c.pod.view(), spec, image.Env)
	if err != nil {
		return plan{}, &problem{configError, err.Error()}
	}
	mounts, err := c.mounts(spec, image, env)
	if err != nil {
		return plan{}, &problem{configError, err.Error()}
	}
	return plan{
		image: spec.Image, imageID: "file://" + image.Binary,
		spec: sandbox.Spec{
			Hostname:     podenv.Hostname(pod),
			MountPoint:   c.pod.node.MountPoint,
			ReadOnlyRoot: readOnlyRoot(spec),
			Mounts:       mounts,
			Files:        systemFiles(pod, c.pod.ip, user),
			Args:         podenv.Command(spec, image.EntryPoint(), env),
			Env:          podenv.Pairs(env),
			Dir:          spec.WorkingDir,
			UID:          user.uid, GID: user.gid, Groups: user.groups,
		},
	}, nil
}

func imageProblem(attempt int, image string, err error) *problem {
	if attempt == 0 {
		return &problem{"ErrImagePull", err.Error()}
	}
	return &problem{"ImagePullBackOff", fmt.Sprintf("Back-off pulling image %q: %v", image, err)}
}

// mounts shows the container its binary, the host's certificates and its volumes.
func (c *container) mounts(spec *corev1.Container, image images.Image, env map[string]string) ([]sandbox.Mount, error) {
	mounts := []sandbox.Mount{{Source: image.Binary, Target: image.EntryPoint(), ReadOnly: true}}
	for _, shared := range []string{"/etc/ssl/certs", "/usr/share/ca-certificates", "/usr/share/zoneinfo"} {
		if _, err := os.Stat(shared); err == nil {
			mounts = append(mounts, sandbox.Mount{Source: shared, Target: shared, ReadOnly: true})
		}
	}
	message, err := c.makeTerminationMessage()
	if err != nil {
		return nil, err
	}
	if spec.TerminationMessagePath != "" {
		mounts = append(mounts, sandbox.Mount{Source: message, Target: spec.TerminationMessagePath})
	}
	for _, mount := range spec.VolumeMounts {
		volume, found := c.pod.volumes[mount.Name]
		if !found {
			return nil, fmt.Errorf("volume mount %s: the pod has no volume %q", mount.MountPath, mount.Name)
		}
		source, err := subPath(volume.Path, mount, env)
		if err != nil {
			return nil, fmt.Errorf("volume mount %s: %w", mount.MountPath, err)
		}
		mounts = append(mounts, sandbox.Mount{
			Source: source, Target: mount.MountPath, ReadOnly: mount.ReadOnly || volume.ReadOnly,
		})
	}
	return mounts, nil
}

// subPath is the part of a volume that a mount shows. Links in the volume cannot lead out of it.
func subPath(volume string, mount corev1.VolumeMount, env map[string]string) (string, error) {
	part := mount.SubPath
	if mount.SubPathExpr != "" {
		part = podenv.Expand(mount.SubPathExpr, env)
	}
	if part == "" {
		return volume, nil
	}
	path, err := securejoin.SecureJoin(volume, part)
	if err != nil {
		return "", fmt.Errorf("finding subPath %s: %w", part, err)
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := os.MkdirAll(path, 0o777); err != nil {
			return "", fmt.Errorf("making subPath %s: %w", part, err)
		}
	}
	return path, nil
}

func (c *container) terminationMessage() string {
	return filepath.Join(c.pod.dir, "termination", c.name)
}

func (c *container) makeTerminationMessage() (string, error) {
	path := c.terminationMessage()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("making the folder for termination messages: %w", err)
	}
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		return "", fmt.Errorf("making the file for the termination message: %w", err)
	}
	// Whoever the container runs as may write here, whatever the node's umask.
	return path, os.Chmod(path, 0o666)
}

func readOnlyRoot(spec *corev1.Container) bool {
	return spec.SecurityContext != nil && spec.SecurityContext.ReadOnlyRootFilesystem != nil && *spec.SecurityContext.ReadOnlyRootFilesystem
}
