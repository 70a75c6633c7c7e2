package apply

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// secretOf is one of many that differ in names and values.
func secretOf(station int) *corev1.Secret {
	name := fmt.Sprintf("station-%d", station)
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: name, Name: name + "-intake", UID: types.UID(fmt.Sprintf("%08d-1111-4222-8333-444444444444", station)),
			Labels: map[string]string{
				"app.kubernetes.io/name": "liaison-intake", "app.kubernetes.io/managed-by": "liaison-operator", "app.kubernetes.io/instance": name,
			},
			Annotations: map[string]string{"note": "The staff's first passwords; each is asked for one of her own."},
		},
		Data: map[string][]byte{"token": []byte(strings.Repeat(fmt.Sprint(station), 4))},
	}
}

func packedSize(t *testing.T, obj client.Object) int {
	t.Helper()
	packed, err := Pack(obj, nil)
	if err != nil {
		t.Fatal(err)
	}
	squeezed, ok := packedIn(packed)
	if !ok {
		t.Fatalf("%T is not packed", obj)
	}
	return len(squeezed)
}

func TestWhatAKindHasInCommonTakesNoPlace(t *testing.T) {
	packedSize(t, secretOf(1))
	whole, err := secretOf(2).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if size := packedSize(t, secretOf(2)); size*3 > len(whole) {
		t.Errorf("packed it takes %d bytes of %d, want less than a third", size, len(whole))
	}
}

// The watches of all kinds pack, and all workers unpack, at the same time.
func TestPackingAtTheSameTime(t *testing.T) {
	var group sync.WaitGroup
	failures := make([]error, 64)
	for i := range failures {
		group.Go(func() {
			packed, err := Pack(secretOf(i), nil)
			if err == nil {
				err = Unpack(packed)
			}
			if err == nil && !reflect.DeepEqual(packed, client.Object(secretOf(i))) {
				err = fmt.Errorf("secret %d came back as %+v", i, packed)
			}
			failures[i] = err
		})
	}
	group.Wait()
	if i := slices.IndexFunc(failures, func(err error) bool { return err != nil }); i >= 0 {
		t.Error(failures[i])
	}
}

func TestAfterARestThereIsNoEncoderAndTheNextObjectGetsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSqueezer([]byte("what they have in common"))
		before, err := s.squeeze([]byte("what they have in common, and more"))
		if err != nil {
			t.Fatal(err)
		}
		has := func() bool {
			synctest.Wait()
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.encoder != nil
		}
		<-time.After(rest / 2)
		if !has() {
			t.Error("the encoder is gone before the rest is over")
		}
		<-time.After(rest)
		if has() {
			t.Error("the encoder is still there after a rest")
		}
		if after, err := s.squeeze([]byte("what they have in common, and more")); err != nil || !bytes.Equal(after, before) {
			t.Errorf("another encoder makes %x, %v of what the first made %x of", after, err, before)
		}
	})
}

func TestAPackedObjectThatIsSpoiledIsAnError(t *testing.T) {
	packed, err := Pack(secretOf(3), nil)
	if err != nil {
		t.Fatal(err)
	}
	packed.SetManagedFields([]metav1.ManagedFieldsEntry{{Manager: packedBy, FieldsV1: metav1.NewFieldsV1("no frame")}})
	if err := Unpack(packed); err == nil || !strings.Contains(err.Error(), "unpacking a *v1.Secret") {
		t.Errorf("error is %v, want one that names the kind", err)
	}
}

func BenchmarkPacked(b *testing.B) {
	for b.Loop() {
		packed, err := Pack(secretOf(4), nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := Unpack(packed); err != nil {
			b.Fatal(err)
		}
	}
}
