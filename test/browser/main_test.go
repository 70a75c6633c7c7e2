// Package browser uses a station as people do: the real service, in a real Chromium, by what is written on the page. Whatever a person
// could not find by its label or its name, these tests do not find either.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"township.dev/liaison/internal/intake/web"
)

// scratch is the folder of this process, for the service's binary.
var scratch string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "liaison-browser-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	defer func() { endChromium() }() // the one that is set by then
	return m.Run()
}

// service builds the service once, as it is built for the image.
var service = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "liaison-intake")
	build := exec.Command("go", "build", "-o", path, "township.dev/liaison/cmd/intake")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the service: %w\n%s", err, out)
	}
	return path, nil
})

var errNoChromium = errors.New("chromium is missing; `make packages` installs it with the fonts that it needs")

// endChromium is set once Chromium runs.
var endChromium = func() {}

// chromium starts the one browser that all tests share; each person gets a profile of their own in it. It resolves no name, so that
// whatever leaves the station's own address fails, and is seen.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, errNoChromium
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("accept-lang", "zh-CN,zh"),
		chromedp.Flag("lang", "zh-CN"),
	)
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	browser, endBrowser := chromedp.NewContext(allocator)
	if err := chromedp.Do(browser); err != nil {
		endBrowser()
		endAllocator()
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	endChromium = func() {
		_ = chromedp.Cancel(browser)
		endAllocator()
	}
	return browser, nil
})

// said are the words of the catalogues, so that tests name what is said and do not repeat it.
var said = sync.OnceValue(func() map[web.Language]*web.Catalogue {
	all, err := web.LoadCatalogues()
	if err != nil {
		panic(err)
	}
	return all
})

// zh and en are the words for the key, with name, value, name, value … put in.
func zh(key string, args ...any) string { return words(web.Chinese, key, args...) }
func en(key string, args ...any) string { return words(web.English, key, args...) }

func words(language web.Language, key string, args ...any) string {
	if !said()[language].Has(key) {
		panic("the catalogue has no words for " + key)
	}
	return said()[language].Text(key, args...)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
