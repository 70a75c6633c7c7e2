package volumes

import (
	"errors"
	"fmt"
	"maps"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/kubernetes/pkg/volume/configmap"
	"k8s.io/kubernetes/pkg/volume/secret"
	"k8s.io/kubernetes/pkg/volume/util"
	"k8s.io/utils/ptr"

	"township.dev/liaison/hack/localcluster/internal/node/podenv"
)

func (s Sources) configMapFiles(namespace string, source *corev1.ConfigMapVolumeSource) (files, error) {
	optional := ptr.Deref(source.Optional, false)
	object, err := s.Objects.ConfigMap(namespace, source.Name)
	if optional && apierrors.IsNotFound(err) {
		object, err = &corev1.ConfigMap{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading its ConfigMap: %w", err)
	}
	return configmap.MakePayload(source.Items, object, mode(source.DefaultMode), nil, optional)
}

func (s Sources) secretFiles(namespace string, source *corev1.SecretVolumeSource) (files, error) {
	optional := ptr.Deref(source.Optional, false)
	object, err := s.Objects.Secret(namespace, source.SecretName)
	if optional && apierrors.IsNotFound(err) {
		object, err = &corev1.Secret{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading its Secret: %w", err)
	}
	return secret.MakePayload(source.Items, object, mode(source.DefaultMode), nil, optional)
}

func (s Sources) downwardFiles(pod podenv.Pod, items []corev1.DownwardAPIVolumeFile, defaultMode *int32) (files, error) {
	content := files{}
	for _, item := range items {
		value, err := s.downwardValue(pod, item)
		if err != nil {
			return nil, fmt.Errorf("file %s: %w", item.Path, err)
		}
		content[item.Path] = util.FileProjection{Data: []byte(value), Mode: ptr.Deref(item.Mode, *mode(defaultMode))}
	}
	return content, nil
}

func (s Sources) downwardValue(pod podenv.Pod, item corev1.DownwardAPIVolumeFile) (string, error) {
	switch {
	case item.FieldRef != nil:
		return podenv.Field(s.Node, pod, item.FieldRef.FieldPath)
	case item.ResourceFieldRef != nil:
		return podenv.Resource(s.Node, pod, item.ResourceFieldRef.ContainerName, item.ResourceFieldRef)
	}
	return "", errors.New("neither fieldRef nor resourceFieldRef is set")
}

func (s Sources) projectedFiles(pod podenv.Pod, source *corev1.ProjectedVolumeSource) (files, error) {
	content := files{}
	for i, projection := range source.Sources {
		part, err := s.projection(pod, projection, source.DefaultMode)
		if err != nil {
			return nil, fmt.Errorf("source %d: %w", i, err)
		}
		maps.Copy(content, part)
	}
	return content, nil
}

func (s Sources) projection(pod podenv.Pod, projection corev1.VolumeProjection, defaultMode *int32) (files, error) {
	namespace := pod.Object.Namespace
	switch {
	case projection.ConfigMap != nil:
		p := projection.ConfigMap
		return s.configMapFiles(namespace, &corev1.ConfigMapVolumeSource{
			LocalObjectReference: p.LocalObjectReference, Items: p.Items, Optional: p.Optional, DefaultMode: defaultMode,
		})
	case projection.Secret != nil:
		p := projection.Secret
		return s.secretFiles(namespace, &corev1.SecretVolumeSource{
			SecretName: p.Name, Items: p.Items, Optional: p.Optional, DefaultMode: defaultMode,
		})
	case projection.DownwardAPI != nil:
		return s.downwardFiles(pod, projection.DownwardAPI.Items, defaultMode)
	case projection.ServiceAccountToken != nil:
		return s.tokenFile(pod.Object, projection.ServiceAccountToken, defaultMode)
	}
	return nil, errors.New("the development node projects configMap, secret, downwardAPI and serviceAccountToken only")
}

// tokenFile asks for a token that is bound to the pod, so that it ends with it.
func (s Sources) tokenFile(pod *corev1.Pod, projection *corev1.ServiceAccountTokenProjection, defaultMode *int32) (files, error) {
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: projection.ExpirationSeconds,
		BoundObjectRef:    &authenticationv1.BoundObjectReference{APIVersion: "v1", Kind: "Pod", Name: pod.Name, UID: pod.UID},
	}}
	if projection.Audience != "" {
		request.Spec.Audiences = []string{projection.Audience}
	}
	token, err := s.Tokens.GetServiceAccountToken(pod.Namespace, pod.Spec.ServiceAccountName, request)
	if err != nil {
		return nil, fmt.Errorf("asking for a token of service account %s: %w", pod.Spec.ServiceAccountName, err)
	}
	file := util.FileProjection{Data: []byte(token.Status.Token), Mode: *mode(defaultMode)}
	if user := commonUser(pod); ownable() && (user != nil || fsGroup(pod) != nil) {
		// A token is for the pod's user only, where there is one to give it to.
		file.Mode, file.FsUser = 0o600, user
	}
	return files{projection.Path: file}, nil
}

func mode(set *int32) *int32 { return ptr.To(ptr.Deref(set, 0o644)) }

// Uses tells whether the pod has a volume with content from the named ConfigMap or Secret.
func Uses(pod *corev1.Pod, object any) bool {
	for _, volume := range pod.Spec.Volumes {
		switch object := object.(type) {
		case *corev1.ConfigMap:
			if pod.Namespace == object.Namespace && usesConfigMap(volume, object.Name) {
				return true
			}
		case *corev1.Secret:
			if pod.Namespace == object.Namespace && usesSecret(volume, object.Name) {
				return true
			}
		}
	}
	return false
}

func usesConfigMap(volume corev1.Volume, name string) bool {
	if volume.Projected != nil {
		for _, source := range volume.Projected.Sources {
			if source.ConfigMap != nil && source.ConfigMap.Name == name {
				return true
			}
		}
	}
	return volume.ConfigMap != nil && volume.ConfigMap.Name == name
}

func usesSecret(volume corev1.Volume, name string) bool {
	if volume.Projected != nil {
		for _, source := range volume.Projected.Sources {
			if source.Secret != nil && source.Secret.Name == name {
				return true
			}
		}
	}
	return volume.Secret != nil && volume.Secret.SecretName == name
}
