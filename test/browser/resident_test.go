package browser

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"

	"township.dev/liaison/internal/intake/web"
)

// withoutScripts switches JavaScript off.
func (p *person) withoutScripts() *person {
	p.t.Helper()
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	return p
}

func TestNothingEssentialNeedsScripts(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	resident, admin := s.onPhone(t).withoutScripts(), s.atDesk(t).withoutScripts()
	resident.opens("/").follows(zh("nav.suggest")).writes("村口的路灯坏了。").uploads(zh("field.photos"), uprightPhoto(t))
	resident.sends(zh("suggest.send")).sees(zh("receipt.title"), zh("receipt.photos", "n", 1)).pictured("receipt")
	kept := resident.keeps()

	admin.signsIn(s, administrator).takesUp(kept.code)
	admin.clicks(zh("route.on_the_spot")).fills(zh("field.reason"), "站里有灯。").sends(zh("move.classify_send"))
	admin.answers(zh("result.A"), "已换新灯。", "已打电话告知。")

	resident.looksUp(kept).sees("已换新灯。").clicks(zh("rating.basically_satisfied")).sends(zh("rate.send"))
	resident.sees(zh("status.done_rated"), zh("progress.rated", "rating", zh("rating.basically_satisfied"))).pictured("rated")
}

// loses the connection, or has it again.
func (p *person) loses(connection bool) *person {
	p.t.Helper()
	p.watch.breaks(connection)
	call(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Offline: connection, DownloadThroughput: -1, UploadThroughput: -1}},
	})
	return p
}

func TestADraftOutlivesALostConnection(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	resident := s.onPhone(t)
	const text = "写到一半，信号没有了。"
	resident.opens("/suggest").writes(text).fills(zh("field.name"), "张三")
	resident.loses(true).meets(0).opens("/suggest").misses(text)
	resident.loses(false).opens("/suggest").sees(zh("suggest.draft_restored")).has(zh("field.text"), text).has(zh("field.name"), "").pictured("restored")
	resident.has(zh("field.topic"), "道路交通").has(zh("field.village"), "白额村")

	resident.sends(zh("suggest.send")).sees(zh("receipt.title"))
	resident.opens("/suggest").misses(zh("suggest.draft_restored")).has(zh("field.text"), "")
}

func TestADraftCanBeDropped(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	resident := s.onPhone(t)
	resident.opens("/suggest").writes("写了又不想提了。").opens("/").opens("/suggest").sees(zh("suggest.draft_restored"))
	resident.sends(zh("suggest.draft_drop")).misses(zh("suggest.draft_restored")).has(zh("field.text"), "")
}

// has the value in the field with that label.
func (p *person) has(label, value string) *person {
	p.t.Helper()
	if got := p.find(slices.Concat(lists, fields), label).value; got != value {
		p.fails("the field " + label + " holds " + got + " and not " + value)
	}
	return p
}

func TestPressingTwiceMakesOneCase(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	resident := s.onPhone(t)
	resident.opens("/suggest").writes("路灯坏了，晚上看不见。")
	// Both before the browser has gone anywhere: on a slow machine a second press of the mouse would meet the next page.
	resident.loads("pressing twice", func() {
		asks[bool](resident, "(function (b) { b.click(); b.click(); return true; })(document.querySelector('button.main'))")
	})
	resident.sees(zh("receipt.title"))
	if n := s.received(t); n != 1 {
		t.Errorf("pressing twice makes %d cases", n)
	}
}

// The phone may be in other hands by then.
func TestGoingBackAfterSendingFindsAnEmptyForm(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	resident := s.onPhone(t)
	resident.suggests("路灯坏了，晚上看不见。")
	resident.goesBack()
	resident.eventually(func() string { return "still shows what was sent" }, func() bool {
		return resident.find(fields, zh("field.text")).value == ""
	})
	if n := s.received(t); n != 1 {
		t.Errorf("going back makes %d cases", n)
	}
}

// goesBack to the page before, which the browser may have kept as it was.
func (p *person) goesBack() *person {
	p.t.Helper()
	history := call(p, page.GetNavigationHistory, cdp.Empty{})
	before := history.Entries[history.CurrentIndex-1]
	call(p, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: before.ID})
	// A page that is being left answers no questions, so the browser is asked where it is; while one page takes another's place, it has no answer either.
	p.eventually(func() string { return "does not come back to " + before.URL }, func() bool {
		now, err := tries(p, page.GetNavigationHistory, cdp.Empty{})
		return err == nil && now.Entries[now.CurrentIndex].ID == before.ID
	})
	p.eventually(func() string { return "is not whole" }, func() bool { return p.isBefore(before.URL) })
	return p
}

func TestLargeTypeStaysOverPages(t *testing.T) {
	t.Parallel()
	const size = "parseFloat(getComputedStyle(document.body).fontSize)"
	s := newStation(t)
	resident := s.onPhone(t)
	usual := asks[float64](resident.opens("/"), size)
	for _, path := range []string{"", "/suggest", "/status", "/handled", "/schedule", "/station"} {
		if path == "" {
			resident.follows(zh("layout.large"))
		} else {
			resident.opens(path)
		}
		if got := asks[float64](resident, size); got < 1.25*usual {
			t.Errorf("%s has type of %v pixels, usual is %v", resident.at(), got, usual)
		}
	}
	resident.opens("/").pictured("large").follows(zh("layout.usual"))
	if got := asks[float64](resident, size); got != usual {
		t.Errorf("back to usual is %v pixels and not %v", got, usual)
	}
}

func TestInEnglish(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	resident := s.onPhone(t)
	resident.opens("/").follows(zh("language.en")).sees(en("home.title"))
	resident.reads = web.English
	resident.looksOver("home")
	resident.follows(en("nav.suggest")).chooses(en("field.topic"), "道路交通").fills(en("field.text"), "The lamp at the entrance is broken.").looksOver("suggest")
	resident.sends(en("suggest.send")).sees(en("receipt.title"), en("receipt.keep")).looksOver("receipt")
	resident.follows(en("receipt.to_status")).sees(en("progress.waits_received")).looksOver("progress")
	for _, path := range []string{"/handled", "/schedule", "/notice", "/calendar", "/news", "/station", "/desk/sign-in"} {
		resident.opens(path).looksOver(path)
	}
	resident.opens("/status").follows(en("language.zh-CN")).sees(zh("status.lead"))
}

func TestPhotosAreForWhoHoldsTheReceipt(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	resident, stranger := s.onPhone(t), s.onPhone(t)
	resident.opens("/suggest").writes("垃圾没人清，有照片。").uploads(zh("field.photos"), uprightPhoto(t)).sends(zh("suggest.send"))
	kept := resident.keeps()
	photo := "/photo/" + kept.code
	for _, path := range []string{
		photo + "/1", photo + "/1?secret=" + kept.secret[:8] + "0", photo + "/2?secret=" + kept.secret, "/photo/2222-2222-2222/1?secret=" + kept.secret,
	} {
		stranger.meets(http.StatusNotFound).opens(path)
	}
	stranger.opens("/desk/cases/" + kept.code + "/photos/1").sees(zh("signin.title"))

	for _, size := range []string{"", "&size=thumb"} {
		file := s.fetch(t, photo+"/1?secret="+kept.secret+size)
		if kind := http.DetectContentType(file); kind != "image/jpeg" {
			t.Errorf("the photo is %s", kind)
		}
		if bytes.Contains(file, []byte(place)) || bytes.Contains(file, []byte("Exif")) {
			t.Error("the photo still tells where it was taken")
		}
	}
}

// fetch a file, as whoever has its address can.
func (s *station) fetch(t testing.TB, path string) []byte {
	t.Helper()
	response, err := http.Get(s.public + path)
	must(t, err)
	defer response.Body.Close()
	file, err := io.ReadAll(response.Body)
	must(t, err)
	return file
}
