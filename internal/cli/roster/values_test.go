package roster

import (
	"cmp"
	"errors"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/worksheet"
)

func TestHeadingsAreKnownHoweverTheyAreWritten(t *testing.T) {
	for heading, want := range map[string]column{
		"姓名": nameColumn, " 姓　名 ": nameColumn, "*姓名": nameColumn, "Name": nameColumn, "FULL NAME": nameColumn,
		"代表层级": levelColumn, "级别（县/乡）": levelColumn, "Level": levelColumn,
		"村/选区": villageColumn, "所在选区": villageColumn, "Electoral district": villageColumn,
		"手机号码（必填）": phoneColumn, "联系\n电话": phoneColumn, "Phone number": phoneColumn, "ＰＨＯＮＥ": phoneColumn,
		"是否公开": publishColumn, "publish_phone": publishColumn, "电话是否公开：": publishColumn,
		"专业小组": specialtiesColumn, "小组": groupColumn, "状态": statusColumn, "任职起止": termColumn, "任职（起）": "",
		"职务": titleColumn, "分管工作": areasColumn, "编号": idColumn, "ID": idColumn, "序号": "", "性别": "", "": "",
	} {
		if got := columnOf[bare(heading)]; got != want {
			t.Errorf("%q is the column %q, want %q", heading, got, want)
		}
	}
}

// What nobody sees in a heading does not make it another: who is Terminated would come in as Active.
func TestHeadingsAreKnownWhateverIsInvisibleInThem(t *testing.T) {
	for name, known := range headings {
		for _, heading := range known {
			letters := []rune(heading)
			for at := range len(letters) + 1 {
				for _, unseen := range "\u200b\uFEFF\u00a0\u3000\u2009\u00ad\n" {
					written := string(letters[:at]) + string(unseen) + string(letters[at:])
					if got := columnOf[bare(written)]; got != name {
						t.Errorf("%q is the column %q, want %q", written, got, name)
					}
				}
			}
		}
	}
}

// One heading for two columns would make one of them unreachable.
func TestNoHeadingStandsForTwoColumns(t *testing.T) {
	seen := map[string]column{}
	for name, known := range headings {
		for _, heading := range known {
			if other, twice := seen[bare(heading)]; twice {
				t.Errorf("%q stands for %s and %s", heading, other, name)
			}
			seen[bare(heading)] = name
		}
	}
}

func TestLevels(t *testing.T) {
	county, township := v1alpha1.DeputyCounty, v1alpha1.DeputyTownship
	for text, want := range map[string]v1alpha1.DeputyLevel{
		"县": county, "县级": county, "县代表": county, "县人大代表": county, "县级人大代表": county, "吉县第十七届人大代表": county, "County": county, "区": county, "ｃｏｕｎｔｙ": county,
		"吉县人民代表大会代表": county, "乡": township, "镇": township, "乡镇": township, "乡镇级": township, "中垛乡人大代表": township, "吉县中垛乡": township, "township": township, " 乡 级 ": township, "苏木": township,
	} {
		if got, err := parseLevel(text); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		"省": errLevel, "市": errLevel, "": errLevel, "村": errLevel, "县乡": errBothLevel, "县、乡": errBothLevel, "县级/乡级": errBothLevel, "县乡两级代表": errBothLevel,
		"县人大代表、乡人大代表": errBothLevel, "乡人大代表、县人大代表": errBothLevel, "县级人大代表兼乡级人大代表": errBothLevel, "吉县人大代表，中垛乡人大代表": errBothLevel, "县代表/镇代表": errBothLevel,
		"吉县第十七届人民代表大会代表、中垛乡第十九届人民代表大会代表": errBothLevel, "旗、苏木": errBothLevel, "旗人大代表、苏木人大代表": errBothLevel,
	} {
		if got, err := parseLevel(text); !errors.Is(err, want) {
			t.Errorf("%q is %q, %v; want %v", text, got, err, want)
		}
	}
}

func TestStatuses(t *testing.T) {
	for text, want := range map[string]v1alpha1.DeputyStatus{
		"": v1alpha1.DeputyActive, "在任": v1alpha1.DeputyActive, "Active": v1alpha1.DeputyActive, "暂停执行代表职务": v1alpha1.DeputySuspended, "代表资格终止": v1alpha1.DeputyTerminated, " 离 任": v1alpha1.DeputyTerminated,
	} {
		if got, err := parseStatus(text); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	if got, err := parseStatus("请假"); !errors.Is(err, errStatus) {
		t.Errorf("请假 is %q, %v", got, err)
	}
}

func TestYesAndNo(t *testing.T) {
	for text, want := range map[string]bool{"是": true, "√": true, "Y": true, "TRUE": true, "同意公开": true, "否": false, "": false, "×": false, "不公开": false, "no": false} {
		if got, err := parseYesNo(text); err != nil || got != want {
			t.Errorf("%q is %t, %v; want %t", text, got, err, want)
		}
	}
	if _, err := parseYesNo("待定"); !errors.Is(err, errYesNo) {
		t.Errorf("待定: %v", err)
	}
}

func TestTextsAreTidied(t *testing.T) {
	for text, want := range map[string]string{
		"  白额村\u00a0": "白额村", "第１选区": "第1选区", "Ａ组": "A组", "一组（东）": "一组（东）", "a  b\tc": "a b c", "\u200b村\uFEFF": "村", "村\n名": "村 名",
	} {
		if got := tidy(text); got != want {
			t.Errorf("%q is tidied to %q, want %q", text, got, want)
		}
	}
	for name, want := range map[string]string{"张　三": "张三", "欧 阳 锋": "欧阳锋", "古丽·买买提": "古丽·买买提", "Anna  Lee": "Anna Lee", "李 A": "李 A"} {
		if got := tidyName(name); got != want {
			t.Errorf("%q is the name %q, want %q", name, got, want)
		}
	}
}

func TestLists(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, "道路": {"道路"}, "道路、水利，教育;医疗/养老": {"道路", "水利", "教育", "医疗", "养老"}, "道路、、道路": {"道路"}, "道路、桥梁\n水利": {"道路、桥梁", "水利"}, "道路、桥梁\n": {"道路、桥梁"},
	} {
		got, err := parseList(text, 16)
		if diff := gocmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", text, err, diff)
		}
	}
	if _, err := parseList("一、二、三", 2); err == nil {
		t.Error("three are taken for two")
	}
	if _, err := parseList(strings.Repeat("长", 31), 2); err == nil {
		t.Error("a long one is taken")
	}
}

func TestPhonesAreReadExactlyOrNotAtAll(t *testing.T) {
	text := func(text string) worksheet.Cell { return worksheet.Cell{Text: text} }
	number := func(stored string) worksheet.Cell { return worksheet.Cell{Text: "1.39E+10", Number: stored} }
	for _, test := range []struct {
		cell worksheet.Cell
		want string
		err  error
	}{
		{text("139 0000 0031"), "139 0000 0031", nil},
		{text("１３９００００００３１"), "13900000031", nil},
		{text("\u202d13900000031\u202c"), "13900000031", nil}, // as copied from a phone's contacts
		{text("+86 139-0000-0031"), "+86 139-0000-0031", nil},
		{text("0357—7922045"), "0357-7922045", nil},
		{text("（0357）7922045"), "0357-7922045", nil},
		{text("7922045"), "7922045", nil},
		{text(""), "", nil},
		{text("1.3900000031E+10"), "13900000031", nil},
		{text("1.39E+10"), "", errShortened},
		{text("1.39000000310E10"), "", errShortened},
		{text("1390000003"), "", errMobile},
		{text("139000000311"), "", errMobile},
		{text("13900000031/13900000032"), "", errPhones},
		{text("13900000031\n13900000032"), "", errPhones},
		{text("13900000031 13900000032"), "", errPhones},
		{text("13900000031\u00a013900000032"), "", errPhones},
		{text("13900000031／１３９００００００３２"), "", errPhones},
		{text("139\u00a00000\u20090031"), "139 0000 0031", nil},
		{text("\u00a0139\t0000\u30000031\u200b"), "139 0000 0031", nil},
		{text("0357\u20117922045"), "0357-7922045", nil},
		{text("手机13900000031"), "", errPhone},
		{text("123"), "", errPhone},
		{number("13900000031"), "13900000031", nil},
		{number("1.3900000031E+10"), "13900000031", nil},
		{number("1.39E10"), "13900000000", nil}, // what is stored is exact, whatever is shown
		{number("7922045"), "7922045", nil},
		{number("3577922045"), "", errLeadingNil},
		{number("139000000311"), "", errMobile},
		{number("1.39000000315E10"), "", errPhone},
		{number("13900000031.5"), "", errPhone},
		{number("-13900000031"), "", errPhone},
		{number("1E+400000000"), "", errPhone},
	} {
		got, err := parsePhone(test.cell)
		if test.want != "" || test.err == nil {
			if err != nil || got != test.want {
				t.Errorf("%+v is %q, %v; want %q", test.cell, got, err, test.want)
			}
			continue
		}
		if !errors.Is(err, test.err) {
			t.Errorf("%+v is %q, %v; want %v", test.cell, got, err, test.err)
		}
		if stored := cmp.Or(test.cell.Number, test.cell.Text); strings.Contains(err.Error(), stored) && stored != "1.39E+10" { // which the error has for an example
			t.Errorf("the error repeats the number: %v", err)
		}
	}
}

func TestDates(t *testing.T) {
	for _, test := range []struct {
		cell worksheet.Cell
		want string
		says string
	}{
		{worksheet.Cell{Text: "2026-03-01"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "2026/3/1"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "2026.3.1"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "2026年3月1日"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "２０２６年 ３月 １日"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "20260301"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "2026-03-01 00:00:00"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "2026-03-01T00:00:00Z"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "2026/3/1 0:00"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "46082"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "3/1/26", Number: "46082"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "3/1/26", Number: "46082.75"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "20260301", Number: "20260301"}, "2026-03-01", ""},
		{worksheet.Cell{Text: "20260301", Number: "2.0260301E7"}, "2026-03-01", ""},
		{worksheet.Cell{}, "", ""},
		{worksheet.Cell{Text: "/"}, "", ""},
		{worksheet.Cell{Text: "2026-02-30"}, "", "2026-02-30, a day that does not exist"},
		{worksheet.Cell{Text: "2026-13-01"}, "", "does not exist"},
		{worksheet.Cell{Text: "20260431", Number: "20260431"}, "", "does not exist"},
		{worksheet.Cell{Text: "2026年3月"}, "", "names a month and no day"},
		{worksheet.Cell{Text: "3/1/26"}, "", "is no date that can be read"},
		{worksheet.Cell{Text: "2026", Number: "2026"}, "", "is no date that can be read"},
		{worksheet.Cell{Text: "NaN"}, "", "is no date that can be read"},
		{worksheet.Cell{Text: "1e999"}, "", "is no date that can be read"},
	} {
		got, err := parseDate(test.cell, false)
		if (err == nil) != (test.says == "") || got.String() != test.want && err == nil || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%+v is %q, %v; want %q %q", test.cell, got, err, test.want, test.says)
		}
	}
	if got, err := parseDate(worksheet.Cell{Text: "3/1/26", Number: "44620"}, true); err != nil || got.String() != "2026-03-01" {
		t.Errorf("in a workbook that counts from 1904: %s, %v", got, err)
	}
}

func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"2021-09-01至2026-08-31": "2021-09-01 2026-08-31", "2021年9月1日—2026年8月31日": "2021-09-01 2026-08-31", "2021.9.1-2026.8.31": "2021-09-01 2026-08-31",
		"2021/9/1 ~ 2026/8/31": "2021-09-01 2026-08-31", "2021-09-01 - 2026-08-31": "2021-09-01 2026-08-31", "2021-09-01至今": "2021-09-01 ", "2021-09-01": "2021-09-01 ", "": " ",
	} {
		from, until, err := parseTerm(worksheet.Cell{Text: text}, false)
		if got := from.String() + " " + until.String(); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"2021-09-01至2026-08-31至2027-01-01", "2021.9至2026.8", "第十七届"} {
		if from, until, err := parseTerm(worksheet.Cell{Text: text}, false); err == nil {
			t.Errorf("%q is %s to %s", text, from, until)
		}
	}
}

func TestIDs(t *testing.T) {
	for text, want := range map[string]string{"d031": "d031", "D031": "d031", "ｄ０３１": "d031", " 7 ": "7", "zhong-duo-1": "zhong-duo-1"} {
		if got, err := parseID(text); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"代表1", "d_1", "-d", "d-", strings.Repeat("d", 33)} {
		if got, err := parseID(text); err == nil {
			t.Errorf("%q is the id %q", text, got)
		}
	}
}

func TestNewIDsFollowTheHighest(t *testing.T) {
	n := &numbers{letter: "d", wide: 3}
	for _, id := range []string{"d007", "d031", "l99", "east-1", "d5", "d0000000000000031"} {
		n.see(id)
	}
	if first, second := n.next(), n.next(); first != "d032" || second != "d033" {
		t.Errorf("new ids are %s and %s", first, second)
	}
}

func FuzzPhone(f *testing.F) {
	for _, seed := range []string{"13900000031", "+86 139 0000 0031", "1.3900000031E+10", "1.39E+10", "（0357）7922045", "１３９００００００３１"} {
		f.Add(seed, "")
		f.Add("", seed)
	}
	f.Fuzz(func(t *testing.T, text, number string) {
		phone, err := parsePhone(worksheet.Cell{Text: text, Number: number})
		if err == nil && phone != "" && !phoneForm.MatchString(phone) {
			t.Errorf("%q, %q became %q", text, number, phone)
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, seed := range []string{"2026-03-01", "2026/3/1", "2026年3月1日", "20260301", "46082", "2021-09-01至2026-08-31", "1e999", "NaN", "0x1p5"} {
		f.Add(seed, "")
		f.Add("", seed)
	}
	f.Fuzz(func(t *testing.T, text, number string) {
		cell := worksheet.Cell{Text: text, Number: number}
		day, err := parseDate(cell, false)
		from, until, failed := parseTerm(cell, true)
		for _, date := range []struct {
			year int
			zero bool
			err  error
		}{{day.Year(), day.IsZero(), err}, {from.Year(), from.IsZero(), failed}, {until.Year(), until.IsZero(), failed}} {
			if date.err == nil && !date.zero && (date.year < 0 || date.year > 9999) {
				t.Errorf("%q, %q became a day of %d", text, number, date.year)
			}
		}
	})
}
