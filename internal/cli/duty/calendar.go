package duty

import (
	"cmp"
	"fmt"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/manifest"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// readCalendar puts the built-in notices in force, over them the files' calendars of the operator's namespace, over them those of the roster's. A
// calendar without a namespace is taken for one of the roster's, and so is any where the roster itself has none.
func (p *preview) readCalendar(documents []*manifest.Document, namespace string) *workday.Calendar {
	var objects []v1alpha1.HolidayCalendar
	sources := map[string]*manifest.Document{}
	for _, document := range documents {
		if document.Kind != "HolidayCalendar" {
			continue
		}
		object := v1alpha1.HolidayCalendar{}
		p.blame(document.Decode(&object))
		switch {
		case object.Namespace == p.operatorNamespace:
		case object.Namespace == "" || namespace == "":
			object.Namespace = namespace
		case object.Namespace != namespace:
			p.report(document.Fault("metadata.namespace", fmt.Sprintf(
				"the calendar is not used: it serves %s, while the roster is in %s and the operator in %s (--operator-namespace)",
				object.Namespace, namespace, p.operatorNamespace)), true)
		}
		object.Name = freeName(cmp.Or(object.Name, manifest.DefaultName(document.File, "holidays")), object.Namespace, sources)
		sources[key(object.Namespace, object.Name)] = document
		objects = append(objects, object)
	}
	calendar, problems := fromcrd.Calendar(objects, p.operatorNamespace, namespace)
	for _, problem := range problems {
		fault := manifest.Fault{Where: problem.Object, Field: problem.Field, Message: problem.Message}
		if document, known := sources[problem.Object]; known {
			fault = document.Fault(problem.Field, problem.Message)
		}
		p.report(fault, problem.Remark)
	}
	return calendar
}

// key is how fromcrd names a calendar.
func key(namespace, name string) string {
	if namespace == "" {
		return "HolidayCalendar " + name
	}
	return "HolidayCalendar " + namespace + "/" + name
}

// freeName is the name or, where another calendar of the files bears it already, one made of it.
func freeName(name, namespace string, taken map[string]*manifest.Document) string {
	free := name
	for n := 2; taken[key(namespace, free)] != nil; n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	return free
}
