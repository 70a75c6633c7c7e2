package desk

import (
	"fmt"
	"net/http"

	"township.dev/liaison/internal/casework"
)

// reporterView is a case that was merged into the one on the page: its reporter wants to hear the answer too.
type reporterView struct {
	Code casework.Code
	// Told is true once its reporter was told the present answer.
	Told bool
}

func viewReporters(into casework.Case, joined []casework.Case) []reporterView {
	views := make([]reporterView, 0, len(joined))
	for _, c := range joined {
		views = append(views, reporterView{Code: c.Code, Told: isTold(c, into)})
	}
	return views
}

// isTold reports whether the reporter of a merged case was told the present answer of the case it went on as.
func isTold(c, into casework.Case) bool {
	return into.Answer.Seq > 0 && !c.Feedback.At.Before(into.Answer.At)
}

// informReporters notes the feedback just given for everybody else who joined the case and was not told yet. That it is not older than the
// answer was seen to with the feedback itself.
func (d *Desk) informReporters(r *http.Request, code casework.Code, f *filled) error {
	into, err := d.repository.Case(r.Context(), code)
	if err != nil {
		return fmt.Errorf("reading the case: %w", err)
	}
	joined, err := d.repository.Reporters(r.Context(), code)
	if err != nil {
		return fmt.Errorf("reading who joined the case: %w", err)
	}
	by, now := accountOf(r).Actor(), d.now()
	for _, c := range joined {
		if isTold(c, into) {
			continue
		}
		_, err := d.repository.Change(r.Context(), c.Code, func(c casework.Case) (casework.Case, casework.Event, error) {
			return f.rules.Apply(c, f.inform(), by, now)
		})
		if err != nil {
			return fmt.Errorf("noting that who joined was told: %w", err)
		}
	}
	return nil
}
