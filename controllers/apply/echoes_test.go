package apply

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

func at(version string) *corev1.ConfigMap {
	cm := &corev1.ConfigMap{}
	cm.Namespace, cm.Name, cm.ResourceVersion = "ns", "west-intake", version
	return cm
}

func TestOnlyTheEchoOfACreationIsSilenced(t *testing.T) {
	appears := func(p predicate.Predicate, obj client.Object) bool { return p.Create(event.CreateEvent{Object: obj}) }
	for _, tc := range []struct {
		name   string
		story  func(*Echoes, predicate.Predicate)
		passes bool
	}{
		{"the version that was created", func(e *Echoes, _ predicate.Predicate) { e.expect(at("")); e.created(at("7")) }, false},
		{"nothing was created", func(*Echoes, predicate.Predicate) {}, true},
		{"another version was created", func(e *Echoes, _ predicate.Predicate) { e.expect(at("")); e.created(at("6")) }, true},
		{"the creation failed", func(e *Echoes, _ predicate.Predicate) { e.expect(at("")); e.forget(at("")) }, true},
		{"heard before", func(e *Echoes, p predicate.Predicate) { e.expect(at("")); e.created(at("7")); appears(p, at("7")) }, true},
		{"looked for in vain since", func(e *Echoes, _ predicate.Predicate) { e.expect(at("")); e.created(at("7")); e.forget(at("")) }, true},
		{"deleted since", func(e *Echoes, p predicate.Predicate) {
			e.expect(at(""))
			e.created(at("7"))
			if !p.Delete(event.DeleteEvent{Object: at("7")}) {
				t.Error("a deletion does not pass")
			}
		}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := NewEchoes()
			p := e.Predicate(&corev1.ConfigMap{})
			tc.story(e, p)
			if got := appears(p, at("7")); got != tc.passes {
				t.Errorf("version 7 passes: %t, want %t", got, tc.passes)
			}
			if len(e.pending) != 0 {
				t.Errorf("it still holds %v", e.pending)
			}
		})
	}
}

func TestAnEventBeforeTheAnswer(t *testing.T) {
	for _, tc := range []struct {
		name, answer string
		silenced     bool
	}{
		{"is the echo when the answer has its version", "7", true},
		{"makes its maker look again when the answer has another", "6", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := NewEchoes()
			p := e.Predicate(&corev1.ConfigMap{})
			e.expect(at(""))
			if p.Create(event.CreateEvent{Object: at("7")}) {
				t.Error("the event passes before anybody can know whose it is")
			}
			if got := e.created(at(tc.answer)); got != tc.silenced {
				t.Errorf("taken for the echo: %t, want %t", got, tc.silenced)
			}
			if len(e.pending) != 0 {
				t.Errorf("it still holds %v", e.pending)
			}
		})
	}
}

func TestNothingIsNotedOfAKindWithoutThePredicate(t *testing.T) {
	e := NewEchoes()
	e.Predicate(&corev1.Secret{})
	e.expect(at(""))
	e.created(at("7"))
	if len(e.pending) != 0 {
		t.Errorf("it holds %v, which nobody will hear", e.pending)
	}
}
