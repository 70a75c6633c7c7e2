package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"township.dev/liaison/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kubectl-liaison": main, cli.CompletionName: main})
}

// What the program does is specified in internal/cli; this is only about how it is wired up.
func TestWiring(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireExplicitExec: true})
}
