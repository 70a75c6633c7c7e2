// Package node is a Kubernetes node for development and tests that runs a pod's containers as local processes. It needs no
// container engine and pulls no images: a list says which local binary stands for which image.
//
// It behaves like a kubelet where programs and controllers can tell: volumes lie at their real paths and follow their
// ConfigMaps and Secrets, service account tokens are renewed, probes decide readiness and restarts, a crash loop backs off, pods end
// gracefully, `kubectl logs` works, and events and statuses are the usual ones. A node that is started again takes up the pods it had.
//
// What it does not do, plainly:
//
//   - It limits nothing: there are no cgroups, so a container can use all memory and CPU of the machine.
//   - Containers share the host's network. Each pod has a loopback address of its own, but nothing stops a program from listening on
//     others or from calling anybody; NetworkPolicies have no effect, Services have no proxy, and there is no cluster DNS.
//   - Isolation is for a real file system view, not for hostile code: user, mount, pid, ipc and uts namespaces, no capabilities,
//     no_new_privs, but no seccomp profile and no LSM.
//   - An image is one static binary. There is no shell to exec into; exec, attach and port-forward are refused, and so are exec and gRPC
//     probes, sidecars, postStart hooks, privileged containers and kinds of volumes beyond configMap, secret, projected,
//     downwardAPI, emptyDir and claims on local folders. preStop hooks and added capabilities are ignored with an event.
//   - emptyDir is a folder on disk without a limit, medium Memory included. activeDeadlineSeconds is not watched.
//
// The API side is virtual-kubelet's node package. Where its habits would be seen from outside, package node puts itself in between:
// see podsClient.
package node
