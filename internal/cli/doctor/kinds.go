package doctor

import (
	"fmt"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"

	"township.dev/liaison/internal/kinds"
)

// served is what the API server serves, as it tells everybody who may sign in. Who may not read CRDs can ask for this too.
type served struct {
	// lacks is what our kinds lack.
	lacks []kinds.Lack
	// groups of others that stations or monitoring use.
	gateway, podMonitors bool
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
	s.lacks, err = kinds.Lacking(client)
	return s, err
}

const remedyCRDs = "Install the CRDs of the operator's release: helm upgrade its chart, which carries them, or kubectl apply --server-side -k config/crd"

// checkKinds finds CRDs that are missing, or older than this program: the server would drop, without a word, the fields that they lack.
func checkKinds(seen *facts, found *findings) {
	for _, lack := range seen.served.lacks {
		says := "It is older than this program, and drops " + lack.Told()
		if len(lack.Fields) == 0 {
			says = "The cluster does not have it"
		}
		found.add(fault, "CustomResourceDefinition "+lack.CRD, says, remedyCRDs)
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
