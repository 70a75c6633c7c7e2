package signin

import (
	"strings"
	"testing"
)

func TestSessionsAreRecognisedByKindOfBrowserAndSystem(t *testing.T) {
	for agent, want := range map[string]string{
		"": "other other",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36":                                                                                                                         "chrome android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1":                                                                                                 "safari iphone",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/139.0.7258.76 Mobile/15E148 Safari/604.1":                                                                                          "chrome iphone",
		"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/142.0 Mobile/15E148 Safari/605.1.15":                                                                                                        "firefox ipad",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0":                                                                                                           "edge windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0":                                                                                                                                                                  "firefox linux",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":                                                                                                                   "safari mac",
		"Mozilla/5.0 (Linux; Android 12; M2007J1SC Build/SKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 MMWEBID/1 MicroMessenger/8.0.47.2560(0x2800) WeChat/a": "wechat android",
		"Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00; HMSCore 6.13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36":                                                           "huawei harmony",
		"Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.1.3":                                                                                    "huawei harmony",
		"Mozilla/5.0 (Linux; U; Android 11; zh-cn; MI 9 Build/RKQ1) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.127 Mobile Safari/537.36 XiaoMi/MiuiBrowser/17.8.20 swan-mibrowser":                                      "xiaomi android",
		"Mozilla/5.0 (Linux; U; Android 9; zh-cn; V1809A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/66.0.3359.126 MQQBrowser/11.0 Mobile Safari/537.36":                                                                           "qq android",
		"Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.198 Safari/537.36 360SE":                                                                                                                    "qihoo windows",
		"curl/8.5.0": "other other",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36": "chrome chromeos",
		strings.Repeat("x", agentLimit) + " Chrome/139.0.0.0 Android":                                                    "other other",
	} {
		if got := recogniseDevice(agent).String(); got != want {
			t.Errorf("%s\nis %s, want %s", agent, got, want)
		}
	}
}

func TestADeviceThatIsNoneOfOursIsAnother(t *testing.T) {
	for text, want := range map[string]device{
		"":                        {false, otherKind, otherKind},
		"Chrome · Android":        {false, otherKind, otherKind},
		"chrome android":          {false, "chrome", "android"},
		"chrome":                  {false, "chrome", otherKind},
		"provider chrome android": {true, "chrome", "android"},
		"provider":                {false, otherKind, otherKind},
	} {
		if got := readDevice(text); got != want {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// No User-Agent can pass itself off as a sign-in at the identity provider, and each is read back as what it was.
func FuzzRecogniseDevice(f *testing.F) {
	f.Add("provider chrome android")
	f.Add("Mozilla/5.0 (Linux; Android 10; K) Chrome/139.0.0.0 Mobile Safari/537.36")
	f.Add("Chrome/" + strings.Repeat("…", agentLimit))
	f.Fuzz(func(t *testing.T, agent string) {
		d := recogniseDevice(agent)
		if d.provider || named(browsers, d.browser) != d.browser || named(systems, d.system) != d.system {
			t.Errorf("%q is %v", agent, d)
		}
		for _, d.provider = range []bool{false, true} {
			if got := readDevice(d.String()); got != d {
				t.Errorf("%v is kept as %q and read as %v", d, d.String(), got)
			}
		}
	})
}
