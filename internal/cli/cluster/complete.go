package cluster

import (
	"slices"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

// CompleteRosters completes the argument at a place with the names of the rosters.
func (a *Access) CompleteRosters(place int) cobra.CompletionFunc {
	return a.complete(place, &v1alpha1.DeputyRosterList{}, func(list client.ObjectList) []string {
		var names []string
		for _, roster := range list.(*v1alpha1.DeputyRosterList).Items {
			names = append(names, roster.Name)
		}
		return names
	})
}

// CompleteStations completes the argument at a place with the names of the stations.
func (a *Access) CompleteStations(place int) cobra.CompletionFunc {
	return a.complete(place, &v1alpha1.LiaisonStationList{}, func(list client.ObjectList) []string {
		var names []string
		for _, station := range list.(*v1alpha1.LiaisonStationList).Items {
			names = append(names, station.Name)
		}
		return names
	})
}

// complete asks the cluster; where it does not answer nothing is offered, for a shell has no place for an error.
func (a *Access) complete(place int, list client.ObjectList, names func(client.ObjectList) []string) cobra.CompletionFunc {
	return func(command *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) != place {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		reached, err := a.Connect()
		if err == nil {
			err = reached.List(command.Context(), list, reached.Scope())
		}
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		found := names(list)
		slices.Sort(found)
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}
