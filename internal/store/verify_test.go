package store_test

import (
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/store"
)

// What was deleted outside of the service, or changed, is found, wherever it stands.
func TestWhatIsAlteredOutsideIsFound(t *testing.T) {
	alterations := map[string]string{
		"an event":                        `UPDATE events SET action = 'answer' WHERE id = 2`,
		"an event's time":                 `UPDATE events SET at = at + 1 WHERE id = 1`,
		"a row in the middle":             `DELETE FROM events WHERE id = 2`,
		"the last row of a case":          `DELETE FROM events WHERE id = (SELECT MAX(id) FROM events)`,
		"a reason":                        `UPDATE words SET words = '别的理由' WHERE case_id = 1`,
		"a reason that is gone":           `DELETE FROM words WHERE case_id = 1`,
		"an answer":                       `UPDATE words SET words = '没有答复' WHERE case_id = 2 AND seq = 3`,
		"a reason of who needed none":     `INSERT INTO words SELECT 2, seq, '编造', x'00' FROM events WHERE case_id = 2 AND action = 'close'`,
		"a suggestion":                    `UPDATE cases SET text = '没有意见' WHERE id = 1`,
		"a suggestion without its salt":   `UPDATE cases SET text = '没有意见', salt = NULL WHERE id = 1`,
		"a suggestion's topic":            `UPDATE cases SET topic = '环境卫生' WHERE id = 1`,
		"a text put back":                 `UPDATE cases SET text = '别的意见' WHERE id = 4`,
		"an erasure":                      `UPDATE cases SET text = '', salt = NULL, anonymised = TRUE WHERE id = 1`,
		"an erasure with all it erases":   `UPDATE cases SET text = '', salt = NULL, contact = NULL, contact_key_id = NULL, anonymised = TRUE WHERE id = 1`,
		"an erasure that is denied":       `UPDATE cases SET anonymised = FALSE WHERE id = 4`,
		"whose suggestion":                `UPDATE cases SET contact = (SELECT contact FROM cases WHERE id = 2) WHERE id = 1`,
		"a contact that is gone":          `UPDATE cases SET contact = NULL, contact_key_id = NULL WHERE id = 1`,
		"a case that is gone":             `DELETE FROM cases WHERE id = 1`,
		"a case with all its words":       `DELETE FROM words WHERE case_id = 1; DELETE FROM cases WHERE id = 1`,
		"a case that never came":          `CREATE TEMP TABLE fake AS SELECT * FROM cases WHERE id = 1; UPDATE fake SET id = 9, code = 'FAKE', seq = 0, salt = NULL; INSERT INTO cases SELECT * FROM fake`,
		"a case's state":                  `UPDATE cases SET state = 'closed', closed_at = 1 WHERE id = 1`,
		"a case's number of events":       `UPDATE cases SET seq = 9 WHERE id = 1`,
		"a due day":                       `UPDATE cases SET due_on = '2027-01-01' WHERE id = 1`,
		"a route":                         `UPDATE cases SET route = 'explain' WHERE id = 1`,
		"a result":                        `UPDATE cases SET result = 'A' WHERE id = 2`,
		"a result that is gone":           `UPDATE cases SET result = NULL WHERE id = 2`,
		"a result of what waits":          `UPDATE cases SET result = 'A' WHERE id = 1`,
		"another result of what reopened": `UPDATE cases SET result = 'A' WHERE id = 3`,
		"a rating":                        `UPDATE cases SET rating = 'satisfied' WHERE id = 2`,
		"a rating that is gone":           `UPDATE cases SET rating = NULL WHERE id = 2`,
	}
	original := handled(t)
	for name, statement := range alterations {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "liaison.db"), original, 0o600); err != nil {
				t.Fatal(err)
			}
			beneath(t, folder, func(db *sql.DB) {
				result, err := db.Exec(`DROP TRIGGER events_are_not_changed; DROP TRIGGER events_are_not_deleted; ` + statement)
				if err != nil {
					t.Fatal(err)
				}
				if n, err := result.RowsAffected(); err != nil || n == 0 {
					t.Fatalf("nothing was altered, error %v", err)
				}
			})
			briefly(t, folder, func(s *store.Store) {
				_, err := s.Verify(t.Context())
				expectRefusal(t, err, store.ErrLogBroken)
			})
		})
	}
}

// handled is a database with a case that waits, one that was closed and rated, one that was taken up again, and one that was anonymised, in this order.
func handled(t *testing.T) []byte {
	t.Helper()
	classified := casework.Classify{Route: casework.County, Reason: "乡里没有经费"}
	done := []casework.Move{
		classified, casework.GiveAnswer{Result: casework.PlannedB, Text: "列入计划"}, casework.RecordFeedback{Channel: casework.ByPhone, Text: "已告知"}, casework.Close{},
	}
	folder, file := t.TempDir(), filepath.Join(t.TempDir(), "handled.db")
	briefly(t, folder, func(s *store.Store) {
		move(t, s, submit(t, s, road, ""), classified)
		move(t, s, submit(t, s, road, ""), append(done, casework.Rate{Value: casework.BasicallySatisfied})...)
		move(t, s, submit(t, s, road, ""), append(done, casework.Reopen{Text: "还没修"})...)
		move(t, s, submit(t, s, road, ""), append(done, casework.Anonymise{})...)
		if _, err := s.Verify(t.Context()); err != nil {
			t.Fatalf("before: %v", err)
		}
		if err := store.Backup(t.Context(), folder, file); err != nil {
			t.Fatal(err)
		}
	})
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// move applies the moves, by the station's head or, what only the service does, by itself.
func move(t *testing.T, s *store.Store, c casework.Case, moves ...casework.Move) {
	t.Helper()
	for _, m := range moves {
		by := casework.Actor{Role: casework.Head}
		if m.Action() == casework.ActionAnonymise {
			by.Role = casework.System
		}
		if _, err := s.Change(t.Context(), c.Code, func(c casework.Case) (casework.Case, casework.Event, error) {
			return rules.Apply(c, m, by, now)
		}); err != nil {
			t.Fatalf("%s: %v", m.Action(), err)
		}
	}
}

// Whatever the rules allow, in whatever order, is no alteration: a sound backup must never be refused.
func TestWhateverTheRulesAllowHolds(t *testing.T) {
	moves := []casework.Move{
		casework.Classify{Route: casework.OnTheSpot, Reason: "可办"}, casework.Classify{Route: casework.County, Reason: "须县里办"},
		casework.Assign{Unit: "县交通局"}, casework.Start{}, casework.Return{Reason: "不归我们"}, casework.Extend{Reason: "涉及面广"},
		casework.MarkFormal{No: "第12号"}, casework.GiveAnswer{Result: casework.PlannedB, Text: "列入计划"}, casework.GiveAnswer{Result: casework.ResolvedA, Text: "办好了"},
		casework.RecordFeedback{Channel: casework.ByPhone, Text: "已告知"}, casework.Close{}, casework.Rate{Value: casework.Satisfied, Text: "谢谢"},
		casework.Reopen{Text: "还没修"}, casework.FollowUp{Channel: casework.InPerson, Text: "修好了"}, casework.Withdraw{Reason: "不用了"},
		casework.Inform{RecordFeedback: casework.RecordFeedback{Channel: casework.ByPhone, Text: "已告知"}}, casework.Comment{Text: "去看过"},
		casework.Urge{Text: "秋收在即"}, casework.Publish{Text: "田间路被冲毁。", Answer: "已列入计划。"}, casework.Unpublish{}, casework.Anonymise{},
	}
	dice := rand.New(rand.NewPCG(1, 2))
	s := open(t, t.TempDir())
	var codes []casework.Code
	happened := map[casework.Action]bool{}
	const steps, cases = 6000, 80
	for step := range steps {
		at := now.Add(time.Duration(step) * time.Hour)
		if len(codes) < cases {
			codes = append(codes, submit(t, s, road, "").Code)
		}
		code, m := codes[dice.IntN(len(codes))], moves[dice.IntN(len(moves))]
		if ends := m.Action() == casework.ActionAnonymise || m.Action() == casework.ActionWithdraw; ends && dice.IntN(5) > 0 {
			continue // or there would be little to tell
		}
		if dice.IntN(40) == 0 {
			_, err := s.Merge(t.Context(), code, codes[dice.IntN(len(codes))], func(c, into casework.Case) (casework.Merging, error) {
				return rules.Merge(c, into, "同一段路", casework.Actor{Role: casework.Head}, at)
			})
			happened[casework.ActionMerge] = happened[casework.ActionMerge] || allowed(t, err)
		}
		by := casework.Head
		if m.Action() == casework.ActionAnonymise {
			by = casework.System
		}
		_, err := s.Change(t.Context(), code, func(c casework.Case) (casework.Case, casework.Event, error) {
			return rules.Apply(c, m, casework.Actor{Role: by}, at)
		})
		happened[m.Action()] = happened[m.Action()] || allowed(t, err)
	}
	for _, m := range moves {
		if !happened[m.Action()] {
			t.Errorf("%s never happened", m.Action())
		}
	}
	if !happened[casework.ActionMerge] {
		t.Error("no cases were merged")
	}
	if _, err := s.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// allowed reports whether the rules had nothing against it.
func allowed(t *testing.T, err error) bool {
	t.Helper()
	if err != nil && !errors.Is(err, casework.ErrNotAllowed) && casework.AsFieldErrors(err) == nil {
		t.Fatal(err)
	}
	return err == nil
}
