package apply

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ForeignError says that an object we want to write exists already and is not ours. It was not touched.
type ForeignError struct {
	Kind, Namespace, Name string
	// OwnerKind and OwnerName are on whose behalf we wanted to write.
	OwnerKind, OwnerName string
	// BelongsTo is the other owner when the object bears our mark with another name.
	BelongsTo string
	// Managers are the field managers that wrote the object, when known.
	Managers []string
}

func (e *ForeignError) Error() string {
	var by string
	switch {
	case e.BelongsTo != "":
		by = fmt.Sprintf(" and belongs to %s", e.BelongsTo)
	case len(e.Managers) > 0:
		by = fmt.Sprintf(" and was made by %s", strings.Join(e.Managers, ", "))
	}
	return fmt.Sprintf("%s %s already exists in namespace %s%s, not by %s %s; rename or delete that %s, or declare the %s under another name",
		e.Kind, e.Name, e.Namespace, by, e.OwnerKind, e.OwnerName, e.Kind, e.OwnerKind)
}

// LeavingError says that the object we want to write is on its way out: it is being deleted, or the garbage collector will delete
// it with a former owner of the same name. Writing to it now would be lost. Its deletion wakes the owner.
type LeavingError struct {
	Kind, Namespace, Name string
}

func (e *LeavingError) Error() string {
	return fmt.Sprintf("%s %s in namespace %s is still being deleted; it is made anew once it is gone", e.Kind, e.Name, e.Namespace)
}

func managersOf(entries []metav1.ManagedFieldsEntry) []string {
	var managers []string
	for _, entry := range entries {
		if entry.Subresource == "" && entry.Manager != "" && !slices.Contains(managers, entry.Manager) {
			managers = append(managers, entry.Manager)
		}
	}
	slices.Sort(managers)
	return managers
}
