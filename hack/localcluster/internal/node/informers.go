package node

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	clientinformers "k8s.io/client-go/informers"
	corev1informers "k8s.io/client-go/informers/core/v1"
	"k8s.io/client-go/kubernetes"
	corev1listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
)

// informers are the node's view of the API: its own pods, and all ConfigMaps and Secrets. A kubelet watches only those its pods use;
// on one node of a small cluster all of them are simpler.
type informers struct {
	shared   clientinformers.SharedInformerFactory
	own      clientinformers.SharedInformerFactory
	pods     corev1informers.PodInformer
	contents []cache.SharedIndexInformer
}

func newInformers(client kubernetes.Interface, nodeName string) *informers {
	onNode := fields.OneTermEqualSelector("spec.nodeName", nodeName).String()
	i := &informers{
		shared: clientinformers.NewSharedInformerFactory(client, 0),
		own: clientinformers.NewSharedInformerFactoryWithOptions(client, 0,
			clientinformers.WithTweakListOptions(func(o *metav1.ListOptions) { o.FieldSelector = onNode })),
	}
	i.pods = i.own.Core().V1().Pods()
	i.contents = []cache.SharedIndexInformer{
		i.shared.Core().V1().ConfigMaps().Informer(), i.shared.Core().V1().Secrets().Informer(),
	}
	return i
}

func (i *informers) podLister() corev1listers.PodLister { return i.pods.Lister() }

// start watches until runCtx ends. It returns once everything is known, or when ctx ends before.
func (i *informers) start(ctx, runCtx context.Context) error {
	pods := i.pods.Informer()
	i.own.Start(runCtx.Done())
	i.shared.Start(runCtx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), pods.HasSynced, i.contents[0].HasSynced, i.contents[1].HasSynced) {
		return errors.New("the node was stopped before it had read its pods from the API server")
	}
	return nil
}

// onContentChange calls handle with each ConfigMap and Secret that appears or changes.
func (i *informers) onContentChange(handle func(object any)) error {
	for _, informer := range i.contents {
		_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    handle,
			UpdateFunc: func(_, object any) { handle(object) },
		})
		if err != nil {
			return fmt.Errorf("watching what volumes show: %w", err)
		}
	}
	return nil
}

// onGateChange calls handle with each pod that has readiness gates whenever it changes: the conditions they wait for are
// set by others, in the status, of which virtual-kubelet does not tell.
func (i *informers) onGateChange(handle func(pod *corev1.Pod)) error {
	_, err := i.pods.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		UpdateFunc: func(_, object any) {
			if pod, ok := object.(*corev1.Pod); ok && len(pod.Spec.ReadinessGates) > 0 {
				handle(pod)
			}
		},
	})
	if err != nil {
		return fmt.Errorf("watching readiness gates: %w", err)
	}
	return nil
}

// ConfigMap implements podenv.Objects.
func (i *informers) ConfigMap(namespace, name string) (*corev1.ConfigMap, error) {
	return i.shared.Core().V1().ConfigMaps().Lister().ConfigMaps(namespace).Get(name)
}

// Secret implements podenv.Objects.
func (i *informers) Secret(namespace, name string) (*corev1.Secret, error) {
	return i.shared.Core().V1().Secrets().Lister().Secrets(namespace).Get(name)
}
