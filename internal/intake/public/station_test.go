package public

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/stationconf"
)

type selection = goquery.Selection

// largestPage in bytes that an old phone on a poor line still gets quickly.
const largestPage = 50 << 10

// zhongduo is a township of ten villages and 77 deputies that says all it can of itself.
func zhongduo(t *testing.T) (stationconf.Station, stationconf.Schedule) {
	t.Helper()
	station, schedule := november(t)
	station.Topics = []string{"产业发展", "道路交通", "环境卫生", "集体经济", "民风教化"}
	station.Administrators = []stationconf.Administrator{{Username: "wang", Name: "王管理员"}, {Username: "zhao", Name: "赵管理员"}}
	station.Site.Introduction = strings.Repeat("联络站每月接待群众。", 100)
	for i := range 30 {
		station.Site.Rules = append(station.Site.Rules, fmt.Sprintf("第%d条：%s", i+1, strings.Repeat("接待要热情。", 15)))
	}
	for i := range 50 {
		station.Site.Notices = append(station.Site.Notices, stationconf.Notice{
			Date: on(t, "2026-11-01").AddDays(-i / 2), Title: fmt.Sprintf("第%d号：%s", i+1, strings.Repeat("公", 50)), Text: strings.Repeat("请村民参加。\n", 250),
		})
	}
	for i := range 10 {
		station.Township.Villages = append(station.Township.Villages, stationconf.Village{Name: fmt.Sprintf("第%d行政村", i), LiaisonDeputy: fmt.Sprintf("x%02d", i)})
	}
	for i := range 75 {
		schedule.Deputies = append(schedule.Deputies, stationconf.Person{
			ID: fmt.Sprintf("x%02d", i), Name: fmt.Sprintf("欧阳建国%02d", i), Level: "Township", Village: fmt.Sprintf("第%d行政村", i%10),
			Phone: fmt.Sprintf("139%08d", i), Group: []string{"产业发展组", "基础设施组", ""}[i%3],
		})
	}
	return station, schedule
}

func TestTheWallOfTheStation(t *testing.T) {
	station, schedule := zhongduo(t)
	p := get(t, site(t, station, schedule), "/station", "")
	p.says("#chart", "站长 李站长 人大主席", "管理员 王管理员 赵管理员", "接待领导 李站长", "人大代表 77名")
	p.says("#introduction", "每月接待群众")
	p.says("#rules li:first-child", "第1条")
	point := p.Find("#points .point").First()
	if got := strings.Join(strings.Fields(point.Text()), " "); !strings.HasPrefix(got, "第0行政村 联络点 欧阳建国00 乡镇人大代表 13900000000 欧阳建国10") {
		t.Errorf("the first village: %s", got)
	}
	if n := strings.Count(point.Text(), "欧阳建国00"); n != 1 {
		t.Errorf("who runs the liaison point is named %d times", n)
	}
	p.says("#points .point:last-child", "其他代表", "县代表01", "乡代表09")
	p.says("#groups", "产业发展组", "基础设施组")
	if got := p.Find("#points li, #points p .tag").Length(); got != 77 {
		t.Errorf("%d deputies", got)
	}
}

func TestAStationThatSaysLittle(t *testing.T) {
	station, _ := november(t)
	server := site(t, station, stationconf.Schedule{})
	p := get(t, server, "/station", "")
	p.says("#chart", "李站长", "0名")
	for _, part := range []string{"#introduction", "#rules", "#groups", "#points"} {
		if p.Find(part).Length() != 0 {
			t.Errorf("%s is empty", part)
		}
	}
	get(t, server, "/news", "").says("#notices", "还没有公告")
}

func TestAnnouncements(t *testing.T) {
	station, schedule := november(t)
	station.Site.Notices = []stationconf.Notice{
		{Date: on(t, "2026-11-01"), Title: "旧公告"}, {Date: on(t, "2026-11-11"), Title: "新公告", Text: "第一行\n第二行"}, {Date: on(t, "2026-11-11"), Title: "同一天的公告", Text: "<script>"},
	}
	schedule.Shifts[2].AnnounceOn = on(t, "2026-11-10")
	schedule.Shifts[6].AnnounceOn = on(t, "2026-11-12")
	schedule.Shifts[8].AnnounceOn = on(t, "2026-12-28")
	server := site(t, station, schedule)
	p := get(t, server, "/news", "")
	p.says("#receptions", "11月13日", "已取消", "11月23日", "道路交通")
	p.keepsQuiet("#receptions", "1月11日")
	titles := p.Find("#notices a").Map(func(_ int, a *selection) string { return a.Text() + a.AttrOr("href", "") })
	if got := strings.Join(titles, " "); got != "新公告/news/2026-11-11 同一天的公告/news/2026-11-11-2 旧公告/news/2026-11-01" {
		t.Errorf("notices: %s", got)
	}
	get(t, server, "/news/2026-11-11", "").says("article", "新公告", "2026年11月11日", "第二行")
	get(t, server, "/news/2026-11-11-2", "").says("article", "同一天的公告", "<script>")
	for _, id := range []string{"2026-11-11-3", "2026-11-02", "x"} {
		if p := get(t, server, "/news/"+id, ""); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", id, p.status)
		}
	}
	get(t, server, "/", "").says("#news", "新公告", "全部公告")
}

// every page of the residents' site, of a station that has much to say and a case that has come far.
func everyPage(t *testing.T) (c *counter, paths []string) {
	t.Helper()
	station, schedule := zhongduo(t)
	station.Township.Villages = append(station.Township.Villages, villageOf("白额村"))
	c = &counter{t: t, shelf: &shelf{}}
	c.Server = serve(t, station, schedule, func(o *Options) { o.Cases, c.now = c.shelf, o.Now() })
	pending, closed := c.raise(), c.raise().closed()
	c.release("道路交通", strings.Repeat("路灯坏了。", 400))
	code := c.shelf.kept[2].Case.Code.String()
	return c, []string{
		"/", "/station", "/news", "/news/2026-11-01", "/schedule", "/schedule/2026-11", "/notice", "/calendar", "/handled", "/handled?q=路灯", "/handled/" + code,
		"/suggest", "/receipt/" + pending.Case.Code.String() + "?secret=" + pending.Secret.String(), "/receipt/" + pending.Case.Code.String(),
		"/status", "/status?" + pending.query(), "/status?" + closed.query(), "/status/withdraw?" + pending.query(), "/nowhere",
	}
}

var addressInStyle = regexp.MustCompile(`url\(|@import|https?:`)

func TestEveryPageIsSmallNamesItsFieldsAndAsksNobodyElse(t *testing.T) {
	c, paths := everyPage(t)
	for _, path := range paths {
		for _, wish := range []string{"lang=zh", "lang=en", "lang=zh&type=large"} {
			address, err := url.Parse(path)
			if err != nil {
				t.Fatal(err)
			}
			separator := "?"
			if address.RawQuery != "" {
				separator = "&"
			}
			t.Run(path+" "+wish, func(t *testing.T) {
				visitor := *c
				visitor.t = t
				checkPage(t, visitor.get(address.EscapedPath()+strings.TrimSuffix("?"+address.Query().Encode(), "?")+separator+wish), wish)
			})
		}
	}
}

func checkPage(t *testing.T, p answerPage, wish string) {
	t.Helper()
	if p.size > largestPage {
		t.Errorf("the page has %d bytes", p.size)
	}
	if got := p.Find("html").AttrOr("lang", ""); !strings.Contains(wish, "lang="+got[:2]) || p.Find("html").HasClass("large") != strings.Contains(wish, "large") {
		t.Errorf("the page is in %q, large: %v", got, p.Find("html").HasClass("large"))
	}
	if n := p.Find("h1").Length(); n != 1 {
		t.Errorf("%d main headings", n)
	}
	if text := p.text("body"); strings.ContainsAny(text, "{}") || regexp.MustCompile(`\b(progress|status|suggest|handled|consent|deadline|station|news)\.[a-z_]+`).MatchString(text) {
		t.Errorf("words are missing: %s", text)
	}
	if p.Find("script:not([src]), [style], [onclick], [onload]").Length() != 0 {
		t.Error("what the content policy forbids stands in the page")
	}
	checkAddresses(t, p)
	checkFields(t, p)
}

func checkAddresses(t *testing.T, p answerPage) {
	t.Helper()
	p.Find("[src], [href], [action], [data-worker], [srcset]").Each(func(_ int, element *selection) {
		for _, attribute := range []string{"src", "href", "action", "data-worker", "srcset"} {
			to := element.AttrOr(attribute, "/")
			if strings.HasPrefix(to, "//") || !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "tel:") {
				t.Errorf("%s leads away: %q", goquery.NodeName(element), to)
			}
		}
	})
	for _, file := range append(p.Find("link").Map(attribute("href")), p.Find("script").Map(attribute("src"))...) {
		if strings.HasSuffix(file, ".svg") {
			continue
		}
		if text := string(fetch(p, file)); addressInStyle.MatchString(text) {
			t.Errorf("%s reaches elsewhere: %q", file, addressInStyle.FindString(text))
		}
	}
}

// fetch a file from the site of the page.
func fetch(p answerPage, path string) []byte {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.site+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %d, %v", path, response.StatusCode, err)
	}
	return body
}

func attribute(name string) func(int, *selection) string {
	return func(_ int, s *selection) string { return s.AttrOr(name, "") }
}

func checkFields(t *testing.T, p answerPage) {
	t.Helper()
	ids := map[string]bool{}
	p.Find("[id]").Each(func(_ int, element *selection) {
		id := element.AttrOr("id", "")
		if ids[id] {
			t.Errorf("id %q stands twice", id)
		}
		ids[id] = true
	})
	p.Find("main input:not([type=hidden]), main select, main textarea").Each(func(_ int, field *selection) {
		if field.Is("[type=radio]") {
			if field.Closest("label").Length() == 0 || field.Closest("fieldset").Find("legend").Text() == "" {
				t.Errorf("choice %s has no label or its group no legend", field.AttrOr("name", ""))
			}
			return
		}
		if label := p.Find("label[for=" + field.AttrOr("id", "none") + "]"); strings.TrimSpace(label.Text()) == "" {
			t.Errorf("field %s has no label", field.AttrOr("name", ""))
		}
		for _, id := range strings.Fields(field.AttrOr("aria-describedby", "")) {
			if !ids[id] {
				t.Errorf("field %s is described by %s, which is not there", field.AttrOr("name", ""), id)
			}
		}
	})
	p.Find("img:not([alt])").Each(func(_ int, img *selection) { t.Errorf("picture %s says nothing", img.AttrOr("src", "")) })
}

func TestPagesOfAPersonAreNotKeptAndOthersAreForGoingBack(t *testing.T) {
	c, paths := everyPage(t)
	for _, path := range paths {
		address, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		want := "private, no-cache"
		for _, personal := range []string{"/receipt/", "/status", "/calendar", "/notice", "/nowhere"} {
			if strings.HasPrefix(path, personal) {
				want = "no-store"
			}
		}
		if got := c.get(address.EscapedPath() + "?" + address.Query().Encode()).header.Get("Cache-Control"); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if got := c.get("/status?" + raised{c, c.shelf.kept[0]}.query()).header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("the secret in the address would go to other sites, or the rating come from nowhere: %q", got)
	}
}
