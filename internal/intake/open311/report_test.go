package open311

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
)

// suggested is what the station's rules see of a form.
func suggested(t *testing.T, pairs ...string) casework.Suggestion {
	t.Helper()
	words, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	r, wrong := readReport(form(pairs...))
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	return r.suggestion("道路交通", zhongduo().Township.Villages, words[web.Chinese])
}

func TestWhatHasNoFieldOfItsOwnStandsBelowTheDescription(t *testing.T) {
	s := suggested(t,
		"description", "路灯不亮\n晚上看不见路", "address_string", "白额村  委会\n门口", "lat", "36.1", "long", "110.68000049", "address_id", "7-12",
		"media_url", "https://photos.example.org/1.jpg", "media_url", "https://photos.example.org/2.jpg",
		"attribute[WHISPAWN]", "123456", "attribute[LAMPS][]", "3号", "attribute[LAMPS][]", "4号",
	)
	want := strings.Join([]string{
		"路灯不亮", "晚上看不见路", "附加信息 LAMPS：3号, 4号", "附加信息 WHISPAWN：123456",
		"附件网址：https://photos.example.org/1.jpg", "附件网址：https://photos.example.org/2.jpg",
		"地址编号：7-12", "纬度、经度（WGS84）：36.100000, 110.680000", "地点：白额村 委会 门口",
	}, "\n")
	if s.Text != want {
		t.Errorf("got\n%s\nwant\n%s", s.Text, want)
	}
}

func TestTheVillageIsFoundInTheAddress(t *testing.T) {
	for address, village := range map[string]string{
		"白额村委会门口": "白额村", "吉县中垛乡南白额村3组": "南白额村", "吉县中垛乡政府院内": "", "白额村到中垛村的路": "",
		"南白额村和白额村之间": "", "白额村，就是白额村": "白额村", "垛村": "",
	} {
		if s := suggested(t, "address_string", address); s.Village != village {
			t.Errorf("%s is in %q, want %q", address, s.Village, village)
		}
	}
}

func TestAnAddressIDIsTheCodeOfAVillage(t *testing.T) {
	s := suggested(t, "address_id", "141028204207", "address_string", "中垛村", "description", "路灯不亮")
	if s.Village != "白额村" || strings.Contains(s.Text, "141028204207") {
		t.Errorf("%+v", s)
	}
}

func TestTheNameIsWrittenAsItsLanguageHasIt(t *testing.T) {
	for _, c := range []struct {
		first, last, mail, name string
		notKept                 []string
	}{
		{"小明", "王", "", "王小明", nil},
		{"John", "Smith", "", "John Smith", nil},
		{"", "王", "", "王", nil},
		{"小明", "王", "wxm@example.org", "王小明 wxm@example.org", nil},
		{"", "", "wxm@example.org", "wxm@example.org", nil},
		{"John", "Smith", "john.smith.of.the.hills@example.org", "John Smith", []string{"email"}},
	} {
		r, wrong := readReport(form("address_string", "白额村", "first_name", c.first, "last_name", c.last, "email", c.mail))
		if len(wrong) > 0 || r.name != c.name || !slices.Equal(r.notKept, c.notKept) {
			t.Errorf("%+v: %q, not kept %v, wrong %v", c, r.name, r.notKept, wrong)
		}
	}
}

func TestIdentifiersOfDevicesAreNotKept(t *testing.T) {
	r, _ := readReport(form("address_string", "白额村", "device_id", "tt222111", "account_id", "123456"))
	if !slices.Equal(r.notKept, []string{"device_id", "account_id"}) {
		t.Errorf("not kept: %v", r.notKept)
	}
}

func TestAReportNeedsAPlace(t *testing.T) {
	for _, c := range []struct {
		fields []string
		wrong  []string
	}{
		{[]string{"address_string", "白额村"}, nil},
		{[]string{"address_id", "141028204207"}, nil},
		{[]string{"lat", "36.1", "long", "110.6"}, nil},
		{[]string{"lat", "-90", "long", "180"}, nil},
		{nil, []string{"no_location at address_string"}},
		{[]string{"address_string", " \n "}, []string{"no_location at address_string"}},
		{[]string{"lat", "36.1"}, []string{"required at long"}},
		{[]string{"long", "110.6"}, []string{"required at lat"}},
		{[]string{"lat", "91", "long", "181"}, []string{"bad_coordinate at lat", "bad_coordinate at long"}},
		{[]string{"lat", "NaN", "long", "Inf"}, []string{"bad_coordinate at lat", "bad_coordinate at long"}},
		{[]string{"lat", "36°", "long", "110.6", "address_string", "白额村"}, []string{"bad_coordinate at lat"}},
	} {
		var wrong []string
		_, found := readReport(form(c.fields...))
		for _, p := range found {
			wrong = append(wrong, p.Error())
		}
		if !reflect.DeepEqual(wrong, c.wrong) {
			t.Errorf("%v: %v, want %v", c.fields, wrong, c.wrong)
		}
	}
}
