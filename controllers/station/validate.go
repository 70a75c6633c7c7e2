package station

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/stationconf"
)

// validate refuses a spec that breaks a rule. The API server holds the same rules; this is for specs stored before a rule was
// there, or past it. It makes the station document, whose own check is the last word on what the intake accepts.
func validate(_ context.Context, _ *Reconciler, v *visit) error {
	if problems := checkSpec(v.station); len(problems) > 0 {
		v.blocked = outcome.Stalled(ReasonInvalidSpec, "The spec breaks a rule: %s.", problems.ToAggregate())
		return v.blocked
	}
	return nil
}

var (
	stationName  = regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)
	townshipCode = regexp.MustCompile(`^[0-9]{9}$`)
	villageCode  = regexp.MustCompile(`^[0-9]{12}$`)
	username     = regexp.MustCompile(`^[a-z][a-z0-9-]{1,31}$`)
	smallestSize = resource.MustParse("64Mi")
)

func checkSpec(station *v1alpha1.LiaisonStation) field.ErrorList {
	spec := field.NewPath("spec")
	var problems field.ErrorList
	if len(station.Name) > 40 || !stationName.MatchString(station.Name) {
		problems = append(problems, field.Invalid(field.NewPath("metadata", "name"), station.Name,
			"must begin with a letter, hold only a-z, 0-9 and -, and have at most 40 characters"))
	}
	problems = append(problems, checkText(spec.Child("displayName"), station.Spec.DisplayName)...)
	problems = append(problems, checkTownship(spec.Child("township"), station.Spec.Township)...)
	problems = append(problems, checkStaff(spec.Child("staff"), station.Spec.Staff)...)
	problems = append(problems, checkTopics(spec.Child("topics"), station.Spec.Topics)...)
	problems = append(problems, checkCasework(spec.Child("casework"), station.Spec.Casework)...)
	problems = append(problems, checkIntake(spec.Child("intake"), station.Spec.Intake)...)
	problems = append(problems, checkOpen311(spec.Child("open311"), station.Spec.Open311)...)
	if size := storageSize(station); size.Cmp(smallestSize) < 0 {
		problems = append(problems, field.Invalid(spec.Child("intake", "storage", "size"), size.String(), "must be at least 64Mi"))
	}
	return problems
}

func checkText(path *field.Path, value string) field.ErrorList {
	if strings.TrimSpace(value) == "" {
		return field.ErrorList{field.Required(path, "must not be empty")}
	}
	return nil
}

func checkTownship(path *field.Path, township v1alpha1.Township) field.ErrorList {
	problems := append(checkText(path.Child("name"), township.Name), checkText(path.Child("county"), township.County)...)
	if !townshipCode.MatchString(township.Code) {
		problems = append(problems, field.Invalid(path.Child("code"), township.Code, "must be the nine-digit code of the township"))
	}
	names, codes := map[string]bool{}, map[string]bool{}
	for i, v := range township.Villages {
		at := path.Child("villages").Index(i)
		problems = append(problems, checkText(at.Child("name"), v.Name)...)
		if !villageCode.MatchString(v.Code) || !strings.HasPrefix(v.Code, township.Code) {
			problems = append(problems, field.Invalid(at.Child("code"), v.Code, "must have twelve digits and begin with the township's code"))
		}
		if names[v.Name] {
			problems = append(problems, field.Duplicate(at.Child("name"), v.Name))
		}
		if codes[v.Code] {
			problems = append(problems, field.Duplicate(at.Child("code"), v.Code))
		}
		names[v.Name], codes[v.Code] = true, true
	}
	return problems
}

func checkStaff(path *field.Path, staff v1alpha1.Staff) field.ErrorList {
	problems := checkText(path.Child("head", "name"), staff.Head.Name)
	if len(staff.Administrators) == 0 {
		problems = append(problems, field.Required(path.Child("administrators"), "name at least one, or nobody can sign in to the desk"))
	}
	taken := map[string]bool{}
	if staff.Head.Username != "" {
		problems = append(problems, checkUsername(path.Child("head", "username"), staff.Head.Username, taken)...)
	}
	for i, a := range staff.Administrators {
		at := path.Child("administrators").Index(i)
		problems = append(problems, checkText(at.Child("name"), a.Name)...)
		problems = append(problems, checkUsername(at.Child("username"), a.Username, taken)...)
	}
	for i, d := range staff.Deputies {
		problems = append(problems, checkUsername(path.Child("deputies").Index(i).Child("username"), d.Username, taken)...)
	}
	return problems
}

// checkUsername holds for every role alike: an account is known by its username and has one role.
func checkUsername(path *field.Path, name string, taken map[string]bool) field.ErrorList {
	var problems field.ErrorList
	if !username.MatchString(name) {
		problems = append(problems, field.Invalid(path, name, "must begin with a letter and have 2 to 32 characters of a-z, 0-9 and -"))
	}
	if taken[name] {
		problems = append(problems, field.Duplicate(path, name))
	}
	taken[name] = true
	return problems
}

func checkTopics(path *field.Path, topics []string) field.ErrorList {
	if len(topics) == 0 {
		return field.ErrorList{field.Required(path, "list at least one, or no suggestion can be made")}
	}
	var problems field.ErrorList
	seen := map[string]bool{}
	for i, topic := range topics {
		problems = append(problems, checkText(path.Index(i), topic)...)
		if seen[topic] {
			problems = append(problems, field.Duplicate(path.Index(i), topic))
		}
		seen[topic] = true
	}
	return problems
}

func checkCasework(path *field.Path, casework v1alpha1.Casework) field.ErrorList {
	var problems field.ErrorList
	for i, route := range casework.Routes {
		if (route.WorkingDays > 0) == (route.Months > 0) {
			problems = append(problems, field.Invalid(path.Child("routes").Index(i), route.Route, "needs exactly one of workingDays and months"))
		}
	}
	if triage := casework.Triage; triage != nil && (triage.WorkingDays > 0) == (triage.Months > 0) {
		problems = append(problems, field.Invalid(path.Child("triage"), triage, "needs exactly one of workingDays and months"))
	}
	county := fromcrd.Deadlines(casework)[fromcrd.Route(string(v1alpha1.RouteCounty))]
	if extension := casework.Extension; extension != nil && int(extension.Months) <= county.Months {
		problems = append(problems, field.Invalid(path.Child("extension", "months"), extension.Months,
			fmt.Sprintf("must be more than the %d months of the route County", county.Months)))
	}
	return problems
}

func checkOpen311(path *field.Path, open311 v1alpha1.Open311) field.ErrorList {
	if open311.RequireKey && open311.KeysSecretRef == nil {
		return field.ErrorList{field.Required(path.Child("keysSecretRef"), "requireKey needs the Secret with the keys")}
	}
	return nil
}

func checkIntake(path *field.Path, intake v1alpha1.Intake) field.ErrorList {
	var problems field.ErrorList
	if intake.Host != "" {
		for _, problem := range validation.IsDNS1123Subdomain(intake.Host) {
			problems = append(problems, field.Invalid(path.Child("host"), intake.Host, problem))
		}
	}
	if strings.ContainsAny(intake.Image, " \t\n") {
		problems = append(problems, field.Invalid(path.Child("image"), intake.Image, "must be a reference without spaces"))
	}
	return problems
}

// writeStation makes station.json. Its check repeats checkSpec from the intake's side; where the two differ the intake is right.
func (v *visit) writeStation() error {
	err := v.encode(stationconf.StationFile, func() ([]byte, error) {
		doc, err := stationDocument(v.station, v.roster, v.location.String())
		if err != nil {
			return nil, err
		}
		return stationconf.EncodeStation(doc)
	})
	if err == nil {
		return nil
	}
	if refused, ok := errors.AsType[*stationconf.FieldError](err); ok {
		return outcome.Stalled(ReasonInvalidSpec, "The intake would refuse the spec: %v.", refused)
	}
	return err
}
