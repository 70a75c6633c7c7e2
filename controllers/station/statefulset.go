package station

import (
	"cmp"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/stationconf"
)

// intakeUser is the user and group of the intake's process, and the group that may read its mounted files.
const intakeUser = 65532

// workload is what the operator's own options decide about every pod.
type workload struct {
	defaultImage string
	pullPolicy   corev1.PullPolicy
	// dataKeyMark is that of the data Secret; empty for a key that was never replaced.
	dataKeyMark string
}

// statefulSet runs the intake. SQLite takes one writer: a StatefulSet starts the pod's successor only once the pod is known to be
// gone, which a Deployment does not promise, and its replicas are ours.
func statefulSet(station *v1alpha1.LiaisonStation, w workload) *appsv1ac.StatefulSetApplyConfiguration {
	return appsv1ac.StatefulSet(IntakeName(station.Name), station.Namespace).
		WithLabels(childLabels(station)).
		WithAnnotations(childAnnotations(station)).
		WithOwnerReferences(ownerReference(station)).
		WithSpec(appsv1ac.StatefulSetSpec().
			WithReplicas(replicas(station)).
			WithServiceName(IntakeName(station.Name)).
			// With one replica the order of pods means nothing, but OrderedReady would never replace a pod that does not become
			// ready: a corrected image would wait for a hand to delete the broken pod (kubernetes/kubernetes#67250).
			WithPodManagementPolicy(appsv1.ParallelPodManagement).
			WithUpdateStrategy(appsv1ac.StatefulSetUpdateStrategy().WithType(appsv1.RollingUpdateStatefulSetStrategyType)).
			WithRevisionHistoryLimit(3).
			WithSelector(metav1ac.LabelSelector().WithMatchLabels(selectorLabels(station))).
			WithTemplate(podTemplate(station, w)))
}

// replicas is 1, or 0 for a station that is suspended.
func replicas(station *v1alpha1.LiaisonStation) int32 {
	if station.Spec.Suspend {
		return 0
	}
	return 1
}

// podTemplate holds nothing that changes without need: whatever changes here restarts the intake. The documents come in by a
// mounted ConfigMap that the intake follows, so there is no checksum of them.
func podTemplate(station *v1alpha1.LiaisonStation, w workload) *corev1ac.PodTemplateSpecApplyConfiguration {
	intake := station.Spec.Intake
	return corev1ac.PodTemplateSpec().
		WithLabels(intake.Labels).
		WithLabels(childLabels(station)).
		WithAnnotations(intake.Annotations).
		WithAnnotations(templateAnnotations(w)).
		WithSpec(corev1ac.PodSpec().
			WithImagePullSecrets(pullSecrets(intake.ImagePullSecrets)...).
			WithNodeSelector(intake.NodeSelector).
			WithTolerations(tolerations(intake.Tolerations)...).
			WithServiceAccountName(IntakeName(station.Name)).
			WithAutomountServiceAccountToken(false).
			WithEnableServiceLinks(false).
			WithTerminationGracePeriodSeconds(30).
			WithSecurityContext(corev1ac.PodSecurityContext().
				WithRunAsNonRoot(true).
				WithRunAsUser(intakeUser).
				WithRunAsGroup(intakeUser).
				WithFSGroup(intakeUser).
				WithFSGroupChangePolicy(corev1.FSGroupChangeOnRootMismatch).
				WithSeccompProfile(corev1ac.SeccompProfile().WithType(corev1.SeccompProfileTypeRuntimeDefault))).
			WithContainers(container(station, w)).
			WithVolumes(volumes(station)...))
}

// templateAnnotations of our own. A data key is read once, at the start, so one that the station asked for restarts the intake. One put into the Secret by
// hand does not: the database may refuse it, and then a running intake is the last that can read what residents told about themselves.
func templateAnnotations(w workload) map[string]string {
	annotations := map[string]string{"kubectl.kubernetes.io/default-container": containerName}
	if w.dataKeyMark != "" {
		annotations[RotateDataKey] = w.dataKeyMark
	}
	return annotations
}

func pullSecrets(refs []v1alpha1.LocalReference) []*corev1ac.LocalObjectReferenceApplyConfiguration {
	var secrets []*corev1ac.LocalObjectReferenceApplyConfiguration
	for _, ref := range refs {
		secrets = append(secrets, corev1ac.LocalObjectReference().WithName(ref.Name))
	}
	return secrets
}

func tolerations(declared []corev1.Toleration) []*corev1ac.TolerationApplyConfiguration {
	var all []*corev1ac.TolerationApplyConfiguration
	for _, t := range declared {
		toleration := corev1ac.Toleration()
		toleration.Key, toleration.Operator, toleration.Value = orNil(t.Key), orNil(t.Operator), orNil(t.Value)
		toleration.Effect, toleration.TolerationSeconds = orNil(t.Effect), t.TolerationSeconds
		all = append(all, toleration)
	}
	return all
}

// orNil leaves a field out that says nothing.
func orNil[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

const containerName = "intake"

func container(station *v1alpha1.LiaisonStation, w workload) *corev1ac.ContainerApplyConfiguration {
	image := w.defaultImage
	if station.Spec.Intake.Image != "" {
		image = station.Spec.Intake.Image
	}
	requests, limits := intakeResources(station.Spec.Intake.Resources)
	return corev1ac.Container().
		WithName(containerName).
		WithImage(image).
		WithImagePullPolicy(w.pullPolicy).
		WithPorts(containerPort(portHTTP, numberHTTP), containerPort(portInternal, numberInternal)).
		WithResources(corev1ac.ResourceRequirements().WithRequests(requests).WithLimits(limits)).
		WithSecurityContext(corev1ac.SecurityContext().
			WithAllowPrivilegeEscalation(false).
			WithReadOnlyRootFilesystem(true).
			WithCapabilities(corev1ac.Capabilities().WithDrop("ALL"))).
		// Opening a large database after a crash may take a while: two minutes before liveness counts.
		WithStartupProbe(probe("/readyz").WithPeriodSeconds(1).WithFailureThreshold(120)).
		WithReadinessProbe(probe("/readyz").WithPeriodSeconds(5).WithFailureThreshold(2)).
		WithLivenessProbe(probe("/livez").WithPeriodSeconds(10).WithFailureThreshold(6)).
		WithVolumeMounts(mounts(station)...)
}

func mounts(station *v1alpha1.LiaisonStation) []*corev1ac.VolumeMountApplyConfiguration {
	all := []*corev1ac.VolumeMountApplyConfiguration{
		mount("config", "/etc/liaison/config", true),
		mount("secrets", "/etc/liaison/secrets", true),
		mount("staff", "/etc/liaison/staff", true),
		mount("data", "/var/lib/liaison", false),
		mount("tmp", "/tmp", false),
	}
	if authorities(station) != nil {
		all = append(all, mount(authoritiesVolume, "/etc/liaison/"+authoritiesVolume, true))
	}
	for _, s := range townshipSecrets(station) {
		all = append(all, mount(s.volume, "/etc/liaison/"+s.volume, true))
	}
	return all
}

func containerPort(name string, number int32) *corev1ac.ContainerPortApplyConfiguration {
	return corev1ac.ContainerPort().WithName(name).WithContainerPort(number).WithProtocol("TCP")
}

func probe(path string) *corev1ac.ProbeApplyConfiguration {
	return corev1ac.Probe().
		WithHTTPGet(corev1ac.HTTPGetAction().WithPath(path).WithPort(intstr.FromString(portInternal))).
		WithTimeoutSeconds(5)
}

func mount(name, path string, readOnly bool) *corev1ac.VolumeMountApplyConfiguration {
	m := corev1ac.VolumeMount().WithName(name).WithMountPath(path)
	if readOnly {
		m.WithReadOnly(true)
	}
	return m
}

func volumes(station *v1alpha1.LiaisonStation) []*corev1ac.VolumeApplyConfiguration {
	// Owner and group may read: the kubelet gives mounted files to root and to the pod's group.
	const groupReads = 0o440
	secret := func(volume, name string) *corev1ac.VolumeApplyConfiguration {
		return corev1ac.Volume().WithName(volume).
			WithSecret(corev1ac.SecretVolumeSource().WithSecretName(name).WithDefaultMode(groupReads))
	}
	all := []*corev1ac.VolumeApplyConfiguration{
		corev1ac.Volume().WithName("config").
			WithConfigMap(corev1ac.ConfigMapVolumeSource().WithName(IntakeName(station.Name)).WithDefaultMode(groupReads)),
		secret("secrets", DataName(station.Name)),
		secret("staff", StaffName(station.Name)),
		corev1ac.Volume().WithName("data").
			WithPersistentVolumeClaim(corev1ac.PersistentVolumeClaimVolumeSource().WithClaimName(DataName(station.Name))),
		corev1ac.Volume().WithName("tmp").WithEmptyDir(corev1ac.EmptyDirVolumeSource()),
	}
	if ref := authorities(station); ref != nil {
		// It may come later: residents are served without it, and the intake tells that it is missing.
		all = append(all, corev1ac.Volume().WithName(authoritiesVolume).
			WithConfigMap(corev1ac.ConfigMapVolumeSource().WithName(ref.Name).WithDefaultMode(groupReads).WithOptional(true).
				WithItems(corev1ac.KeyToPath().WithKey(cmp.Or(ref.Key, stationconf.AuthoritiesFile)).WithPath(stationconf.AuthoritiesFile))))
	}
	for _, s := range townshipSecrets(station) {
		// The Secret is the township's own and may come later: residents are served without it, and the desk tells what is missing.
		source := corev1ac.SecretVolumeSource().WithSecretName(s.secret).WithDefaultMode(groupReads).WithOptional(true)
		if s.key != "" {
			source.WithItems(corev1ac.KeyToPath().WithKey(s.key).WithPath(s.file))
		}
		all = append(all, corev1ac.Volume().WithName(s.volume).WithSecret(source))
	}
	return all
}

// authoritiesVolume is also the name of the folder in /etc/liaison.
const authoritiesVolume = "ca"

// authorities is the ConfigMap with the certificates that the intake believes beside the public ones; nil where there is none, or the intake calls nobody
// and has no use for it. The operator never reads it.
func authorities(station *v1alpha1.LiaisonStation) *v1alpha1.CAConfigMapReference {
	if !callsOthers(station) {
		return nil
	}
	return station.Spec.Intake.CAConfigMapRef
}

// callsOthers reports whether the intake has anybody to call: a webhook, or an identity provider.
func callsOthers(station *v1alpha1.LiaisonStation) bool {
	return station.Spec.Announcements.Webhook != nil || station.Spec.Staff.OIDC != nil
}

// townshipSecret is a Secret that the township made itself. The operator never reads it; the intake finds it mounted.
type townshipSecret struct {
	// volume is also the name of the folder in /etc/liaison.
	volume, secret string
	// key is mounted as file; without a key the whole Secret is mounted, a file for each of its keys.
	key, file string
}

// townshipSecrets are in an order that never changes: another order would restart the intake.
func townshipSecrets(station *v1alpha1.LiaisonStation) []townshipSecret {
	var all []townshipSecret
	if webhook := station.Spec.Announcements.Webhook; webhook != nil {
		ref := webhook.URLSecretRef
		all = append(all, townshipSecret{volume: "webhook", secret: ref.Name, key: cmp.Or(ref.Key, stationconf.WebhookURLFile), file: stationconf.WebhookURLFile})
	}
	if oidc := station.Spec.Staff.OIDC; oidc != nil {
		ref := oidc.ClientSecretRef
		all = append(all, townshipSecret{volume: "oidc", secret: ref.Name, key: cmp.Or(ref.Key, stationconf.OIDCSecretFile), file: stationconf.OIDCSecretFile})
	}
	if keys := station.Spec.Open311.KeysSecretRef; keys != nil {
		all = append(all, townshipSecret{volume: "open311", secret: keys.Name})
	}
	return all
}
