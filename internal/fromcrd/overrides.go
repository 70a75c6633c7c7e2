package fromcrd

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

// readOverrides reads what was decided by hand. An override with a fault counts for nothing, so that a slip of the pen cannot leave a day without anybody.
func (r *reader) readOverrides() {
	taken := map[override]*field.Path{}
	for i := range r.spec.Overrides {
		path := specPath.Child("overrides").Index(i)
		before := len(r.Problems)
		read := r.readOverride(path, &r.spec.Overrides[i])
		key := override{read.Date, read.Kind}
		if other, twice := taken[key]; twice {
			r.add(path, "decides the same day and kind as %s, which counts; join them", other)
		}
		if len(r.Problems) > before {
			continue
		}
		taken[key] = path
		r.roster.Overrides = append(r.roster.Overrides, read)
	}
}

// override is what an override is known by.
type override struct {
	date workday.Date
	kind duty.Kind
}

func (r *reader) readOverride(path *field.Path, declared *v1alpha1.Override) duty.Override {
	read := duty.Override{
		Kind: duty.Kind(declared.Kind), Deputies: declared.Deputies, Leader: declared.Leader, Cancelled: declared.Cancelled,
		Hours: r.hours(path.Child("hours"), declared.Hours), Place: declared.Place, Topic: declared.Topic,
	}
	read.Date, _ = r.checkDate(path.Child("date"), declared.Date, false)
	if read.Kind != duty.Reception && read.Kind != duty.Duty {
		r.add(path.Child("kind"), "%q must be Reception or Duty", declared.Kind)
	}
	if read.Kind == duty.Duty && (read.Leader != "" || read.Topic != "") {
		r.add(path, "leader and topic are for receptions; leave them out where kind is Duty")
	}
	if declared.Cancelled {
		r.checkCancelled(path, declared)
	}
	r.checkNamed(path, declared)
	return read
}

func (r *reader) checkCancelled(path *field.Path, declared *v1alpha1.Override) {
	if len(declared.Deputies) > 0 || declared.Leader != "" || declared.Hours != "" || declared.Place != "" || declared.Topic != "" {
		r.add(path, "a cancelled day has no deputies, leader, hours, place or topic; leave them out or leave out cancelled")
	}
	if declared.Reason == "" {
		r.add(path.Child("reason"), "must say why the day is cancelled")
	}
}

// checkNamed looks the people up whom the override names.
func (r *reader) checkNamed(path *field.Path, declared *v1alpha1.Override) {
	named := map[string]bool{}
	for i, id := range declared.Deputies {
		at := path.Child("deputies").Index(i)
		if _, known := r.deputies[id]; !known {
			r.add(at, "%q is no deputy of the roster; correct it or list the deputy. Until then the override counts for nothing", id)
		}
		if named[id] {
			r.add(at, "%q stands twice; remove one", id)
		}
		named[id] = true
	}
	if _, known := r.leaders[declared.Leader]; declared.Leader != "" && !known {
		r.add(path.Child("leader"), "%q is no leader of the roster; correct it or list the leader. Until then the override counts for nothing", declared.Leader)
	}
}
