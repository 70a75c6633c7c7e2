package main

import (
	_ "github.com/virtual-kubelet/virtual-kubelet/node"
	_ "go.etcd.io/etcd/server/v3/embed"
	_ "helm.sh/helm/v4/pkg/cmd"
	_ "k8s.io/kubectl/pkg/cmd"
	_ "k8s.io/kubernetes/cmd/kube-apiserver/app"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	_ "k8s.io/kubernetes/cmd/kube-scheduler/app"
	_ "sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func main() {}
