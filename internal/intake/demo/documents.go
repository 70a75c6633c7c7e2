// Package demo is a station to look at: Zhongduo township (中垛乡) as the samples declare it, with cases of every kind, for the service that
// runs alone. Villages are public facts; every person and phone number is a placeholder.
package demo

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// villages with the number that ends their code (GB/T 2260 and the statistical division codes).
var villages = []struct{ code, name string }{
	{"200", "中垛村"}, {"201", "柳沟村"}, {"202", "永固村"}, {"203", "三堠村"}, {"204", "南坪村"},
	{"205", "安坪村"}, {"206", "南光村"}, {"207", "白额村"}, {"208", "下柏房村"}, {"211", "马连滩村"},
}

const townshipCode = "141028204"

// Station of the demonstration.
func Station() stationconf.Station {
	s := stationconf.Station{
		Namespace: "demo", Name: "zhongduo", DisplayName: "中垛乡人大代表联络站", TimeZone: "Asia/Shanghai",
		Township:       stationconf.Township{Name: "中垛乡", Code: townshipCode, County: "吉县", Population: 15000},
		Contact:        stationconf.Contact{Address: "中垛乡人民政府院内（示例）", Phone: "0357-0000204", OpeningHours: "周一至周五 08:30-12:00、14:30-18:00"},
		Head:           stationconf.Head{Name: "示例站长", Title: "人大主席", Username: headName},
		Administrators: []stationconf.Administrator{{Username: administratorName, Name: "示例管理员"}},
		DeputyAccounts: []stationconf.DeputyAccount{{Username: deputyName, Name: deputyOf(7).Name, Deputy: deputyOf(7).ID}},
		Topics:         []string{"产业发展", "道路交通", "环境卫生", "集体经济", "民风教化"},
		Deadlines:      casework.DefaultDeadlines(),
		Units: []stationconf.Unit{
			{Name: "乡农业农村办公室", Level: stationconf.UnitTownship}, {Name: "乡社会事务办公室", Level: stationconf.UnitTownship},
			{Name: roadUnit, Level: stationconf.UnitCounty}, {Name: "县水利局", Level: stationconf.UnitCounty},
		},
		Site: stationconf.Site{
			Introduction: "每月10日由代表和分管领导接待选民，其他工作日有代表值班。您提的每一条建议都会登记、办理，并把结果告诉您。",
			Rules: []string{
				"接待制度：每月10日为选民接待日，遇节假日顺延；接待代表和主题提前公布。",
				"办理制度：能当场办理的当场办理；需要乡政府办理的限期办理；需要县直部门办理的由乡人大协调；办不了的耐心解释。",
				"反馈制度：办理结果通过电话、当面或公示告诉提出建议的群众，并请群众评价。",
				"代表不直接处理问题：代表接待、反映、督办，由承办单位办理。",
			},
		},
	}
	for i, v := range villages {
		s.Township.Villages = append(s.Township.Villages, stationconf.Village{Code: townshipCode + v.code, Name: v.name, LiaisonDeputy: deputyOf(i).ID})
	}
	return s
}

// deputyOf a village runs its liaison point.
func deputyOf(village int) stationconf.Person {
	return stationconf.Person{
		ID: fmt.Sprintf("d%03d", village+1), Name: fmt.Sprintf("乡代表%02d", village+1), Level: "Township",
		Village: villages[village].name, Phone: fmt.Sprintf("100 0000 %04d", village+1), Group: fmt.Sprintf("第%d组", village/4+1),
	}
}

// mostShifts planned from today on.
const mostShifts = 40

// Schedule of the demonstration, from the day on.
func Schedule(today workday.Date, calendar *workday.Calendar) stationconf.Schedule {
	s := stationconf.Schedule{
		Leaders:      []stationconf.Person{{ID: "l01", Name: "分管领导甲", Title: "党委副书记"}},
		PlannedUntil: today.AddDays(mostShifts),
	}
	for i := range villages {
		s.Deputies = append(s.Deputies, deputyOf(i))
	}
	for i := range mostShifts {
		if day := today.AddDays(i); calendar.IsWorking(day) {
			s.Shifts = append(s.Shifts, shiftOn(day, i, calendar))
		}
	}
	return s
}

// receptionDay of the month, postponed to a working day.
const receptionDay = 10

func shiftOn(day workday.Date, i int, calendar *workday.Calendar) stationconf.Shift {
	one, two := deputyOf(i%len(villages)).ID, deputyOf((i+1)%len(villages)).ID
	if tenth := workday.NewDate(day.Year(), day.Month(), receptionDay); calendar.NextWorking(tenth) == day {
		return stationconf.Shift{
			Date: day, Kind: stationconf.ShiftReception, Deputies: []string{one, two}, Leaders: []string{"l01"},
			Hours: "09:00-11:00", Topic: "道路交通", AnnounceOn: day.AddDays(-3),
		}
	}
	return stationconf.Shift{Date: day, Kind: stationconf.ShiftDuty, Deputies: []string{one}, Hours: "08:30-12:00"}
}

// Usernames of the demonstration's staff.
const (
	headName          = "zhanzhang"
	administratorName = "guanliyuan"
	deputyName        = "daibiao"
)

// Login of a member of staff.
type Login struct{ Username, Password string }

// Folders that the service reads, below the root that Write was given.
const (
	ConfigFolder  = "config"
	SecretsFolder = "secrets"
	StaffFolder   = "staff"
	DataFolder    = "data"
)

// Write makes the folders as the operator would mount them, with keys and first passwords drawn for them, and returns the logins: those of
// the administrator, the head, and a deputy.
func Write(root string, today workday.Date) ([]Login, error) {
	calendar, err := workday.NewCalendar(workday.Published()...)
	if err != nil {
		return nil, fmt.Errorf("the holidays: %w", err)
	}
	station, errStation := stationconf.EncodeStation(Station())
	schedule, errSchedule := stationconf.EncodeSchedule(Schedule(today, calendar))
	holidays, errHolidays := stationconf.EncodeCalendar(stationconf.Calendar{Years: workday.Published()})
	for _, err := range []error{errStation, errSchedule, errHolidays} {
		if err != nil {
			return nil, fmt.Errorf("the demonstration's documents: %w", err)
		}
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: the program would end first
	files := map[string]map[string][]byte{
		ConfigFolder:  {stationconf.StationFile: station, stationconf.ScheduleFile: schedule, stationconf.CalendarFile: holidays},
		SecretsFolder: {mounted.DataKeyFile: key, mounted.InternalTokenFile: []byte(rand.Text())},
		StaffFolder:   {},
		DataFolder:    {},
	}
	var logins []Login
	for _, username := range []string{administratorName, headName, deputyName} {
		login := Login{Username: username, Password: rand.Text()[:12]}
		files[StaffFolder][username] = []byte(login.Password)
		logins = append(logins, login)
	}
	return logins, writeAll(root, files)
}

func writeAll(root string, folders map[string]map[string][]byte) error {
	for folder, files := range folders {
		path := filepath.Join(root, folder)
		if err := os.MkdirAll(path, 0o700); err != nil {
			return fmt.Errorf("preparing the demonstration: %w", err)
		}
		for name, data := range files {
			if err := os.WriteFile(filepath.Join(path, name), data, 0o600); err != nil {
				return fmt.Errorf("preparing the demonstration: %w", err)
			}
		}
	}
	return nil
}
