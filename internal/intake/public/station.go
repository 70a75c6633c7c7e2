package public

import (
	"net/http"
	"slices"

	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
)

// stationView is the wall of the station: who it is and what it holds to.
type stationView struct {
	Station  stationconf.Station
	Leaders  []stationconf.Person
	Villages []pointView
	// Others are deputies of no village of the township.
	Others []stationconf.Person
	Groups []groupView
	// Deputies counts all of them.
	Deputies int
}

// pointView is a village with its liaison point and its deputies, the one who runs the point apart.
type pointView struct {
	Name     string
	Liaison  *stationconf.Person
	Deputies []stationconf.Person
}

// groupView is deputies who supervise together.
type groupView struct {
	Name     string
	Deputies []stationconf.Person
}

func (p *Public) station(w http.ResponseWriter, r *http.Request) error {
	web.KeepForBack(w)
	return p.area.Render(w, r, http.StatusOK, "station", viewStation(p.documents()))
}

func viewStation(d *mounted.Documents) stationView {
	view := stationView{
		Station: d.Station, Leaders: d.Schedule.Leaders, Deputies: len(d.Schedule.Deputies),
		Villages: make([]pointView, len(d.Station.Township.Villages)),
	}
	points := map[string]*pointView{}
	for i, v := range d.Station.Township.Villages {
		point := &view.Villages[i]
		point.Name = v.Name
		if p, ok := d.Person(v.LiaisonDeputy); ok {
			point.Liaison = &p
		}
		points[v.Name] = point
	}
	for _, deputy := range d.Schedule.Deputies {
		point, ours := points[deputy.Village]
		switch {
		case !ours:
			view.Others = append(view.Others, deputy)
		case point.Liaison == nil || point.Liaison.ID != deputy.ID:
			point.Deputies = append(point.Deputies, deputy)
		}
	}
	view.Groups = viewGroups(d.Schedule.Deputies)
	return view
}

// viewGroups are in the order of their first deputies.
func viewGroups(deputies []stationconf.Person) []groupView {
	var groups []groupView
	for _, deputy := range deputies {
		if deputy.Group == "" {
			continue
		}
		i := slices.IndexFunc(groups, func(g groupView) bool { return g.Name == deputy.Group })
		if i < 0 {
			i, groups = len(groups), append(groups, groupView{Name: deputy.Group})
		}
		groups[i].Deputies = append(groups[i].Deputies, deputy)
	}
	return groups
}
