package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"

	"township.dev/liaison/internal/kinds"
)

// An API server takes some moments to tell of CRDs that were installed right before the operator. It is given less time than the kubelet gives us.
const (
	kindsWithin = 30 * time.Second
	kindsEvery  = time.Second
)

// checkKinds refuses CRDs that lack what this operator knows: it would write fields that are dropped, and do so for ever. In an upgrade the operator of
// before then goes on, as its successor does not become ready.
func checkKinds(ctx context.Context, config *rest.Config, within, every time.Duration) error {
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return fmt.Errorf("preparing to ask which kinds there are: %w", err)
	}
	var lacks []kinds.Lack
	err = wait.PollUntilContextTimeout(ctx, every, within, true, func(context.Context) (bool, error) {
		lacks, err = kinds.Lacking(client)
		return len(lacks) == 0, err
	})
	switch {
	case apierrors.IsForbidden(err):
		ctrl.Log.Info("the CRDs cannot be checked, as the operator may not ask what is served", "why", err.Error())
		return nil
	case wait.Interrupted(err) && ctx.Err() == nil:
		return oldKinds(lacks)
	case err != nil:
		return fmt.Errorf("checking the CRDs: %w", err)
	}
	return nil
}

func oldKinds(lacks []kinds.Lack) error {
	told := make([]string, len(lacks))
	for i, lack := range lacks {
		told[i] = lack.CRD + " is missing"
		if len(lack.Fields) > 0 {
			told[i] = lack.CRD + " lacks " + lack.Told()
		}
	}
	return fmt.Errorf("the cluster's CRDs are older than this operator: %s. Install those of its release: helm upgrade the operator's chart with crds.enabled=true, "+
		"or kubectl apply --server-side -k config/crd. Until then stations serve on as they are", strings.Join(told, "; "))
}
