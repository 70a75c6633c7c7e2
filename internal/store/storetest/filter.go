package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// kinds is a database with one case of every kind that a filter can pick, by name.
func (s *station) kinds() map[string]casework.Code {
	s.Helper()
	waste := casework.Suggestion{Topic: "环境卫生", Village: "下河村", Text: "垃圾桶太少，请多放几个。", Name: "李四", Phone: "+86 138-0000-0002"}
	all := map[string]casework.Code{"fresh": s.receive(road).Code, "waste": s.receive(waste).Code}
	keep := func(name string, code casework.Code) casework.Code { all[name] = code; return code }

	s.move(keep("assigned", s.receive(road).Code), classify(casework.County), casework.Assign{Unit: "县交通局"})
	s.move(keep("formal", s.receive(road).Code), classify(casework.County), casework.MarkFormal{No: "12"})
	s.as(casework.Actor{Role: casework.Deputy}, keep("urged", s.receive(road).Code), casework.Urge{Text: "快办"})
	s.move(keep("spot", s.receive(road).Code), classify(casework.OnTheSpot))
	keep("punctual", s.settled(road, casework.ResolvedA))
	reopened := keep("reopened", s.settled(road, casework.NotPossibleC))
	s.as(resident, reopened, casework.Reopen{Text: "再看看"})
	rated := keep("rated", s.settled(waste, casework.ResolvedA))
	s.as(resident, rated, casework.Rate{Value: casework.Satisfied})
	s.move(keep("released", s.settled(road, casework.ForReferenceD)), released)
	planned := keep("planned", s.receive(road).Code)
	s.move(planned, classify(casework.Explain),
		casework.GiveAnswer{Result: casework.PlannedB, Text: "十日内", PlannedFor: s.today().AddDays(10)}, told, casework.Close{})
	late := keep("late", s.receive(road).Code)
	s.move(late, classify(casework.OnTheSpot))
	s.pass(3 * days)
	s.move(late, answer(casework.ResolvedA), told, casework.Close{})
	entered := s.rules.Enter(waste, casework.Entering{Code: casework.NewCode(), Source: casework.FromPhone, By: administrator}, s.now)
	if _, err := s.Submit(s.Context(), entered); err != nil {
		s.Fatal(err)
	}
	keep("entered", entered.Case.Code)
	return all
}

var filterTests = map[string]func(*testing.T, *station){
	"what a text names is found by those alone who may know it": func(t *testing.T, s *station) {
		named := road
		named.Name, named.Text = "赵铁柱", "我家赵铁柱门前的路坏了，电话13934567890。"
		s.receive(named)
		for words, want := range map[string][2]int{ // by all, by a deputy
			"路坏了": {1, 1}, "赵铁柱": {1, 0}, "铁柱": {1, 0}, "139": {1, 1}, "1393": {1, 0}, "13934567890": {1, 0}, "7890": {0, 1},
		} {
			for i, scope := range []casework.Scope{{}, {Limited: true, Villages: []string{named.Village}}} {
				page, err := s.List(s.Context(), casework.Listing{Filter: casework.Filter{Search: words, Scope: scope}, Limit: 5})
				if err != nil || len(page.Cases) != want[i] {
					t.Errorf("%s, limited %t: %d found, want %d, error %v", words, scope.Limited, len(page.Cases), want[i], err)
				}
			}
		}
	},
	"each condition picks its cases": func(t *testing.T, s *station) {
		start := s.now
		all := s.kinds()
		today := s.today()
		tests := map[string]struct {
			filter casework.Filter
			want   []string
		}{
			"topic and village": {casework.Filter{Topic: "环境卫生", Village: "下河村"}, []string{"waste", "rated", "entered"}},
			"topics":            {casework.Filter{Topics: []string{"环境卫生", "民风教化"}}, []string{"waste", "rated", "entered"}},
			"route and stage":   {casework.Filter{Route: casework.County, Stage: casework.StagePending}, []string{"assigned", "formal"}},
			"ended":             {casework.Filter{Stage: casework.StageEnded}, []string{"punctual", "rated", "released", "planned", "late"}},
			"state":             {casework.Filter{State: casework.Assigned}, []string{"assigned"}},
			"no village":        {casework.Filter{NoVillage: true}, nil},
			"unit":              {casework.Filter{Unit: "县交通局"}, []string{"assigned"}},
			"source":            {casework.Filter{Source: casework.FromPhone}, []string{"entered"}},
			"result":            {casework.Filter{Result: casework.ForReferenceD}, []string{"released"}},
			"rating":            {casework.Filter{Rating: casework.Satisfied}, []string{"rated"}},
			"formal":            {casework.Filter{Formal: true}, []string{"formal"}},
			"reopened":          {casework.Filter{Reopened: true}, []string{"reopened"}},
			"urged":             {casework.Filter{Urged: true}, []string{"urged"}},
			"released":          {casework.Filter{Released: true}, []string{"released"}},
			"overdue":           {casework.Filter{Timing: casework.TimingOverdue, Today: today}, []string{"fresh", "waste", "urged", "spot"}},
			"soon":              {casework.Filter{Timing: casework.TimingSoon, Today: start3(today)}, []string{"fresh", "waste", "urged", "spot"}},
			"late":              {casework.Filter{Timing: casework.TimingLate}, []string{"late"}},
			"on time":           {casework.Filter{Timing: casework.TimingOnTime}, []string{"punctual", "rated", "released", "planned"}},
			"planned":           {casework.Filter{Timing: casework.TimingPlanned, Today: today.AddDays(10)}, []string{"planned"}},
			"not yet planned":   {casework.Filter{Timing: casework.TimingPlanned, Today: today}, nil},
			"received":          {casework.Filter{ReceivedFrom: start.Add(time.Hour), ReceivedTo: s.now.Add(time.Hour)}, []string{"entered"}},
			"ended on":          {casework.Filter{EndedFrom: today, EndedTo: today}, []string{"late"}},
			"due on":            {casework.Filter{DueFrom: workday.NewDate(2026, 3, 10), DueTo: workday.NewDate(2026, 3, 10)}, []string{"spot", "late"}},
			"a deputy's villages": {
				casework.Filter{Scope: casework.Scope{Limited: true, Villages: []string{"下河村", "上河村"}}}, []string{"waste", "rated", "entered"},
			},
			"a deputy without village": {casework.Filter{Scope: casework.Scope{Limited: true}}, nil},
			"phone":                    {casework.Filter{Phone: "13800000002"}, []string{"waste", "rated", "entered"}},
			"half a phone":             {casework.Filter{Phone: "1380000"}, nil},
			"a word of two":            {casework.Filter{Search: "垃圾"}, []string{"waste", "rated", "entered"}},
			"several":                  {casework.Filter{Search: "垃圾桶", Stage: casework.StageEnded}, []string{"rated"}},
		}
		for name, test := range tests {
			found := codes(s.pages(casework.Listing{Filter: test.filter, Order: casework.Newest}, 100))
			want := []casework.Code{}
			for _, kind := range test.want {
				want = append(want, all[kind])
			}
			slices.Sort(found)
			slices.Sort(want)
			if diff := difference(want, found); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	},
	"words of any length are found": func(t *testing.T, s *station) {
		code := s.receive(road).Code
		s.receive(casework.Suggestion{Topic: "环境卫生", Text: "请多放几个垃圾桶。"})
		for _, words := range []string{"路", "冲毁", "秋收", "田间路", "秋收前请", "田间 修好", "田间路被冲毁，秋收前请修好"} {
			found := codes(s.pages(casework.Listing{Filter: casework.Filter{Search: words}}, 10))
			if diff := difference([]casework.Code{code}, found); diff != "" {
				t.Errorf("%q (-want +got):\n%s", words, diff)
			}
		}
		for _, words := range []string{"路灯", "间田", `"`, `路" OR "桶`, "*", "田间 垃圾"} {
			if found := s.pages(casework.Listing{Filter: casework.Filter{Search: words}}, 10); len(found) != 0 {
				t.Errorf("%q finds %+v", words, found)
			}
		}
	},
	"filtered pages join in both orders": func(t *testing.T, s *station) {
		for i := range 17 {
			suggestion := road
			suggestion.Text += fmt.Sprint("第", i, "次来信")
			c := s.receive(suggestion)
			if i%2 == 0 {
				s.move(c.Code, classify(casework.Township))
			}
			s.pass(time.Duration(i%3) * days)
		}
		for _, order := range []casework.Order{casework.ByDue, casework.Newest} {
			listing := casework.Listing{Filter: casework.Filter{Search: "来信", Route: casework.Township}, Order: order}
			whole := codes(s.pages(listing, 100))
			if len(whole) != 9 {
				t.Fatalf("%d found, want 9", len(whole))
			}
			if diff := difference(whole, codes(s.pages(listing, 2))); diff != "" {
				t.Errorf("order %s (-whole +pages):\n%s", order, diff)
			}
		}
	},
	"pages by number": func(t *testing.T, s *station) {
		for range 5 {
			s.receive(road)
		}
		whole := codes(s.pages(allNewest, 100))
		page, err := s.List(t.Context(), casework.Listing{Order: casework.Newest, Limit: 2, Skip: 2})
		if diff := difference(whole[2:4], codes(page.Cases)); err != nil || diff != "" {
			t.Errorf("error %v (-want +got):\n%s", err, diff)
		}
	},
	"whole cases one by one": func(t *testing.T, s *station) {
		all := s.kinds()
		seen := map[casework.Code]bool{}
		for c, err := range s.Each(t.Context(), casework.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			if diff := difference(s.read(c.Code), c); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			seen[c.Code] = true
		}
		if len(seen) != len(all) {
			t.Errorf("%d cases, want %d", len(seen), len(all))
		}
		for _, err := range s.Each(t.Context(), casework.Filter{}) { // stops without harm
			if err != nil {
				t.Error(err)
			}
			break
		}
	},
}

// start3 is the day on which the cases of kinds were received.
func start3(today workday.Date) workday.Date { return today.AddDays(-3) }

var statisticsTests = map[string]func(*testing.T, *station){
	"each figure is the number of cases its filter lists": func(t *testing.T, s *station) {
		s.kinds()
		p := s.rules.Period(s.today().AddDays(-30), s.today().AddDays(30), s.today())
		for _, scope := range []casework.Scope{{}, {Limited: true, Villages: []string{"下河村"}}} {
			st, err := s.Statistics(t.Context(), p, scope)
			if err != nil {
				t.Fatal(err)
			}
			s.expectListed(st, p, scope)
		}
	},
	"on time counts what still waits": func(t *testing.T, s *station) {
		s.settled(road, casework.ResolvedA)
		s.receive(road)
		s.pass(10 * days)
		p := s.rules.Period(s.today().AddDays(-30), s.today(), s.today())
		st, err := s.Statistics(t.Context(), p, casework.Scope{})
		if rate, known := st.OnTimeRate(); err != nil || !known || rate != 0.5 {
			t.Errorf("rate %v, known %t, error %v", rate, known, err)
		}
		if st.Pending[casework.Unclassified] != [casework.Ages]int{casework.AgeMonth: 1} {
			t.Errorf("pending %v", st.Pending)
		}
	},
	"nothing yet": func(t *testing.T, s *station) {
		st, err := s.Statistics(t.Context(), s.rules.Period(s.today(), s.today(), s.today()), casework.Scope{})
		if _, known := st.OnTimeRate(); err != nil || known || st.Received != 0 || len(st.Topics) != 0 {
			t.Errorf("%+v, error %v", st, err)
		}
	},
}

// expectListed compares figures with the lists that the desk opens for them.
func (s *station) expectListed(st casework.Statistics, p casework.Period, scope casework.Scope) {
	s.Helper()
	count := func(f casework.Filter) int {
		f.Scope, f.Today = scope, p.Today
		return len(s.pages(casework.Listing{Filter: f}, 200))
	}
	received := casework.Filter{ReceivedFrom: p.From, ReceivedTo: p.To}
	due := casework.Filter{DueFrom: p.First, DueTo: p.Last}
	figures := map[string][2]int{
		"received":     {st.Received, count(received)},
		"on time":      {st.OnTime, count(due.With(casework.TimingOnTime))},
		"late":         {st.Late, count(due.With(casework.TimingLate))},
		"open overdue": {st.OpenOverdue, count(due.With(casework.TimingOverdue))},
		"county":       {st.PendingOn(casework.County), count(casework.Filter{Stage: casework.StagePending, Route: casework.County})},
		"closed as A":  {st.Closed[casework.ResolvedA], count(casework.Filter{EndedFrom: p.First, EndedTo: p.Last, Result: casework.ResolvedA})},
		"satisfied":    {st.Satisfaction[casework.Satisfied], count(casework.Filter{EndedFrom: p.First, EndedTo: p.Last, Rating: casework.Satisfied})},
		"topics":       {sum(st.Topics), count(received)},
		"villages":     {sum(st.Villages), count(received)},
	}
	for age := range casework.Ages {
		from, to := p.Received(age)
		n := 0
		for _, ages := range st.Pending {
			n += ages[age]
		}
		figures[fmt.Sprint("age ", age)] = [2]int{n, count(casework.Filter{Stage: casework.StagePending, ReceivedFrom: from, ReceivedTo: to})}
	}
	for name, figure := range figures {
		if figure[0] != figure[1] {
			s.Errorf("%s: counted %d, listed %d", name, figure[0], figure[1])
		}
	}
	if st.Received == 0 {
		s.Error("nothing was counted")
	}
}

func sum(tallies []casework.Tally) (n int) {
	for _, t := range tallies {
		n += t.N
	}
	return n
}
