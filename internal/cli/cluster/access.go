// Package cluster is how a verb reaches the cluster: with the flags of kubectl, and with errors that name the remedy.
package cluster

import (
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

// Access is what the command line says about the cluster.
type Access struct {
	flags *genericclioptions.ConfigFlags
	// everywhere is -A.
	everywhere bool
}

// NewAccess reaches the cluster of the kubeconfig until flags say otherwise.
func NewAccess() *Access { return &Access{flags: genericclioptions.NewConfigFlags(true)} }

// AddTo adds kubectl's flags to a command. Its help shows those that people use every day; the others are in that of kubectl options.
func (a *Access) AddTo(command *cobra.Command) {
	connection := pflag.NewFlagSet("", pflag.ContinueOnError)
	a.flags.AddFlags(connection)
	connection.VisitAll(func(flag *pflag.Flag) {
		flag.Hidden = !slices.Contains([]string{"kubeconfig", "context", "namespace"}, flag.Name)
	})
	command.Flags().AddFlagSet(connection)
}

// AddAllTo adds -A to a command that can look at every namespace.
func (a *Access) AddAllTo(command *cobra.Command) {
	command.Flags().BoolVarP(&a.everywhere, "all-namespaces", "A", false, "look at every namespace")
}

// Everywhere reports whether every namespace is looked at.
func (a *Access) Everywhere() bool { return a.everywhere }

// NamespaceGiven reports whether -n names a namespace.
func (a *Access) NamespaceGiven() bool { return *a.flags.Namespace != "" }

// KubectlFlags are what kubectl needs to reach the same cluster, as a shell takes them, with a blank before each.
func (a *Access) KubectlFlags() string {
	var flags string
	if *a.flags.KubeConfig != "" {
		flags += " --kubeconfig " + quoted(*a.flags.KubeConfig)
	}
	if *a.flags.Context != "" {
		flags += " --context " + quoted(*a.flags.Context)
	}
	return flags
}

// quoted keeps a shell from reading anything into the text.
func quoted(text string) string {
	if !strings.ContainsFunc(text, needsQuotes) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func needsQuotes(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./:@%+,", r)
}

// Cluster is a cluster as one user reaches it. What it answers is not cached.
type Cluster struct {
	client.Client
	Config *rest.Config
	// Namespace is that of -n or of the context.
	Namespace string
	// Everywhere is true where every namespace is meant.
	Everywhere bool
}

// Connect reads the kubeconfig. Whether anybody answers shows with the first question.
func (a *Access) Connect() (*Cluster, error) {
	config, err := a.flags.ToRESTConfig()
	if err != nil {
		return nil, misconfigured(err)
	}
	namespace, _, err := a.flags.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return nil, misconfigured(err)
	}
	config.QPS = -1 // the API server shares itself out; a county's hundreds of rosters need not wait here
	c, err := client.New(config, client.Options{Scheme: scheme()})
	if err != nil {
		return nil, Explain(err)
	}
	return &Cluster{Client: c, Config: config, Namespace: namespace, Everywhere: a.everywhere}, nil
}

// Scope limits a list to what was asked about.
func (c *Cluster) Scope() client.ListOption {
	if c.Everywhere {
		return client.InNamespace("")
	}
	return client.InNamespace(c.Namespace)
}

func scheme() *runtime.Scheme {
	known := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(known))
	utilruntime.Must(v1alpha1.AddToScheme(known))
	return known
}
