package doctor

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"

	"township.dev/liaison/api/v1alpha1"
)

// served is what the API server serves, as it tells everybody who may sign in. Who may not read CRDs can ask for this too.
type served struct {
	// kinds of ours that there are, by their plural names.
	kinds map[string]bool
	// schemas of our kinds. The server publishes a new one some moments after the kind itself.
	schemas map[string]*schema
	// groups of others that stations or monitoring use.
	gateway, podMonitors bool
}

// schema is the part of an OpenAPI schema that names fields.
type schema struct {
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	Kinds      []struct {
		Kind string `json:"kind"`
	} `json:"x-kubernetes-group-version-kind"`
}

const (
	groupGateway     = "gateway.networking.k8s.io"
	groupPodMonitors = "monitoring.coreos.com"
)

func servedBy(config *rest.Config) (served, error) {
	var s served
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return s, fmt.Errorf("preparing to ask what is served: %w", err)
	}
	groups, err := client.ServerGroups()
	if err != nil {
		return s, fmt.Errorf("asking which groups are served: %w", err)
	}
	for _, group := range groups.Groups {
		s.gateway = s.gateway || group.Name == groupGateway
		s.podMonitors = s.podMonitors || group.Name == groupPodMonitors
	}
	if s.kinds, err = kindsOf(client); err != nil {
		return s, err
	}
	s.schemas, err = schemasOf(client)
	return s, err
}

func kindsOf(client discovery.DiscoveryInterface) (map[string]bool, error) {
	kinds := map[string]bool{}
	list, err := client.ServerResourcesForGroupVersion(v1alpha1.GroupVersion.String())
	switch {
	case apierrors.IsNotFound(err):
		return kinds, nil
	case err != nil:
		return nil, fmt.Errorf("asking which of our kinds are served: %w", err)
	}
	for _, resource := range list.APIResources {
		kinds[resource.Name] = true
	}
	return kinds, nil
}

func schemasOf(client discovery.DiscoveryInterface) (map[string]*schema, error) {
	paths, err := client.OpenAPIV3().Paths()
	if err != nil {
		return nil, fmt.Errorf("asking how the kinds are described: %w", err)
	}
	ours, known := paths["apis/"+v1alpha1.GroupVersion.String()]
	if !known {
		return nil, nil
	}
	text, err := ours.Schema("application/json")
	if err != nil {
		return nil, fmt.Errorf("asking how our kinds are described: %w", err)
	}
	return schemasIn(text)
}

func schemasIn(text []byte) (map[string]*schema, error) {
	var document struct {
		Components struct {
			Schemas map[string]*schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("reading the schema of our kinds: %w", err)
	}
	byKind := map[string]*schema{}
	for _, s := range document.Components.Schemas {
		if len(s.Kinds) == 1 && s.Properties["metadata"] != nil {
			byKind[s.Kinds[0].Kind] = s
		}
	}
	return byKind, nil
}

// ours are the kinds by their plural names.
var ours = map[string]reflect.Type{
	"liaisonstations":  reflect.TypeFor[v1alpha1.LiaisonStation](),
	"deputyrosters":    reflect.TypeFor[v1alpha1.DeputyRoster](),
	"dutyschedules":    reflect.TypeFor[v1alpha1.DutySchedule](),
	"holidaycalendars": reflect.TypeFor[v1alpha1.HolidayCalendar](),
}

const remedyCRDs = "Install the CRDs of the operator's release: helm upgrade its chart, which carries them, or kubectl apply --server-side -k config/crd"

// mostTold is how many fields a finding names.
const mostTold = 3

// checkKinds finds CRDs that are missing, or older than this program: the server would drop, without a word, the fields that they lack.
func checkKinds(seen *facts, found *findings) {
	for _, plural := range slices.Sorted(maps.Keys(ours)) {
		object := "CustomResourceDefinition " + plural + "." + v1alpha1.GroupVersion.Group
		if !seen.served.kinds[plural] {
			found.add(fault, object, "The cluster does not have it", remedyCRDs)
			continue
		}
		missing := lacking(ours[plural], seen.served.schemas[ours[plural].Name()], "")
		if len(missing) == 0 {
			continue
		}
		told := strings.Join(missing[:min(mostTold, len(missing))], ", ")
		if more := len(missing) - mostTold; more > 0 {
			told += fmt.Sprintf(" and %d more", more)
		}
		found.add(fault, object, "It is older than this program, and drops "+told, remedyCRDs)
	}
}

// lacking are the fields of a Go type that the schema does not have; below a field that it lacks nothing more is looked for.
func lacking(of reflect.Type, in *schema, path string) []string {
	of, in = elements(of, in)
	if of.Kind() != reflect.Struct || of.PkgPath() != reflect.TypeFor[v1alpha1.LiaisonStation]().PkgPath() || in == nil {
		return nil
	}
	var missing []string
	for i := range of.NumField() {
		field := of.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			missing = append(missing, lacking(field.Type, in, path)...)
		case in.Properties[name] == nil:
			missing = append(missing, path+name)
		default:
			missing = append(missing, lacking(field.Type, in.Properties[name], path+name+".")...)
		}
	}
	return missing
}

// elements goes through pointers and lists to what they hold.
func elements(of reflect.Type, in *schema) (reflect.Type, *schema) {
	for {
		switch of.Kind() {
		case reflect.Pointer:
			of = of.Elem()
		case reflect.Slice:
			of = of.Elem()
			if in != nil {
				in = in.Items
			}
		default:
			return of, in
		}
	}
}

// checkOptionalKinds tells of what the cluster does not have and somebody may count on.
func checkOptionalKinds(seen *facts, found *findings) {
	if len(seen.stations) == 0 {
		return
	}
	if !seen.served.podMonitors {
		found.add(note, "Prometheus Operator", "The cluster has no PodMonitors, so none is made for the stations",
			"Where Prometheus runs without its operator, let it scrape the operator's metrics Service; they have every station's figures")
	}
	wanting := 0
	for i := range seen.stations {
		if exposure := seen.stations[i].Spec.Intake.Exposure; exposure != nil && exposure.Gateway != nil {
			wanting++
		}
	}
	if wanting > 0 && !seen.served.gateway {
		found.add(note, "Gateway API", fmt.Sprintf("%d of %d stations want a Gateway, and the cluster has no Gateway API", wanting, len(seen.stations)),
			"Install its CRDs and a controller, or publish these stations by exposure.ingress")
	}
}
