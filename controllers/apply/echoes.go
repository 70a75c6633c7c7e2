package apply

import (
	"reflect"
	"sync"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

// Echoes are the creations of which the watches have not told yet. Without them each child would wake its owner to learn that all is as it has
// just been made.
//
// Only the very version that the creation made is an echo: an event that carries a later one brings a change by somebody else. And it is one only as
// long as nobody has looked for the object in vain: who did may have judged without it, and must be woken. Of updates nothing is noted:
// what follows from one is judged by what the cache shows, and that is the old object until the event.
type Echoes struct {
	mu sync.Mutex
	// heeded are the kinds whose watches have the predicate; of others nothing is noted, because nobody would hear it.
	heeded  map[reflect.Type]bool
	pending map[objectName]echo
}

// echo is what is known of a creation. The watch can be faster than the API server's answer.
type echo struct {
	// answered is the version in the answer; empty until there is one.
	answered string
	// heard is the version in an event that came before; empty when none did.
	heard string
}

// objectName tells objects apart in a cache, where each kind has one type.
type objectName struct {
	kind            reflect.Type
	namespace, name string
}

// NewEchoes returns Echoes with nothing noted.
func NewEchoes() *Echoes {
	return &Echoes{heeded: map[reflect.Type]bool{}, pending: map[objectName]echo{}}
}

// Predicate lets pass every event of the kind that is no echo.
func (e *Echoes) Predicate(kind client.Object) predicate.Predicate {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heeded[reflect.TypeOf(kind)] = true
	return predicate.Funcs{
		CreateFunc: func(created event.CreateEvent) bool { return !e.heard(created.Object) },
		UpdateFunc: func(updated event.UpdateEvent) bool { return !e.heard(updated.ObjectNew) },
		DeleteFunc: func(deleted event.DeleteEvent) bool { e.forget(deleted.Object); return true },
	}
}

// expect notes that an object is about to be created.
func (e *Echoes) expect(obj client.Object) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.heeded[reflect.TypeOf(obj)] {
		e.pending[nameOf(obj)] = echo{}
	}
}

// created notes the version that the API server answered with. It reports false when an event that was taken for the echo brought another version:
// whoever created the object must look again.
func (e *Echoes) created(obj client.Object) bool {
	if e == nil {
		return true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	noted, expected := e.pending[nameOf(obj)]
	switch {
	case !expected:
		return true
	case noted.heard != "":
		delete(e.pending, nameOf(obj))
		return noted.heard == obj.GetResourceVersion()
	default:
		e.pending[nameOf(obj)] = echo{answered: obj.GetResourceVersion()}
		return true
	}
}

// heard reports whether an event is an echo. None comes twice, so that nothing is kept of what has been heard.
func (e *Echoes) heard(obj client.Object) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	noted, expected := e.pending[nameOf(obj)]
	if expected && noted.answered == "" {
		e.pending[nameOf(obj)] = echo{heard: obj.GetResourceVersion()}
		return true
	}
	delete(e.pending, nameOf(obj))
	return expected && noted.answered == obj.GetResourceVersion()
}

// forget an object that was not made after all, that is gone, or that somebody has just looked for in vain.
func (e *Echoes) forget(obj client.Object) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.pending, nameOf(obj))
}

func nameOf(obj client.Object) objectName {
	return objectName{kind: reflect.TypeOf(obj), namespace: obj.GetNamespace(), name: obj.GetName()}
}
