package desk

import (
	"net/http"
	"testing"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
)

func TestChosenCasesAreAssignedTogetherAndEachForItself(t *testing.T) {
	o := newOffice(t)
	o.station.Units = []stationconf.Unit{{Name: "县交通局", Level: stationconf.UnitCounty}, {Name: "乡公路站", Level: stationconf.UnitTownship}}
	first := o.comes(o.raise(raised{text: "路灯不亮了。"}), toTownship)
	second := o.comes(o.raise(raised{text: "桥栏杆坏了。"}), toTownship)
	third := o.comes(o.raise(raised{text: "井盖丢了。"}), toTownship)
	untouched := o.raise(raised{text: "水渠堵了。"})
	o.comes(o.raise(raised{text: "想问问政策。"}), casework.Classify{Route: casework.Explain, Reason: "讲政策"})
	page := o.open("/desk?topic=%E9%81%93%E8%B7%AF%E4%BA%A4%E9%80%9A")
	if page.Find("#bulk input[type=checkbox]").Length() != 3 {
		t.Fatalf("%d cases can be chosen, want those that wait for a unit", page.Find("#bulk input[type=checkbox]").Length())
	}
	if got := page.Find("#assign select option").Eq(1).Text(); got != "乡公路站" {
		t.Errorf("the first unit is %q", got)
	}

	// A colleague is quicker with the third.
	o.comes(third, casework.Assign{Unit: "县交通局"})
	result := o.fill(page, "#bulk", "chosen", first.String(), "chosen", second.String(), "chosen", third.String(), "unit", "乡公路站")
	result.says("#done", "已交办 2 件，承办单位：乡公路站", first.String(), second.String()).keepsQuiet("#done", third.String())
	result.says("#refused", "没有交办的：1 件", third.String(), "有了变化")
	if result.status != http.StatusOK || result.Find("a.button").AttrOr("href", "") != "/desk?topic=%E9%81%93%E8%B7%AF%E4%BA%A4%E9%80%9A" {
		t.Errorf("answered with %d; the way back is %q", result.status, result.Find("a.button").AttrOr("href", ""))
	}
	for code, unit := range map[casework.Code]string{first: "乡公路站", second: "乡公路站", third: "县交通局", untouched: ""} {
		if got := o.cases.cases[code].Assignment.Unit; got != unit {
			t.Errorf("%s is at %q, want %q", code, got, unit)
		}
	}
}

func TestWhyACaseIsNotAssigned(t *testing.T) {
	o := newOffice(t)
	o.station.Units = []stationconf.Unit{{Name: "乡公路站", Level: stationconf.UnitTownship}}
	waits := o.comes(o.raise(raised{text: "路灯不亮了。"}), toTownship)
	received := o.raise(raised{text: "水渠堵了。"})
	for body, want := range map[string]string{
		"chosen=" + waits.String() + "&unit=":                   "请填写",
		"chosen=" + waits.String() + "&unit=%E5%BC%A0%E4%B8%89": "请选择",
		"chosen=" + received.String() + "&unit=" + "x":          "不能做这一步",
		"chosen=ABCDEFGHJKMN&unit=x":                            "查不到这个查询码",
		"chosen=nonsense&unit=x":                                "查询码不对",
		"unit=x":                                                "没有选中",
	} {
		page := o.send(http.MethodPost, "/desk/assign", body).says("main", want)
		if page.Find("#done").Length() != 0 {
			t.Errorf("%s: something was assigned", body)
		}
	}
	if way := o.send(http.MethodPost, "/desk/assign", "chosen="+waits.String()+"&unit=x&back=//elsewhere.example/%3Fx=1").Find("a.button").AttrOr("href", ""); way != "/desk" {
		t.Errorf("the way back leads to %q", way)
	}
}
