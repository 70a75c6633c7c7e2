package cli_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"

	"township.dev/liaison/internal/cli"
)

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// What nobody's input is to blame for is told apart from bad input.
func TestPlanThatCannotBeWrittenIsAFailure(t *testing.T) {
	var told bytes.Buffer
	code := cli.Run(cli.Environment{
		Args:  []string{"duty", "preview", "-f", "-"},
		In:    strings.NewReader("kind: DeputyRoster\nspec: {deputies: [{id: d01, name: 甲, level: County}]}\n"),
		Out:   fullDisk{},
		Err:   &told,
		Clock: clocktesting.NewFakePassiveClock(time.Date(2026, 3, 15, 4, 0, 0, 0, time.UTC)),
	})
	if want := "error: writing the plan: no space left on device\n"; code != 1 || told.String() != want {
		t.Errorf("exit code %d, told %q; want 1 and %q", code, told.String(), want)
	}
}
