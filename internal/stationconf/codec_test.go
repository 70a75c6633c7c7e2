package stationconf_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

func zhongduo() stationconf.Station {
	return stationconf.Station{
		Namespace: "jixian", Name: "zhongduo", DisplayName: "中垛乡人大代表联络站", TimeZone: "Asia/Shanghai",
		Township: stationconf.Township{
			Name: "中垛乡", Code: "141028204", County: "吉县", Population: 15000,
			Villages: []stationconf.Village{{Code: "141028204207", Name: "白额村", LiaisonDeputy: "d031"}},
		},
		Head:           stationconf.Head{Name: "站长", Title: "人大主席"},
		Administrators: []stationconf.Administrator{{Username: "admin-1", Name: "管理员"}},
		Topics:         []string{"产业发展", "道路交通"},
		Deadlines: map[casework.Route]casework.Deadline{
			casework.OnTheSpot: {WorkingDays: 1}, casework.Explain: {WorkingDays: 5},
			casework.Township: {WorkingDays: 15}, casework.County: {Months: 3},
		},
	}
}

// everything is zhongduo with whatever a station can say beyond that.
func everything() stationconf.Station {
	s := zhongduo()
	s.Head.Username = "zhan-zhang"
	s.DeputyAccounts = []stationconf.DeputyAccount{{Username: "dai-biao", Name: "县代表01", Deputy: "d031"}}
	s.Units = []stationconf.Unit{{Name: "乡农业农村办", Level: stationconf.UnitTownship}, {Name: "县交通运输局", Level: stationconf.UnitCounty}}
	s.Triage, s.Extension = casework.Deadline{WorkingDays: 1}, casework.Deadline{Months: 6}
	s.Reminders = stationconf.Reminders{BeforeDays: []int{3, 1}, AfterDays: []int{}}
	s.RetentionYears = 15
	s.Site = stationconf.Site{
		Introduction: "联络站简介。\n第二段。", Rules: []string{"代表接待选民制度"},
		Notices: []stationconf.Notice{{Date: workday.NewDate(2026, time.October, 8), Title: "接待日公告", Text: "十月十二日\n接待群众。"}},
	}
	s.SiteURL, s.Webhook = "https://zhongduo.example.gov.cn", &stationconf.Webhook{Format: stationconf.WebhookWeCom}
	s.TrustedProxies = []string{"10.0.0.0/8", "fd00::/8"}
	s.OIDC = &stationconf.OIDC{Issuer: "https://id.example.gov.cn/realms/county", ClientID: "liaison", UsernameClaim: "preferred_username"}
	s.Open311.RequireKey = true
	return s
}

func october() stationconf.Schedule {
	return stationconf.Schedule{
		Deputies: []stationconf.Person{{ID: "d031", Name: "县代表01", Level: "County", Village: "白额村", Phone: "139 0000 0031", Group: "产业发展组", Specialties: []string{"道路交通"}}},
		Leaders:  []stationconf.Person{{ID: "l01", Name: "分管领导", Title: "副乡长"}},
		Shifts: []stationconf.Shift{
			{Date: workday.NewDate(2026, time.October, 9), Kind: stationconf.ShiftDuty, Deputies: []string{"d031"}},
			{Date: workday.NewDate(2026, time.October, 12), Kind: stationconf.ShiftReception, Deputies: []string{"d031"}, Leaders: []string{"l01"},
				Hours: "09:00-11:00", Topic: "道路交通", PostponedFrom: workday.NewDate(2026, time.October, 10)},
		},
		PlannedUntil: workday.NewDate(2026, time.October, 31),
	}
}

func arrangement() stationconf.Calendar {
	return stationconf.Calendar{Years: []workday.Year{{
		Year: 2026, Source: "国办发明电〔2025〕7号",
		OffDays:  []workday.Day{{Date: workday.NewDate(2026, time.January, 1), Name: "元旦"}},
		WorkDays: []workday.Day{{Date: workday.NewDate(2026, time.January, 4), Name: "元旦"}},
	}}}
}

func report() stationconf.BacklogReport {
	return stationconf.BacklogReport{
		Version: "0.1.0",
		Routes: map[casework.Route]stationconf.RouteBacklog{
			casework.Unclassified: {}, casework.OnTheSpot: {}, casework.Township: {}, casework.Explain: {}, casework.County: {Pending: 1, Overdue: 1},
		},
		OldestPending: time.Date(2026, time.August, 3, 1, 0, 0, 0, time.UTC),
		Received:      56, Visits: 68, Closed: map[casework.Result]int64{casework.ResolvedA: 55},
		Reopened: 2, Withdrawn: 1, Merged: 3, Closings: &stationconf.Closings{OnTime: 51, Late: 4},
		Satisfaction: map[string]int64{string(casework.Satisfied): 40, string(casework.NotSatisfied): 2},
		Authorities:  &stationconf.Authorities{Problem: stationconf.AuthoritiesMissing},
		Audit:        &stationconf.Audit{Length: 900, Head: strings.Repeat("a", 64), Asked: &stationconf.AuditPoint{Length: 899, Hash: strings.Repeat("b", 64)}},
	}
}

func TestDocumentsComeBackAsTheyWere(t *testing.T) {
	roundTrip(t, zhongduo(), stationconf.EncodeStation, stationconf.DecodeStation)
	roundTrip(t, everything(), stationconf.EncodeStation, stationconf.DecodeStation)
	roundTrip(t, october(), stationconf.EncodeSchedule, stationconf.DecodeSchedule)
	roundTrip(t, stationconf.Schedule{}, stationconf.EncodeSchedule, stationconf.DecodeSchedule)
	roundTrip(t, arrangement(), stationconf.EncodeCalendar, stationconf.DecodeCalendar)
	roundTrip(t, report(), stationconf.EncodeBacklogReport, stationconf.DecodeBacklogReport)
}

func roundTrip[D any](t *testing.T, doc D, encode func(D) ([]byte, error), decode func([]byte) (D, error)) {
	t.Helper()
	data, err := encode(doc)
	if err != nil {
		t.Fatalf("encoding %T: %v", doc, err)
	}
	back, err := decode(data)
	if err != nil {
		t.Fatalf("decoding %s: %v", data, err)
	}
	if diff := cmp.Diff(doc, back, cmp.Comparer(func(a, b workday.Date) bool { return a == b })); diff != "" {
		t.Errorf("%T changed on the way (-before +after):\n%s", doc, diff)
	}
	again, err := encode(back)
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("%T encodes to other bytes the second time (%v)", doc, err)
	}
}

func TestAnUnknownFieldOfANewerOperatorIsNoFault(t *testing.T) {
	data, err := stationconf.EncodeStation(zhongduo())
	if err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(string(data), `{`, `{"invention":{"of":"next year"},`, 1)
	got, err := stationconf.DecodeStation([]byte(newer))
	if err != nil || got.Name != "zhongduo" {
		t.Errorf("decoding a newer document: %v, %v; want it read", got.Name, err)
	}
}

// What an operator of the release before wrote is read as it was meant: what it does not say has its default.
func TestADocumentOfAnOlderOperatorIsRead(t *testing.T) {
	got, err := stationconf.DecodeStation([]byte(`{"namespace":"jixian","name":"zhongduo","displayName":"中垛乡人大代表联络站","timeZone":"Asia/Shanghai",
		"township":{"name":"中垛乡","code":"141028204","county":"吉县"},"contact":{},"head":{"name":"站长"},
		"administrators":[{"username":"admin-1","name":"管理员"}],"topics":["道路交通"],
		"deadlines":{"county":{"months":3},"explain":{"workingDays":5},"on_the_spot":{"workingDays":1},"township":{"workingDays":15}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got.Units != nil || got.Triage != (casework.Deadline{}) || got.Reminders.BeforeDays != nil || got.OIDC != nil || got.Open311.RequireKey {
		t.Errorf("what the document does not say reads as %+v", got)
	}
	report, err := stationconf.DecodeBacklogReport([]byte(`{"version":"0.1.0","received":1,"visits":0,"closed":{},"oldestPending":"2026-08-03T01:00:00Z",
		"routes":{"unclassified":{"pending":1,"overdue":0},"on_the_spot":{"pending":0,"overdue":0},"township":{"pending":0,"overdue":0},
			"county":{"pending":0,"overdue":0},"explain":{"pending":0,"overdue":0}}}`))
	if err != nil || report.Audit != nil {
		t.Errorf("a report without an audit log: %+v, %v", report, err)
	}
}

// No reminders at all is something else than the usual ones.
func TestNoRemindersAreToldFromTheDefault(t *testing.T) {
	s := zhongduo()
	s.Reminders.AfterDays = []int{}
	data, err := stationconf.EncodeStation(s)
	if err != nil {
		t.Fatal(err)
	}
	back, err := stationconf.DecodeStation(data)
	if err != nil || back.Reminders.BeforeDays != nil || back.Reminders.AfterDays == nil {
		t.Errorf("the reminders come back as %#v, %v", back.Reminders, err)
	}
}

func TestBadStationsAreRefusedByField(t *testing.T) {
	for field, spoil := range map[string]func(*stationconf.Station){
		"namespace":                 func(s *stationconf.Station) { s.Namespace = "" },
		"displayName":               func(s *stationconf.Station) { s.DisplayName = " " },
		"timeZone":                  func(s *stationconf.Station) { s.TimeZone = "Asia/Zhongduo" },
		"township.code":             func(s *stationconf.Station) { s.Township.Code = "1410282" },
		"township.county":           func(s *stationconf.Station) { s.Township.County = "" },
		"township.villages[0].code": func(s *stationconf.Station) { s.Township.Villages[0].Code = "999999999207" },
		"township.villages[1].name": func(s *stationconf.Station) {
			s.Township.Villages = append(s.Township.Villages, s.Township.Villages[0])
		},
		"contact.address":            func(s *stationconf.Station) { s.Contact.Address = "街\x00道" },
		"head.name":                  func(s *stationconf.Station) { s.Head.Name = "" },
		"administrators":             func(s *stationconf.Station) { s.Administrators = nil },
		"administrators[0].username": func(s *stationconf.Station) { s.Administrators[0].Username = "../etc" },
		"topics":                     func(s *stationconf.Station) { s.Topics = nil },
		"topics[1]":                  func(s *stationconf.Station) { s.Topics[1] = s.Topics[0] },
		"deadlines.county":           func(s *stationconf.Station) { delete(s.Deadlines, casework.County) },
		"deadlines.township": func(s *stationconf.Station) {
			s.Deadlines[casework.Township] = casework.Deadline{WorkingDays: 1, Months: 1}
		},
		"deadlines.explain":          func(s *stationconf.Station) { s.Deadlines[casework.Explain] = casework.Deadline{WorkingDays: 251} },
		"deadlines.on_the_spot":      func(s *stationconf.Station) { s.Deadlines[casework.OnTheSpot] = casework.Deadline{Months: 13} },
		"deadlines.unclassified":     func(s *stationconf.Station) { s.Deadlines[casework.Unclassified] = casework.Deadline{Months: 1} },
		"head.username":              func(s *stationconf.Station) { s.Head.Username = "Zhan Zhang" },
		"deputyAccounts[0].username": func(s *stationconf.Station) { s.DeputyAccounts[0].Username = s.Administrators[0].Username },
		"deputyAccounts[0].deputy":   func(s *stationconf.Station) { s.DeputyAccounts[0].Deputy = "" },
		"deputyAccounts[0].name":     func(s *stationconf.Station) { s.DeputyAccounts[0].Name = "" },
		"units[0].level":             func(s *stationconf.Station) { s.Units[0].Level = "Province" },
		"units[1].name":              func(s *stationconf.Station) { s.Units[1].Name = s.Units[0].Name },
		"triage":                     func(s *stationconf.Station) { s.Triage = casework.Deadline{WorkingDays: 1, Months: 1} },
		"extension":                  func(s *stationconf.Station) { s.Extension = casework.Deadline{Months: 13} },
		"reminders.beforeDays[0]":    func(s *stationconf.Station) { s.Reminders.BeforeDays = []int{31} },
		"reminders.afterDays[1]":     func(s *stationconf.Station) { s.Reminders.AfterDays = []int{5, 5} },
		"retentionYears":             func(s *stationconf.Station) { s.RetentionYears = 51 },
		"site.introduction":          func(s *stationconf.Station) { s.Site.Introduction = "简\x00介" },
		"site.rules[0]":              func(s *stationconf.Station) { s.Site.Rules[0] = "一\n二" },
		"site.notices[0].date":       func(s *stationconf.Station) { s.Site.Notices[0].Date = workday.Date{} },
		"site.notices[0].title":      func(s *stationconf.Station) { s.Site.Notices[0].Title = "" },
		"siteURL":                    func(s *stationconf.Station) { s.SiteURL = "zhongduo.example.gov.cn/" },
		"webhook.format":             func(s *stationconf.Station) { s.Webhook.Format = "SMS" },
		"trustedProxies[0]":          func(s *stationconf.Station) { s.TrustedProxies[0] = "10.0.0.1" },
		"trustedProxies[1]":          func(s *stationconf.Station) { s.TrustedProxies[1] = "::/0" },
		"oidc.issuer":                func(s *stationconf.Station) { s.OIDC.Issuer = "http://id.example.gov.cn" },
		"oidc.clientID":              func(s *stationconf.Station) { s.OIDC.ClientID = "" },
		"oidc.usernameClaim":         func(s *stationconf.Station) { s.OIDC.UsernameClaim = "" },
	} {
		s := everything()
		spoil(&s)
		_, err := stationconf.EncodeStation(s)
		refuses(t, err, stationconf.StationFile, field)
	}
}

func TestBadSchedulesCalendarsAndReportsAreRefusedByField(t *testing.T) {
	s := october()
	s.Shifts[0].Date, s.Shifts[1].Kind, s.Shifts[1].Hours = workday.NewDate(2026, time.October, 30), "Party", "9-11"
	s.Deputies = append(s.Deputies, s.Deputies[0])
	_, err := stationconf.EncodeSchedule(s)
	refuses(t, err, stationconf.ScheduleFile, "shifts[1].date", "shifts[1].kind", "shifts[1].hours", "deputies[1].id")

	c := arrangement()
	c.Years[0].OffDays[0].Date = workday.NewDate(2028, time.May, 1)
	c.Years = append(c.Years, workday.Year{Year: 2026})
	_, err = stationconf.EncodeCalendar(c)
	refuses(t, err, stationconf.CalendarFile, "years[0].offDays[0].date", "years[1].year")

	r := report()
	r.Routes[casework.County] = stationconf.RouteBacklog{Pending: 1, Overdue: 2}
	r.Routes["moon"] = stationconf.RouteBacklog{}
	r.Closed["E"], r.Visits = 1, -1
	delete(r.Routes, casework.Explain)
	r.Merged, r.Satisfaction["delighted"], r.Satisfaction[string(casework.Satisfied)] = -1, 1, -1
	r.Closings.OnTime, r.Closings.Late, r.Authorities.Problem = -1, -1, "odd"
	r.Audit.Head, r.Audit.Asked = "A", &stationconf.AuditPoint{Length: 901, Hash: "b"}
	_, err = stationconf.EncodeBacklogReport(r)
	refuses(t, err, "backlog report", "routes.county.overdue", "routes.moon", "routes.explain", "closed.E", "visits", "merged",
		"closings.onTime", "closings.late", "authorities.problem", "satisfaction.delighted", "satisfaction.satisfied", "audit.head", "audit.asked.length", "audit.asked.hash")

	person := october()
	person.Deputies[0].Group, person.Deputies[0].Specialties = strings.Repeat("组", 31), []string{""}
	_, err = stationconf.EncodeSchedule(person)
	refuses(t, err, stationconf.ScheduleFile, "deputies[0].group", "deputies[0].specialties[0]")
}

// Two accounts of one username would be one account with two roles.
func TestAUsernameBelongsToOneAccount(t *testing.T) {
	s := everything()
	s.Administrators[0].Username, s.DeputyAccounts[0].Username = s.Head.Username, s.Head.Username
	_, err := stationconf.EncodeStation(s)
	refuses(t, err, stationconf.StationFile, "administrators[0].username", "deputyAccounts[0].username")
}

func TestIssuers(t *testing.T) {
	for issuer, good := range map[string]bool{
		"https://id.example.gov.cn": true, "https://id.example.gov.cn:8443/realms/county": true, "https://[fd00::1]:8443": true,
		"http://127.0.0.1:5556": true, "http://localhost:5556/dex": true, "http://[::1]:5556": true,
		"http://id.example.gov.cn": false, "http://127.0.0.1.example.gov.cn": false, "http://localhost.example": false,
		"https://user@id.example.gov.cn": false, "https://id.example.gov.cn?x=1": false, "https://": false, "ftp://id.example.gov.cn": false,
	} {
		s := everything()
		s.OIDC.Issuer = issuer
		if _, err := stationconf.EncodeStation(s); (err == nil) != good {
			t.Errorf("issuer %q: %v, want it taken: %t", issuer, err, good)
		}
	}
}

func refuses(t *testing.T, err error, document string, fields ...string) {
	t.Helper()
	for _, field := range fields {
		if err == nil || !strings.Contains(err.Error(), document+": "+field+" ") {
			t.Errorf("got %v, want it to refuse %s in %s", err, field, document)
		}
	}
}

func TestDecodeRefusesWhatIsNotOneDocument(t *testing.T) {
	for name, tc := range map[string]struct{ data, says string }{
		"nothing":            {"", "not the JSON expected"},
		"not JSON":           {"name: zhongduo", "not the JSON expected"},
		"cut off":            {`{"years": [{"year": 2026,`, "not the JSON expected"},
		"something after it": {`{"years": []} {}`, "after its end"},
		"a wrong type":       {`{"years": [{"year": "2026"}]}`, "years.year must be int, not a JSON string"},
		"an impossible day":  {`{"years": [{"year": 2026, "offDays": [{"date": "2026-02-30"}]}]}`, "2026-02-30"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := stationconf.DecodeCalendar([]byte(tc.data))
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("decoding %q: %v, want an error that says %q", tc.data, err, tc.says)
			}
		})
	}
}

func TestReadBacklogReportIsBounded(t *testing.T) {
	data, err := stationconf.EncodeBacklogReport(report())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stationconf.ReadBacklogReport(bytes.NewReader(data)); err != nil {
		t.Errorf("a real report: %v", err)
	}
	endless := &spaces{}
	if _, err := stationconf.ReadBacklogReport(endless); !errors.Is(err, stationconf.ErrTooLarge) {
		t.Errorf("an endless answer: %v, want ErrTooLarge", err)
	}
	if endless.read > 2*stationconf.MaxBacklogReport {
		t.Errorf("took %d bytes of an endless answer", endless.read)
	}
}

type spaces struct{ read int }

func (s *spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	s.read += len(p)
	return len(p), nil
}
