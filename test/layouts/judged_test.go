package layouts

import (
	"context"
	"path/filepath"
	"testing"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// verdict on an object, of those that wait for it: Flux and Helm go by kstatus, Argo CD by our script. Argo CD takes what has none for healthy.
type verdict struct{ kstatus, argo string }

var (
	working = verdict{"InProgress", "Progressing"}
	current = verdict{"Current", "Healthy"}
	failed  = verdict{"Failed", "Degraded"}
)

func judge(ctx context.Context, t *testing.T, object client.Object) verdict {
	t.Helper()
	gvk, err := apiutil.GVKForObject(object, cluster.Scheme)
	if err != nil {
		t.Fatal(err)
	}
	found := &unstructured.Unstructured{}
	found.SetGroupVersionKind(gvk)
	if err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(object), found); err != nil {
		t.Fatal(err)
	}
	result, err := status.Compute(found)
	if err != nil {
		t.Fatal(err)
	}
	return verdict{string(result.Status), health(t, found)}
}

// health is what Argo CD makes of the object by the county's script.
func health(t *testing.T, object *unstructured.Unstructured) string {
	t.Helper()
	settings := documents(t, filepath.Join(repository, "argocd", "health.yaml"))[0]
	script, has, err := unstructured.NestedString(settings.Object, "data", "resource.customizations.health.liaison.township.dev_"+object.GetKind())
	if err != nil {
		t.Fatal(err)
	}
	if !has {
		return "Healthy"
	}
	state := lua.NewState()
	defer state.Close()
	state.SetGlobal("obj", asLua(state, object.Object))
	if err := state.DoString(script); err != nil {
		t.Fatalf("the health of %s: %v", object.GetKind(), err)
	}
	return state.Get(-1).(*lua.LTable).RawGetString("status").String()
}

// asLua is the value as Argo CD hands it to a script.
func asLua(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case map[string]any:
		table := state.NewTable()
		for key, field := range value {
			table.RawSetString(key, asLua(state, field))
		}
		return table
	case []any:
		table := state.NewTable()
		for _, item := range value {
			table.Append(asLua(state, item))
		}
		return table
	case string:
		return lua.LString(value)
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	default:
		return lua.LNil
	}
}
