package station

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/stationconf"
)

// CheckDefaults refuses county-wide defaults under which no station could be: they would stall all stations at once, as no wave holds back what is
// refused. They are laid under a station that is right in itself, which then meets what every station meets: the rules of the spec, those of the
// intake, and those by which an API server takes what is made of it.
func CheckDefaults(county v1alpha1.Intake) error {
	station := withDefaults(faultless(), county)
	var problems []error
	for _, problem := range append(checkSpec(station), checkIntakeObjects(station.Spec.Intake)...) {
		problems = append(problems, problem)
	}
	doc, err := stationDocument(station, nil, "UTC")
	if err == nil {
		_, err = stationconf.EncodeStation(doc)
	}
	if err != nil {
		problems = append(problems, fmt.Errorf("every intake would refuse it: %w", err))
	}
	return errors.Join(problems...)
}

// faultless is a station that says what it must, and of its intake only where it is published, so that all of the county's defaults count.
func faultless() *v1alpha1.LiaisonStation {
	station := &v1alpha1.LiaisonStation{Spec: v1alpha1.LiaisonStationSpec{
		DisplayName: "station",
		Township:    v1alpha1.Township{Name: "township", Code: "000000000", County: "county"},
		Staff: v1alpha1.Staff{
			Head:           v1alpha1.StaffHead{Name: "head"},
			Administrators: []v1alpha1.Administrator{{Username: "administrator", Name: "administrator"}},
		},
		Topics: []string{"topic"},
		Intake: v1alpha1.Intake{Host: "station.example"},
	}}
	station.Namespace, station.Name = "county", "station"
	return station
}

// checkIntakeObjects refuses what an API server refuses of the objects for an intake. For a station's own spec it does so itself, and the station says it.
func checkIntakeObjects(intake v1alpha1.Intake) field.ErrorList {
	labels, annotations := field.NewPath("labels"), field.NewPath("annotations")
	return slices.Concat(
		checkCounts(intake),
		metav1validation.ValidateLabels(intake.Labels, labels), checkOwn(intake.Labels, labels),
		apivalidation.ValidateAnnotations(intake.Annotations, annotations), checkOwn(intake.Annotations, annotations),
		metav1validation.ValidateLabels(intake.NodeSelector, field.NewPath("nodeSelector")),
		checkTolerations(intake.Tolerations, field.NewPath("tolerations")),
		checkPullSecrets(intake.ImagePullSecrets, field.NewPath("imagePullSecrets")),
		checkNetworks(intake.TrustedProxies, field.NewPath("trustedProxies")),
		checkResources(intake.Resources, field.NewPath("resources")),
		checkExposure(intake.Exposure, field.NewPath("exposure")),
		checkAuthorities(intake.CAConfigMapRef, field.NewPath("caConfigMapRef")),
		checkName(intake.Storage.StorageClassName, field.NewPath("storage", "storageClassName")),
	)
}

// mostOf says how many entries the API lets a station have.
var mostOf = map[string]int{"imagePullSecrets": 8, "nodeSelector": 16, "tolerations": 16, "labels": 16, "annotations": 16, "trustedProxies": 20}

func checkCounts(intake v1alpha1.Intake) field.ErrorList {
	counts := map[string]int{
		"imagePullSecrets": len(intake.ImagePullSecrets), "nodeSelector": len(intake.NodeSelector), "tolerations": len(intake.Tolerations),
		"labels": len(intake.Labels), "annotations": len(intake.Annotations), "trustedProxies": len(intake.TrustedProxies),
	}
	var problems field.ErrorList
	for _, name := range slices.Sorted(maps.Keys(mostOf)) {
		if counts[name] > mostOf[name] {
			problems = append(problems, field.TooMany(field.NewPath(name), counts[name], mostOf[name]))
		}
	}
	return problems
}

// checkOwn refuses labels or annotations that are the operator's own.
func checkOwn(given map[string]string, path *field.Path) field.ErrorList {
	var problems field.ErrorList
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if strings.HasPrefix(key, v1alpha1.GroupVersion.Group+"/") || OwnLabel(key) {
			problems = append(problems, field.Forbidden(path.Key(key), "is the operator's own"))
		}
	}
	return problems
}

func checkTolerations(tolerations []corev1.Toleration, path *field.Path) field.ErrorList {
	var problems field.ErrorList
	for i, toleration := range tolerations {
		problems = append(problems, checkToleration(toleration, path.Index(i))...)
	}
	return problems
}

var (
	tolerationOperators = []corev1.TolerationOperator{corev1.TolerationOpEqual, corev1.TolerationOpExists}
	taintEffects        = []corev1.TaintEffect{corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute}
)

func checkToleration(t corev1.Toleration, path *field.Path) field.ErrorList {
	var problems field.ErrorList
	if t.Key != "" {
		problems = metav1validation.ValidateLabelName(t.Key, path.Child("key"))
	} else if t.Operator != corev1.TolerationOpExists {
		problems = append(problems, field.Required(path.Child("key"), "name the taint, or set operator to Exists for all taints"))
	}
	if t.Operator != "" && !slices.Contains(tolerationOperators, t.Operator) {
		problems = append(problems, field.NotSupported(path.Child("operator"), t.Operator, tolerationOperators))
	}
	if t.Operator == corev1.TolerationOpExists && t.Value != "" {
		problems = append(problems, field.Invalid(path.Child("value"), t.Value, "must be empty when operator is Exists"))
	}
	for _, fault := range validation.IsValidLabelValue(t.Value) {
		problems = append(problems, field.Invalid(path.Child("value"), t.Value, fault))
	}
	if t.Effect != "" && !slices.Contains(taintEffects, t.Effect) {
		problems = append(problems, field.NotSupported(path.Child("effect"), t.Effect, taintEffects))
	}
	if t.TolerationSeconds != nil && t.Effect != corev1.TaintEffectNoExecute {
		problems = append(problems, field.Invalid(path.Child("effect"), t.Effect, "must be NoExecute when tolerationSeconds is set"))
	}
	return problems
}

func checkPullSecrets(secrets []v1alpha1.LocalReference, path *field.Path) field.ErrorList {
	var problems field.ErrorList
	named := map[string]bool{}
	for i, secret := range secrets {
		at := path.Index(i).Child("name")
		problems = append(problems, checkName(&secret.Name, at)...)
		if named[secret.Name] {
			problems = append(problems, field.Duplicate(at, secret.Name))
		}
		named[secret.Name] = true
	}
	return problems
}

// checkNetworks looks for what stands twice only: what a network is, the intake says.
func checkNetworks(networks []string, path *field.Path) field.ErrorList {
	var problems field.ErrorList
	for i, network := range networks {
		if slices.Contains(networks[:i], network) {
			problems = append(problems, field.Duplicate(path.Index(i), network))
		}
	}
	return problems
}

var resourceNames = []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage}

func checkResources(resources *v1alpha1.ResourceRequirements, path *field.Path) field.ErrorList {
	if resources == nil {
		return nil
	}
	problems := append(checkQuantities(resources.Requests, path.Child("requests")), checkQuantities(resources.Limits, path.Child("limits"))...)
	for _, name := range slices.Sorted(maps.Keys(resources.Requests)) {
		request := resources.Requests[name]
		if limit, limited := resources.Limits[name]; limited && request.Cmp(limit) > 0 {
			problems = append(problems, field.Invalid(path.Child("requests").Key(string(name)), request.String(),
				fmt.Sprintf("exceeds its limit %s; raise the limit or lower the request", limit.String())))
		}
	}
	return problems
}

func checkQuantities(quantities corev1.ResourceList, path *field.Path) field.ErrorList {
	var problems field.ErrorList
	for _, name := range slices.Sorted(maps.Keys(quantities)) {
		if !slices.Contains(resourceNames, name) {
			problems = append(problems, field.NotSupported(path, name, resourceNames))
		}
		if quantity := quantities[name]; quantity.Sign() < 0 {
			problems = append(problems, field.Invalid(path.Key(string(name)), quantity.String(), "must not be negative"))
		}
	}
	return problems
}

func checkExposure(exposure *v1alpha1.Exposure, path *field.Path) field.ErrorList {
	if exposure == nil {
		return nil
	}
	if (exposure.Ingress == nil) == (exposure.Gateway == nil) {
		return field.ErrorList{field.Required(path, "exposure needs exactly one of ingress and gateway")}
	}
	if exposure.Ingress != nil {
		return checkIngress(*exposure.Ingress, path.Child("ingress"))
	}
	return checkGateways(exposure.Gateway.ParentRefs, path.Child("gateway", "parentRefs"))
}

func checkIngress(ingress v1alpha1.IngressExposure, path *field.Path) field.ErrorList {
	problems := checkName(ingress.ClassName, path.Child("className"))
	if ingress.TLSSecretName != "" {
		problems = append(problems, checkName(&ingress.TLSSecretName, path.Child("tlsSecretName"))...)
	}
	annotations := path.Child("annotations")
	return slices.Concat(problems, apivalidation.ValidateAnnotations(ingress.Annotations, annotations), checkOwn(ingress.Annotations, annotations))
}

// mostGateways is how many Gateways the API lets a station name.
const mostGateways = 8

func checkGateways(gateways []v1alpha1.GatewayReference, path *field.Path) field.ErrorList {
	if len(gateways) == 0 {
		return field.ErrorList{field.Required(path, "name the Gateway to attach to")}
	}
	var problems field.ErrorList
	if len(gateways) > mostGateways {
		problems = append(problems, field.TooMany(path, len(gateways), mostGateways))
	}
	for i, gateway := range gateways {
		problems = append(problems, checkName(&gateway.Name, path.Index(i).Child("name"))...)
		if gateway.SectionName != "" {
			problems = append(problems, checkName(&gateway.SectionName, path.Index(i).Child("sectionName"))...)
		}
		if gateway.Namespace != "" {
			problems = append(problems, faults(validation.IsDNS1123Label(gateway.Namespace), gateway.Namespace, path.Index(i).Child("namespace"))...)
		}
	}
	return problems
}

func checkAuthorities(authorities *v1alpha1.CAConfigMapReference, path *field.Path) field.ErrorList {
	if authorities == nil {
		return nil
	}
	if authorities.Name == "" {
		return field.ErrorList{field.Required(path.Child("name"), "it needs the name of a ConfigMap, which each station's namespace has")}
	}
	problems := checkName(&authorities.Name, path.Child("name"))
	if authorities.Key != "" {
		problems = append(problems, faults(validation.IsConfigMapKey(authorities.Key), authorities.Key, path.Child("key"))...)
	}
	return problems
}

// checkName refuses what no object can be named; nil names none.
func checkName(name *string, path *field.Path) field.ErrorList {
	if name == nil {
		return nil
	}
	return faults(validation.IsDNS1123Subdomain(*name), *name, path)
}

func faults(found []string, value string, path *field.Path) field.ErrorList {
	var problems field.ErrorList
	for _, fault := range found {
		problems = append(problems, field.Invalid(path, value, fault))
	}
	return problems
}
