package components

import (
	"errors"
	"fmt"
	"os"

	helmcmd "helm.sh/helm/v4/pkg/cmd"
	helmkube "helm.sh/helm/v4/pkg/kube"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubeconfigs of clouds
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	kubectlcmd "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
)

func kubectl() int {
	// kubectl reads its plugins and .kuberc while the command is built, before flags are parsed:
	// its own main sets the verbosity by hand for that, and so must we.
	_, _ = logs.GlogSetter(kubectlcmd.GetLogVerbosity(os.Args))
	if err := cli.RunNoErrOutput(kubectlcmd.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err) // prints the error as kubectl does, and exits
		return 1
	}
	return 0
}

func helm() int {
	// Helm derives the field manager from the name it was started by, unless told.
	helmkube.ManagedFieldsManager = "helm"

	command, err := helmcmd.NewRootCmd(os.Stdout, os.Args[1:], helmcmd.SetupLogging)
	if err != nil {
		fmt.Fprintln(os.Stderr, "helm could not be set up:", err)
		return 1
	}
	if err := command.Execute(); err != nil {
		if known, ok := errors.AsType[helmcmd.CommandError](err); ok {
			return known.ExitCode
		}
		return 1
	}
	return 0
}
