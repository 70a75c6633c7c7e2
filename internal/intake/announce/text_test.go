package announce_test

import (
	"strings"
	"testing"

	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

func textOf(t *testing.T, language web.Language, d documents) string {
	t.Helper()
	catalogues, err := web.LoadCatalogues()
	must(t, err)
	made, err := mounted.NewDocuments(d.Station, stationconf.Calendar{}, d.Schedule)
	must(t, err)
	return announce.Text(catalogues[language], made, d.Schedule.Shifts[0])
}

func TestTheAnnouncementAsItIsPastedIntoAGroup(t *testing.T) {
	plain := zhongduo()
	plain.Station.SiteURL, plain.Station.Contact.Address = "", ""
	for name, c := range map[string]struct {
		documents documents
		want      string
	}{
		"with everything": {zhongduo(), `【代表接待日】中垛乡人大代表联络站
时间：10月10日 星期六 09:00-11:00
地点：中垛乡人大代表联络站（中垛村128号）
主题：道路交通
接待代表：张三（县人大代表）、李四（乡镇人大代表）
接待领导：王五（副乡长）
欢迎到站反映意见建议，也可以在网上提：https://zhongduo.example.org/suggest`},
		"postponed, at a place of its own, and perhaps to move": {
			zhongduo().reception(func(s *stationconf.Shift) {
				s.Date, s.PostponedFrom, s.Place, s.Provisional = october(12), october(10), "白额村文化广场", true
			}), `【代表接待日】中垛乡人大代表联络站
时间：10月12日 星期一 09:00-11:00
地点：白额村文化广场
主题：道路交通
接待代表：张三（县人大代表）、李四（乡镇人大代表）
接待领导：王五（副乡长）
原定10月10日 星期六，按节假日顺延。
放假安排还没有公布，日期可能调整，请以近期公告为准。
欢迎到站反映意见建议，也可以在网上提：https://zhongduo.example.org/suggest`,
		},
		"with next to nothing": {
			plain.reception(func(s *stationconf.Shift) { s.Hours, s.Topic, s.Deputies, s.Leaders = "", "", nil, nil }), `【代表接待日】中垛乡人大代表联络站
时间：10月10日 星期六
地点：中垛乡人大代表联络站
接待代表：待定
欢迎到站反映意见建议。`,
		},
		"cancelled": {
			zhongduo().reception(func(s *stationconf.Shift) { s.Cancelled, s.Deputies, s.Leaders = true, nil, nil }), `【代表接待日取消】中垛乡人大代表联络站
时间：10月10日 星期六 09:00-11:00
这次接待取消，请不要前来。
意见建议可以在网上提：https://zhongduo.example.org/suggest`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := textOf(t, web.Chinese, c.documents); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestTheAnnouncementInEnglish(t *testing.T) {
	got := textOf(t, web.English, zhongduo().reception(func(s *stationconf.Shift) { s.PostponedFrom = workday.NewDate(2026, 10, 8) }))
	for _, want := range []string{"10 October", "Saturday", "09:00-11:00", "张三", "https://zhongduo.example.org/suggest", "8 October"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for _, left := range []string{"{", "}", "announce."} {
		if strings.Contains(got, left) {
			t.Errorf("%q is left in\n%s", left, got)
		}
	}
}

func TestTheAnnouncementHoldsNoPhone(t *testing.T) {
	for _, language := range web.Languages {
		if got := textOf(t, language, zhongduo()); strings.Contains(got, "1390000") || strings.Contains(got, "7920000") {
			t.Errorf("a phone stands in\n%s", got)
		}
	}
}
