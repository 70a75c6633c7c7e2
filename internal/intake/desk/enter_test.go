package desk

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/casework"
)

func TestASuggestionIsEnteredForAResident(t *testing.T) {
	o := newOffice(t)
	form := o.open("/desk/enter")
	form.checksFields()
	page := o.fill(form, "main", "source", "visit", "topic", "道路交通", "village", "白额村", "text", "田间路被冲毁。", "name", "张三", "phone", "13912345678", "visit", "1")
	page.says(".done", "已登记").says("#contact", "张三").says("#suggestion", "来访").says("#history", "王管理员")
	if page.Find(".done a[href^='/receipt/'][href*='secret=']").Length() != 1 {
		t.Error("the receipt cannot be printed from here")
	}
	if got := o.cases.visits[november(12)]; got != (casework.VisitCount{Visits: 1, People: 1}) {
		t.Errorf("the visit is counted as %+v", got)
	}
	// The form sent again by going back: it is found similar to itself, and stored no second time.
	again := o.fill(form, "main", "source", "visit", "topic", "道路交通", "village", "白额村", "text", "田间路被冲毁。", "name", "张三", "phone", "13912345678", "visit", "1")
	if again = o.press(again, "main"); again.path != page.path || len(o.cases.codes) != 1 || o.cases.visits[november(12)].Visits != 1 {
		t.Errorf("sent twice, there are %d cases and %+v", len(o.cases.codes), o.cases.visits)
	}
}

func TestOnlyAVisitIsCountedAsOne(t *testing.T) {
	for name, c := range map[string]struct {
		source, visit string
		want          int
	}{
		"by phone":                           {"phone", "1", 0},
		"on a reception day":                 {"reception", "1", 0},
		"a visit":                            {"visit", "1", 1},
		"a visit that was counted by others": {"visit", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.fill(o.open("/desk/enter"), "main", "source", c.source, "topic", "道路交通", "text", "路灯不亮了。", "visit", c.visit)
			if got := o.cases.visits[november(12)].Visits; got != c.want || len(o.cases.codes) != 1 {
				t.Errorf("%d visits, %d cases", got, len(o.cases.codes))
			}
		})
	}
}

func TestWhatIsMissingIsSaidAtOnce(t *testing.T) {
	o := newOffice(t)
	page := o.fill(o.open("/desk/enter"), "main", "village", "白额村", "text", "坏", "phone", "many", "name", "张三").says(".problems", "来源", "哪方面的事", "太短", "电话")
	page.checksFields()
	if page.status != http.StatusUnprocessableEntity || page.Find("#name").AttrOr("value", "") != "张三" || page.Find("#village option[selected]").Text() != "白额村" {
		t.Errorf("answered with %d; what was typed is lost", page.status)
	}
	key := page.Find("input[name=idempotency_key]").AttrOr("value", "")
	for field, value := range map[string]string{"source": "site", "topic": "天气", "idempotency_key": ""} {
		values := url.Values{"source": {"phone"}, "topic": {"道路交通"}, "text": {"路灯不亮了。"}, "idempotency_key": {key}}
		values.Set(field, value)
		if page := o.send(http.MethodPost, "/desk/enter", values.Encode()); page.status != http.StatusUnprocessableEntity {
			t.Errorf("%s as %q: %d", field, value, page.status)
		}
	}
	if len(o.cases.codes) != 0 {
		t.Error("something refused was stored")
	}
}

func TestSimilarCasesAreShownBeforeOneIsEntered(t *testing.T) {
	o := newOffice(t)
	known := o.raise(raised{village: "白额村", text: "白额村田间路被大雨冲毁，三轮车进不去。", ago: 30 * day})
	o.raise(raised{village: "白额村", text: "白额村田间路被大雨冲毁，三轮车进不去。", ago: 91 * day})
	shown := o.fill(o.open("/desk/enter"), "main", "source", "phone", "topic", "道路交通", "village", "白额村", "text", "田间路被大雨冲毁，三轮车进不去了。", "name", "李四")
	shown.says("#similar", known.String(), "仍然可以登记").says("main button", "仍然登记")
	var links []string
	shown.Find("#similar a").Each(func(_ int, link *goquery.Selection) { links = append(links, link.AttrOr("href", "")) })
	if len(links) != 1 || len(o.cases.codes) != 2 || shown.status != http.StatusOK {
		t.Fatalf("shown are %v, with %d cases and status %d", links, len(o.cases.codes), shown.status)
	}
	o.press(shown, "main").says("#contact", "李四").says("#similar", known.String())
	if len(o.cases.codes) != 3 {
		t.Errorf("%d cases", len(o.cases.codes))
	}
}

func TestPhotosComeWithASuggestion(t *testing.T) {
	o := newOffice(t)
	picture := picture(t)
	fields := map[string]string{"source": "phone", "topic": "道路交通", "text": "路灯不亮了。", "idempotency_key": "one"}
	page := o.upload(fields, picture, picture)
	if n := page.Find("#suggestion .photos img").Length(); n != 2 || page.path == "/desk/enter" {
		t.Fatalf("%d photos arrived at %s", n, page.path)
	}
	fields["idempotency_key"], fields["text"] = "two", "井盖丢了，很危险。"
	refused := o.upload(fields, picture, []byte("no picture")).says(".problems", "照片 2", "不是能用的照片").says("main", "照片要重新选一次")
	if refused.status != http.StatusUnprocessableEntity || refused.text("#text") != fields["text"] {
		t.Errorf("answered with %d; what was typed is lost", refused.status)
	}
	o.upload(fields, picture, picture, picture, picture, picture, picture).says(".problems", "照片太多")
	if len(o.cases.codes) != 1 {
		t.Errorf("%d cases", len(o.cases.codes))
	}
}

// upload sends the form with files.
func (o *office) upload(fields map[string]string, files ...[]byte) screen {
	o.t.Helper()
	var body strings.Builder
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			o.t.Fatal(err)
		}
	}
	for i, content := range files {
		part, err := form.CreateFormFile("photos", fmt.Sprintf("%d.png", i))
		if err != nil {
			o.t.Fatal(err)
		}
		if _, err := part.Write(content); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		o.t.Fatal(err)
	}
	return o.send(http.MethodPost, "/desk/enter", body.String(), "Content-Type", form.FormDataContentType())
}

func picture(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}
