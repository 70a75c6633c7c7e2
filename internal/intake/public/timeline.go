package public

import (
	"net/http"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// teller puts what happened to a case into the words of one language.
type teller struct {
	text func(key string, args ...any) string
	// date is a day with its year, in is where the station's days begin.
	date func(t time.Time) string
	in   *time.Location
}

func (p *Public) teller(r *http.Request) teller {
	return teller{
		text: func(key string, args ...any) string { return p.area.Text(r, key, args...) },
		date: func(t time.Time) string { return p.area.Date(r, t) },
		in:   p.documents().Location,
	}
}

func (t teller) day(d workday.Date) string { return t.date(d.In(t.in)) }

// written is a day of an event's facts.
func (t teller) written(day string) string {
	d, err := workday.ParseDate(day)
	if err != nil {
		return day
	}
	return t.day(d)
}

// stepView is one step of the way; Class is done, or now for what the case waits for.
type stepView struct {
	Title string
	Class string
	At    time.Time
	Words string
	// Quote is the answer, or what the resident said.
	Quote string
}

// story tells an event: in a sentence, and in a quotation of what its readers may see. What staff wrote for each other, such as
// reasons and remarks, is never quoted.
type story func(t teller, e casework.Event) (words, quote string)

// ownStories are for who raised the case. An action that is missing is not told.
var ownStories = map[casework.Action]story{
	casework.ActionSubmit: func(t teller, e casework.Event) (string, string) {
		if e.Actor.Role == casework.Resident {
			return t.text("progress.received"), ""
		}
		return t.text("progress.received_by_staff"), ""
	},
	casework.ActionClassify:   classified,
	casework.ActionAssign:     assigned,
	casework.ActionStart:      plainly("progress.started"),
	casework.ActionReturn:     plainly("progress.returned"),
	casework.ActionExtend:     withDue("progress.extended"),
	casework.ActionMarkFormal: formal,
	casework.ActionAnswer:     answered,
	casework.ActionFeedback:   toldBy("progress.told"),
	casework.ActionInform:     toldBy("progress.told"),
	casework.ActionClose:      plainly("progress.closed"),
	casework.ActionRate: func(t teller, e casework.Event) (string, string) {
		return t.text("progress.rated", "rating", t.text("rating."+string(e.Facts.Rating))), e.Words
	},
	casework.ActionReopen: func(t teller, e casework.Event) (string, string) {
		return t.text("progress.reopened", "day", t.written(e.Facts.Due)), e.Words
	},
	casework.ActionFollowUp: func(t teller, e casework.Event) (string, string) {
		return t.text("progress.followed_up"), e.Words
	},
	casework.ActionWithdraw: func(t teller, e casework.Event) (string, string) {
		if e.Actor.Role == casework.Resident {
			return t.text("progress.withdrawn"), ""
		}
		return t.text("progress.withdrawn_by_staff"), ""
	},
	casework.ActionMerge:     plainly("progress.merged"),
	casework.ActionUrge:      urged,
	casework.ActionRecompute: recomputed,
	casework.ActionRelease:   plainly("progress.released"),
	casework.ActionUnrelease: plainly("progress.unreleased"),
	casework.ActionAnonymise: plainly("progress.anonymised"),
}

// joinedStories are for who raised a case that was merged into this one: what the other one's resident said or was told is not theirs.
var joinedStories = map[casework.Action]story{
	casework.ActionClassify:   classified,
	casework.ActionAssign:     assigned,
	casework.ActionStart:      plainly("progress.started"),
	casework.ActionReturn:     plainly("progress.returned"),
	casework.ActionExtend:     withDue("progress.extended"),
	casework.ActionMarkFormal: formal,
	casework.ActionAnswer:     answered,
	casework.ActionClose:      plainly("progress.closed"),
	casework.ActionReopen:     withDue("progress.joined_reopened"),
	casework.ActionFollowUp:   ownStories[casework.ActionFollowUp],
	casework.ActionUrge:       urged,
	casework.ActionRecompute:  recomputed,
}

func plainly(key string) story {
	return func(t teller, _ casework.Event) (string, string) { return t.text(key), "" }
}

func withDue(key string) story {
	return func(t teller, e casework.Event) (string, string) {
		return t.text(key, "day", t.written(e.Facts.Due)), ""
	}
}

func toldBy(key string) story {
	return func(t teller, e casework.Event) (string, string) {
		return t.text(key, "channel", t.text("channel."+string(e.Facts.Channel)), "day", t.date(e.Facts.ToldAt.In(t.in))), ""
	}
}

func classified(t teller, e casework.Event) (words, quote string) {
	words = t.text("route_words." + string(e.Facts.Route))
	if e.Facts.Due != "" {
		words += t.text("progress.due", "day", t.written(e.Facts.Due))
	}
	return words, ""
}

func assigned(t teller, e casework.Event) (words, quote string) {
	words = t.text("progress.assigned", "unit", e.Facts.Unit)
	if len(e.Facts.CoUnits) > 0 {
		words += t.text("progress.helped", "units", strings.Join(e.Facts.CoUnits, "、"))
	}
	return words, ""
}

func formal(t teller, e casework.Event) (words, quote string) {
	words = t.text("progress.formal", "number", e.Facts.FormalNo)
	if e.Facts.Due != "" {
		words += t.text("progress.due", "day", t.written(e.Facts.Due))
	}
	return words, ""
}

func answered(t teller, e casework.Event) (words, quote string) {
	words = t.text("result." + string(e.Facts.Result))
	if e.Facts.PlannedFor != "" {
		words += t.text("progress.planned_for", "day", t.written(e.Facts.PlannedFor))
	}
	return words, e.Words
}

func urged(t teller, e casework.Event) (words, quote string) {
	if e.Actor.Role == casework.Deputy {
		return t.text("progress.urged_by_deputy"), ""
	}
	return t.text("progress.urged"), ""
}

func recomputed(t teller, e casework.Event) (words, quote string) {
	return t.text("progress.recomputed", "before", t.written(e.Facts.DueBefore), "day", t.written(e.Facts.Due)), ""
}

// steps tells the history, oldest first, and what the case waits for.
func (t teller) steps(c casework.Case, history []casework.Entry, stories map[casework.Action]story) []stepView {
	replaced := replacedAnswers(history)
	steps := make([]stepView, 0, len(history)+1)
	for _, e := range history {
		tell, told := stories[e.Action]
		if !told || replaced[e.Seq] {
			continue
		}
		words, quote := tell(t, e.Event)
		steps = append(steps, stepView{
			Title: t.text("progress.did_" + string(e.Action)), Class: "done", At: e.At.In(t.in), Words: words, Quote: quote,
		})
	}
	if c.Pending() {
		steps = append(steps, stepView{
			Title: t.text("progress.waits_" + string(c.State)), Class: "now", Words: t.text("progress.next_" + string(c.State)),
		})
	}
	return steps
}

// replacedAnswers are those that gave way to another before anybody was told: perhaps only a slip, and nothing that holds.
func replacedAnswers(history []casework.Entry) map[int]bool {
	replaced := map[int]bool{}
	untold := 0
	for _, e := range history {
		if e.Action == casework.ActionFeedback || e.Action == casework.ActionReopen {
			untold = 0
		}
		if e.Action != casework.ActionAnswer {
			continue
		}
		if untold != 0 {
			replaced[untold] = true
		}
		untold = e.Seq
	}
	return replaced
}
