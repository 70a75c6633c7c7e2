package nodetest

import (
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Objects are the ConfigMaps and Secrets of a test's cluster, by namespace/name.
type Objects struct {
	mu         sync.Mutex
	configMaps map[string]*corev1.ConfigMap
	secrets    map[string]*corev1.Secret
}

// Put stores or replaces ConfigMaps and Secrets.
func (o *Objects) Put(objects ...any) *Objects {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.configMaps == nil {
		o.configMaps, o.secrets = map[string]*corev1.ConfigMap{}, map[string]*corev1.Secret{}
	}
	for _, object := range objects {
		switch object := object.(type) {
		case *corev1.ConfigMap:
			o.configMaps[object.Namespace+"/"+object.Name] = object
		case *corev1.Secret:
			o.secrets[object.Namespace+"/"+object.Name] = object
		}
	}
	return o
}

// ConfigMap finds a ConfigMap.
func (o *Objects) ConfigMap(namespace, name string) (*corev1.ConfigMap, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if found, ok := o.configMaps[namespace+"/"+name]; ok {
		return found, nil
	}
	return nil, apierrors.NewNotFound(corev1.Resource("configmaps"), name)
}

// Secret finds a Secret.
func (o *Objects) Secret(namespace, name string) (*corev1.Secret, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if found, ok := o.secrets[namespace+"/"+name]; ok {
		return found, nil
	}
	return nil, apierrors.NewNotFound(corev1.Resource("secrets"), name)
}
