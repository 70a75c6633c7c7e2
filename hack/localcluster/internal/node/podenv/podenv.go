// Package podenv makes a container's environment, command and arguments from the pod's spec, as a kubelet does.
package podenv

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/kubernetes/pkg/api/v1/resource"
	"k8s.io/kubernetes/pkg/fieldpath"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"
	"k8s.io/utils/ptr"
)

// defaultPath finds the image's binary, which lies in the root.
const defaultPath = "/:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Objects finds the ConfigMaps and Secrets that an environment refers to.
type Objects interface {
	ConfigMap(namespace, name string) (*corev1.ConfigMap, error)
	Secret(namespace, name string) (*corev1.Secret, error)
}

// Node is what an environment can say about the node and the cluster.
type Node struct {
	Name          string
	HostIP        string
	Allocatable   corev1.ResourceList
	APIServerHost string
	APIServerPort string
}

// Pod is what is known about the pod once it has an address.
type Pod struct {
	Object *corev1.Pod
	IP     string
}

// Environment returns the variables of one container. The pod's own win over the image's, and both over those
// every container gets.
func Environment(objects Objects, node Node, pod Pod, container *corev1.Container, imageEnv map[string]string) (map[string]string, error) {
	env := map[string]string{
		"PATH":                          defaultPath,
		"HOSTNAME":                      Hostname(pod.Object),
		"HOME":                          "/",
		"KUBERNETES_SERVICE_HOST":       node.APIServerHost,
		"KUBERNETES_SERVICE_PORT":       node.APIServerPort,
		"KUBERNETES_SERVICE_PORT_HTTPS": node.APIServerPort,
	}
	facts := map[string]string{
		"POD_IP": pod.IP, "POD_NAME": pod.Object.Name, "POD_NAMESPACE": pod.Object.Namespace, "NODE_NAME": node.Name,
	}
	for name, value := range imageEnv {
		env[name] = expand(value, facts)
	}
	r := resolver{objects: objects, node: node, pod: pod, container: container}
	if err := r.addSources(env); err != nil {
		return nil, err
	}
	if err := r.addVariables(env); err != nil {
		return nil, err
	}
	return env, nil
}

// Command returns what a container runs: the image's entrypoint unless the pod has a command, then the pod's arguments.
func Command(container *corev1.Container, entryPoint string, env map[string]string) []string {
	command := container.Command
	if len(command) == 0 {
		command = []string{entryPoint}
	}
	var words []string
	for _, word := range slices.Concat(command, container.Args) {
		words = append(words, expand(word, env))
	}
	return words
}

// Expand replaces $(NAME) in a path by the container's variables.
func Expand(text string, env map[string]string) string { return expand(text, env) }

// Pairs are the variables as KEY=value, sorted.
func Pairs(env map[string]string) []string {
	pairs := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		pairs = append(pairs, name+"="+env[name])
	}
	return pairs
}

// Hostname is the host name inside the pod's containers.
func Hostname(pod *corev1.Pod) string {
	name := pod.Spec.Hostname
	if name == "" {
		name = pod.Name
	}
	const longest = 63 // what the kernel and DNS labels allow
	return strings.TrimRight(name[:min(len(name), longest)], "-.")
}

func expand(text string, env map[string]string) string {
	return expansion.Expand(text, expansion.MappingFuncFor(env))
}

type resolver struct {
	objects   Objects
	node      Node
	pod       Pod
	container *corev1.Container
}

func (r resolver) addSources(env map[string]string) error {
	for _, source := range r.container.EnvFrom {
		values, err := r.source(source)
		if err != nil {
			return err
		}
		for name, value := range values {
			env[source.Prefix+name] = value
		}
	}
	return nil
}

func (r resolver) source(source corev1.EnvFromSource) (map[string]string, error) {
	switch {
	case source.ConfigMapRef != nil:
		return r.configMapData(source.ConfigMapRef.Name, ptr.Deref(source.ConfigMapRef.Optional, false))
	case source.SecretRef != nil:
		return r.secretData(source.SecretRef.Name, ptr.Deref(source.SecretRef.Optional, false))
	}
	return nil, nil
}

// addVariables goes through the variables in order, because each may refer to those before it.
func (r resolver) addVariables(env map[string]string) error {
	for _, variable := range r.container.Env {
		if variable.ValueFrom == nil {
			env[variable.Name] = expand(variable.Value, env)
			continue
		}
		value, found, err := r.value(variable.ValueFrom)
		if err != nil {
			return fmt.Errorf("environment variable %s: %w", variable.Name, err)
		}
		if found {
			env[variable.Name] = value
		}
	}
	return nil
}

func (r resolver) value(source *corev1.EnvVarSource) (value string, found bool, err error) {
	switch {
	case source.FieldRef != nil:
		value, err := Field(r.node, r.pod, source.FieldRef.FieldPath)
		return value, err == nil, err
	case source.ResourceFieldRef != nil:
		value, err := Resource(r.node, r.pod, r.container.Name, source.ResourceFieldRef)
		return value, err == nil, err
	case source.ConfigMapKeyRef != nil:
		ref := source.ConfigMapKeyRef
		data, err := r.configMapData(ref.Name, ptr.Deref(ref.Optional, false))
		return pick(data, ref.Key, "ConfigMap "+ref.Name, ptr.Deref(ref.Optional, false), err)
	case source.SecretKeyRef != nil:
		ref := source.SecretKeyRef
		data, err := r.secretData(ref.Name, ptr.Deref(ref.Optional, false))
		return pick(data, ref.Key, "Secret "+ref.Name, ptr.Deref(ref.Optional, false), err)
	}
	return "", false, errors.New("the development node does not support this source of a value")
}

func pick(data map[string]string, key, where string, optional bool, err error) (string, bool, error) {
	if err != nil {
		return "", false, err
	}
	value, found := data[key]
	if !found && !optional {
		return "", false, fmt.Errorf("%s has no key %q", where, key)
	}
	return value, found, nil
}

// Field is the downward API's answer to a fieldRef.
func Field(node Node, pod Pod, path string) (string, error) {
	switch path {
	case "spec.nodeName":
		return node.Name, nil
	case "spec.serviceAccountName":
		return pod.Object.Spec.ServiceAccountName, nil
	case "status.hostIP", "status.hostIPs":
		return node.HostIP, nil
	case "status.podIP", "status.podIPs":
		return pod.IP, nil
	}
	return fieldpath.ExtractFieldPathAsString(pod.Object, path)
}

// Resource is the downward API's answer to a resourceFieldRef of the named container. A limit that is not set is what the node
// has, as under a kubelet.
func Resource(node Node, pod Pod, container string, selector *corev1.ResourceFieldSelector) (string, error) {
	if selector.ContainerName != "" {
		container = selector.ContainerName
	}
	return resource.ExtractResourceValueByContainerNameAndNodeAllocatable(selector, pod.Object, container, node.Allocatable)
}

func (r resolver) configMapData(name string, optional bool) (map[string]string, error) {
	configMap, err := r.objects.ConfigMap(r.pod.Object.Namespace, name)
	if optional && apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading ConfigMap %s: %w", name, err)
	}
	return configMap.Data, nil
}

func (r resolver) secretData(name string, optional bool) (map[string]string, error) {
	secret, err := r.objects.Secret(r.pod.Object.Namespace, name)
	if optional && apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading Secret %s: %w", name, err)
	}
	data := make(map[string]string, len(secret.Data))
	for key, value := range secret.Data {
		data[key] = string(value)
	}
	return data, nil
}
