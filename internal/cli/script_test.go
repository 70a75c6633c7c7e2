package cli_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // as the binary has it

	"github.com/rogpeppe/go-internal/testscript"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli"
)

var update = flag.Bool("update", false, "rewrite what the scripts compare with")

func TestMain(m *testing.M) {
	testscript.Main(withCluster{m}, map[string]func(){"kubectl-liaison": program, cli.CompletionName: program})
}

// program is kubectl-liaison at the time that the script sets as NOW.
func program() {
	now, err := time.Parse(time.RFC3339, os.Getenv("NOW"))
	if err != nil {
		panic(err)
	}
	os.Exit(cli.Run(cli.Environment{
		Name: os.Args[0], Args: os.Args[1:],
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Clock: clocktesting.NewFakePassiveClock(now), Version: "v0.0.0-test",
	}))
}

// Each script shows a command, what it prints, and how it fails. Beside the commands of testscript there are
//
//	exits CODE PROGRAM…   runs the program, which must end with the code
//	schedules FILE        prints what a list of DutySchedules says, a line for each month and each reception
//	workbook XLSX TEXT    makes a workbook of a text that shows it
//	sheets XLSX           shows a workbook as such a text
//	gbk FILE              writes a file in GBK, as Chinese Windows has it

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NOW", "2026-10-06T20:00:00Z") // which is 7 October in China
			samples, err := filepath.Abs(filepath.Join("..", "..", "config", "samples"))
			if err != nil {
				return err
			}
			env.Setenv("SAMPLES", samples)
			notices, err := filepath.Abs(filepath.Join("calendar", "testdata"))
			env.Setenv("NOTICES", notices)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "schedules": schedules, "workbook": workbook, "sheets": sheets, "gbk": gbk,
		},
	})
}

func exits(ts *testscript.TestScript, not bool, args []string) {
	if not || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGUMENT…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var failed *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &failed) {
		got = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func schedules(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: schedules FILE")
	}
	// Read as strictly as an API server reads: the operator would write nothing else.
	var list struct {
		metav1.TypeMeta `json:",inline"`
		Items           []v1alpha1.DutySchedule `json:"items"`
	}
	ts.Check(yaml.UnmarshalStrict([]byte(ts.ReadFile(args[0])), &list))
	if list.Kind != "List" || list.APIVersion != "v1" {
		ts.Fatalf("the document is %s %s and no List", list.APIVersion, list.Kind)
	}
	for i := range list.Items {
		schedule := &list.Items[i]
		if schedule.GroupVersionKind() != v1alpha1.GroupVersion.WithKind("DutySchedule") {
			ts.Fatalf("items[%d] is a %s", i, schedule.GroupVersionKind())
		}
		var duties int
		var receptions strings.Builder
		for _, shift := range schedule.Spec.Shifts {
			if shift.Kind == v1alpha1.ShiftDuty {
				duties++
				continue
			}
			fmt.Fprintf(&receptions, "  %s %v %v\n", shift.Date, shift.Deputies, shift.Leaders)
		}
		_, err := fmt.Fprintf(ts.Stdout(), "%s of %s: %d duties\n%s", schedule.Name, schedule.Spec.RosterRef.Name, duties, receptions.String())
		ts.Check(err)
	}
}
