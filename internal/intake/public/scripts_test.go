package public

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// phone is a browser that runs scripts.
type phone struct {
	context.Context
	t *testing.T
}

// newPhone opens a browser for the test, which is skipped where there is none: everything the scripts do can be done without.
func newPhone(t *testing.T) phone {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is missing; make packages installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(360, 740),
		chromedp.WSURLReadTimeout(time.Minute))
	allocated, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	browser, closeBrowser := chromedp.NewContext(allocated)
	t.Cleanup(closeBrowser)
	limited, cancel := context.WithTimeout(browser, 2*time.Minute)
	t.Cleanup(cancel)
	return phone{limited, t}
}

func (p phone) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// says is what the script's expression gives, as text.
func (p phone) says(expression string) string {
	p.t.Helper()
	text, err := chromedp.Run(p, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// value of the form's field.
func (p phone) value(name string) string {
	p.t.Helper()
	return p.says("document.getElementById('suggestion').elements['" + name + "'].value")
}

const typed = "田间路被冲毁，三轮车进不去。"

func (p phone) fillIn() {
	p.t.Helper()
	p.do(chromedp.SetValue("#topic", "道路交通"), chromedp.SendKeys("#text", typed), chromedp.SendKeys("#name", "张三"))
}

// press the button and see the receipt.
func (p phone) press() {
	p.t.Helper()
	p.do(chromedp.Click("button.main"), chromedp.WaitVisible("#code"))
}

func TestADraftSurvivesOnThePhoneAndGoesWithTheReceipt(t *testing.T) {
	c, phone := openCounter(t, usual), newPhone(t)
	form := chromedp.Navigate(c.URL + "/suggest?lang=zh")
	phone.do(form)
	phone.fillIn()
	if left := phone.says("document.getElementById('text-left').textContent"); left != "还可以写1986字" {
		t.Errorf("left to write: %q", left)
	}
	phone.do(chromedp.Navigate(c.URL+"/schedule"), form, chromedp.WaitVisible("#draft-note"))
	if topic, text, name := phone.value("topic"), phone.value("text"), phone.value("name"); topic != "道路交通" || text != typed || name != "" {
		t.Errorf("the draft holds %q, %q and the name %q", topic, text, name)
	}
	if kept := phone.says("localStorage.getItem('liaison-draft')"); strings.Contains(kept, "张三") {
		t.Errorf("kept on the phone: %s", kept)
	}
	phone.do(chromedp.Click("#draft-drop"), chromedp.WaitNotVisible("#draft-note"))
	if text := phone.value("text"); text != "" {
		t.Errorf("the draft that was dropped is back: %q", text)
	}
}

func TestADraftCanBeDroppedWhileItIsWritten(t *testing.T) {
	c, phone := openCounter(t, usual), newPhone(t)
	phone.do(chromedp.Navigate(c.URL + "/suggest?lang=zh"))
	if hidden := phone.says("document.getElementById('draft-kept').hidden"); hidden != "true" {
		t.Error("there is something to drop before anything is written")
	}
	phone.fillIn()
	phone.do(chromedp.WaitVisible("#draft-drop"), chromedp.Click("#draft-drop"), chromedp.WaitNotVisible("#draft-kept"))
	if text, kept := phone.value("text"), phone.says("localStorage.getItem('liaison-draft')"); text != "" || kept != "null" {
		t.Errorf("left behind: %q and %s", text, kept)
	}
}

// The next at a shared phone presses Back on the receipt.
func TestBackFromTheReceiptTheFormIsEmpty(t *testing.T) {
	c, phone := openCounter(t, usual), newPhone(t)
	phone.do(chromedp.Navigate(c.URL + "/suggest?lang=zh"))
	phone.fillIn()
	first := phone.value("idempotency_key")
	phone.press()
	// Under the old key another suggestion would be taken for the one that was sent.
	phone.do(chromedp.NavigateBack(), chromedp.WaitReady(`#suggestion input[name=idempotency_key]:not([value="`+first+`"])`))
	if text, name := phone.value("text"), phone.value("name"); text != "" || name != "" {
		t.Errorf("the next one reads %q by %q", text, name)
	}
}

// The answer to a form gets lost on the way: the draft remembers the form's key, so that sending it again makes no second case.
func TestAFormWhoseAnswerIsLostIsSentAgainUnderItsKey(t *testing.T) {
	c, phone := openCounter(t, usual), newPhone(t)
	form := chromedp.Navigate(c.URL + "/suggest?lang=zh")
	phone.do(form)
	phone.fillIn()
	phone.says("document.getElementById('suggestion').addEventListener('submit', function (e) { e.preventDefault(); })")
	first := phone.value("idempotency_key")
	phone.do(chromedp.Click("button.main"), form)
	if again := phone.value("idempotency_key"); again != first || first == "" {
		t.Errorf("sent again under %q, first under %q", again, first)
	}
	phone.press()
	if kept := phone.says("localStorage.getItem('liaison-draft')"); kept != "null" || len(c.shelf.kept) != 1 {
		t.Errorf("after the receipt the phone still holds %s, and there are %d cases", kept, len(c.shelf.kept))
	}
}

func TestTheBrowserDoesTheWorkUnderAFlood(t *testing.T) {
	c, phone := underFlood(t), newPhone(t)
	phone.do(chromedp.Navigate(c.URL + "/suggest?lang=zh"))
	phone.fillIn()
	phone.press()
	if len(c.shelf.kept) != 1 || c.shelf.kept[0].Case.Text != typed {
		t.Errorf("%d cases", len(c.shelf.kept))
	}
}

// noise is a picture that does not compress.
func noise(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 1800, 900))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = byte(random.Uint32())
	}
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "田间路.png")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheBrowserMakesPhotosSmaller(t *testing.T) {
	c, phone := openCounter(t, usual), newPhone(t)
	phone.do(chromedp.Navigate(c.URL+"/suggest?lang=zh"), chromedp.SetUploadFiles("#photos", []string{noise(t)}))
	const file = "document.getElementById('photos').files[0]"
	if _, err := chromedp.Run(phone, chromedp.Poll[bool](file+".type === 'image/jpeg'")); err != nil {
		t.Fatal(err)
	}
	if name := phone.says(file + ".name"); name != "田间路.jpg" {
		t.Errorf("the smaller one is called %s", name)
	}
	phone.fillIn()
	phone.press()
	if len(c.shelf.kept) != 1 || c.shelf.kept[0].Case.Photos != 1 {
		t.Errorf("%d cases", len(c.shelf.kept))
	}
}
