package fromcrd

import (
	"cmp"
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

var idPattern = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)

func (r *reader) readPeople() {
	if len(r.spec.Deputies) == 0 {
		r.add(specPath.Child("deputies"), "a roster needs at least one deputy")
	}
	r.deputies, r.leaders = map[string]*field.Path{}, map[string]*field.Path{}
	for i := range r.spec.Deputies {
		path := specPath.Child("deputies").Index(i)
		if r.checkID(path.Child("id"), r.spec.Deputies[i].ID, r.deputies) {
			r.roster.Deputies = append(r.roster.Deputies, r.readDeputy(path, &r.spec.Deputies[i]))
		}
	}
	// A leader may bear a deputy's id: the two never stand in one list.
	for i := range r.spec.Leaders {
		leader := &r.spec.Leaders[i]
		if r.checkID(specPath.Child("leaders").Index(i).Child("id"), leader.ID, r.leaders) {
			r.roster.Leaders = append(r.roster.Leaders, duty.Leader{ID: leader.ID, Areas: leader.Areas})
		}
	}
}

func (r *reader) checkID(path *field.Path, id string, taken map[string]*field.Path) bool {
	if !idPattern.MatchString(id) {
		r.add(path, "%q must hold only a-z, 0-9 and -, and begin and end with a letter or digit, for example d031", id)
		return false
	}
	if other, twice := taken[id]; twice {
		r.add(path, "%q is also the id at %s; give each an id of their own", id, other)
		return false
	}
	taken[id] = path
	return true
}

// readDeputy reads a deputy; one with a fault gets no turns until it is mended.
func (r *reader) readDeputy(path *field.Path, declared *v1alpha1.Deputy) duty.Deputy {
	before := len(r.Problems)
	deputy := duty.Deputy{
		ID: declared.ID, County: declared.Level == v1alpha1.DeputyCounty, Specialties: declared.Specialties,
		Serving: cmp.Or(declared.Status, v1alpha1.DeputyActive) == v1alpha1.DeputyActive,
	}
	switch declared.Level {
	case v1alpha1.DeputyCounty, v1alpha1.DeputyTownship:
	default:
		r.add(path.Child("level"), "%q must be County or Township", declared.Level)
	}
	switch declared.Status {
	case "", v1alpha1.DeputyActive, v1alpha1.DeputySuspended, v1alpha1.DeputyTerminated:
	default:
		r.add(path.Child("status"), "%q must be Active, Suspended or Terminated", declared.Status)
	}
	var fromOK, untilOK bool
	deputy.From, fromOK = r.checkDate(path.Child("from"), declared.From, true)
	deputy.Until, untilOK = r.checkDate(path.Child("until"), declared.Until, true)
	if fromOK && untilOK && !deputy.From.IsZero() && !deputy.Until.IsZero() && deputy.Until.Before(deputy.From) {
		r.add(path.Child("until"), "must not be before from (%s)", deputy.From)
	}
	deputy.Leave = r.readLeave(path.Child("leave"), declared.Leave)
	deputy.Serving = deputy.Serving && len(r.Problems) == before
	return deputy
}

func (r *reader) readLeave(path *field.Path, leave []v1alpha1.Leave) []duty.Span {
	var spans []duty.Span
	for i, declared := range leave {
		at := path.Index(i)
		from, fromOK := r.checkDate(at.Child("from"), declared.From, false)
		until, untilOK := r.checkDate(at.Child("until"), declared.Until, false)
		if !fromOK || !untilOK {
			continue
		}
		if until.Before(from) {
			r.add(at.Child("until"), "leave must not end before it begins (%s)", from)
			continue
		}
		for k, other := range spans {
			if !other.Until.Before(from) && !until.Before(other.From) {
				r.add(at, "overlaps %s (%s to %s); join or shorten them", path.Index(k), other.From, other.Until)
			}
		}
		spans = append(spans, duty.Span{From: from, Until: until})
	}
	return spans
}

// checkDate reads a date, absent where it may be.
func (r *reader) checkDate(path *field.Path, declared v1alpha1.Date, optional bool) (workday.Date, bool) {
	if declared == "" && optional {
		return workday.Date{}, true
	}
	date, err := workday.ParseDate(string(declared))
	if err != nil {
		r.add(path, "%s", err)
	}
	return date, err == nil
}
