package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
)

// right is what one request needs, and what one verb of a rule grants. Without a namespace it is one in all of them.
type right struct{ namespace, group, resource, verb string }

func (r right) String() string {
	return fmt.Sprintf("%s %s of %s in %s", r.verb, r.resource, cmp.Or(r.group, "the core group"), cmp.Or(r.namespace, "every namespace"))
}

// requests are those that the operator sends: which rights they need, which were refused for want of one, and which ask for what is a stranger's.
type requests struct {
	mu      sync.Mutex
	used    map[right]bool
	refused []string
	broad   []string
	// refuseStreams makes the API server one that cannot send a list as the beginning of a watch.
	refuseStreams atomic.Bool
}

// wrap looks at what passes to the API server and back.
func (r *requests) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		if r.refuseStreams.Load() && request.URL.Query().Get("sendInitialEvents") == "true" {
			return invalid(request), nil
		}
		response, err := next.RoundTrip(request)
		if err != nil {
			return response, err
		}
		needed, ok := needs(request)
		if !ok {
			return response, nil // discovery, which everybody may do
		}
		return response, r.note(needed, request, response)
	})
}

// wantNoneRefused fails the test for each request that was forbidden. Call it when the operator has stopped.
func (r *requests) wantNoneRefused(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, refused := range r.refused {
		t.Errorf("the operator was refused: %s", refused)
	}
}

// wantNoneOfStrangers fails the test for each list and each watch that would hold objects that are not the operator's own, kinds of ours excepted.
func (r *requests) wantNoneOfStrangers(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, broad := range r.broad {
		t.Errorf("the operator asked for objects of others: %s", broad)
	}
}

// without lists the rights that none of the requests needed.
func (r *requests) without(granted map[right]bool) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var unused []string
	for g := range granted {
		if !r.used[g] {
			unused = append(unused, g.String())
		}
	}
	slices.Sort(unused)
	return unused
}

func invalid(request *http.Request) *http.Response {
	const body = `{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Invalid", "code": 422, "message": "sendInitialEvents is forbidden for watch"}`
	return &http.Response{
		Status: "422 Unprocessable Entity", StatusCode: http.StatusUnprocessableEntity, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: request,
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

func (r *requests) note(needed right, request *http.Request, response *http.Response) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.use(needed)
	many := needed.verb == "list" || needed.verb == "watch"
	if many && needed.group != v1alpha1.GroupVersion.Group && request.URL.Query().Get("labelSelector") != station.LabelManagedBy+"="+station.ManagedBy {
		r.broad = append(r.broad, request.URL.String())
	}
	if needed.verb == "patch" && response.StatusCode == http.StatusCreated {
		needed.verb = "create" // an apply that makes the object needs both
		r.use(needed)
	}
	if response.StatusCode != http.StatusForbidden {
		return nil
	}
	said, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	response.Body = io.NopCloser(bytes.NewReader(said))
	r.refused = append(r.refused, fmt.Sprintf("%s %s: %q", request.Method, request.URL.Path, said))
	return nil
}

// use notes the right in its namespace and in all of them, of which that is one.
func (r *requests) use(needed right) {
	r.used[needed] = true
	needed.namespace = ""
	r.used[needed] = true
}

// needs reads from a request what the API server asks its authorizer.
func needs(request *http.Request) (needed right, ok bool) {
	parts := strings.Split(strings.Trim(request.URL.Path, "/"), "/")
	switch {
	case len(parts) > 2 && parts[0] == "api":
		parts = parts[2:]
	case len(parts) > 3 && parts[0] == "apis":
		needed.group, parts = parts[1], parts[3:]
	default:
		return right{}, false
	}
	if len(parts) > 2 && parts[0] == "namespaces" {
		needed.namespace, parts = parts[1], parts[2:]
	}
	needed.resource = parts[0]
	if len(parts) > 2 {
		needed.resource += "/" + parts[2]
	}
	needed.verb = verbOf(request, len(parts) > 1)
	return needed, true
}

func verbOf(request *http.Request, named bool) string {
	switch request.Method {
	case http.MethodPost:
		return "create"
	case http.MethodPut:
		return "update"
	case http.MethodGet:
		if request.URL.Query().Get("watch") != "" {
			return "watch"
		}
		if named {
			return "get"
		}
		return "list"
	case http.MethodDelete:
		if named {
			return "delete"
		}
		return "deletecollection"
	default:
		return strings.ToLower(request.Method)
	}
}

// grantedTo lists each right that the roles bound to the ServiceAccount grant in its installation, whatever names they are narrowed to.
func grantedTo(account types.NamespacedName, objects []client.Object) map[right]bool {
	bound := map[string]bool{}
	for _, object := range objects {
		switch binding := object.(type) {
		case *rbacv1.RoleBinding:
			bound[binding.RoleRef.Kind+" "+binding.RoleRef.Name] = names(binding.Subjects, account)
		case *rbacv1.ClusterRoleBinding:
			bound[binding.RoleRef.Kind+" "+binding.RoleRef.Name] = names(binding.Subjects, account)
		}
	}
	granted := map[right]bool{}
	for _, object := range objects {
		switch role := object.(type) {
		case *rbacv1.Role:
			if bound["Role "+role.Name] {
				grantAll(granted, role.Namespace, role.Rules)
			}
		case *rbacv1.ClusterRole:
			if bound["ClusterRole "+role.Name] {
				grantAll(granted, "", role.Rules)
			}
		}
	}
	return granted
}

func names(subjects []rbacv1.Subject, account types.NamespacedName) bool {
	return slices.ContainsFunc(subjects, func(s rbacv1.Subject) bool {
		return s.Kind == "ServiceAccount" && s.Namespace == account.Namespace && s.Name == account.Name
	})
}

func grantAll(granted map[right]bool, namespace string, rules []rbacv1.PolicyRule) {
	for _, rule := range rules {
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				for _, verb := range rule.Verbs {
					granted[right{namespace, group, resource, verb}] = true
				}
			}
		}
	}
}
