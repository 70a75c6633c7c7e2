package signin

import "strings"

// device is what people recognise a session by: kind of browser and system, no version and no model, which would say more of a
// person than the list of sessions needs. How it was opened stands with it, as the list tells that too.
type device struct {
	// provider is true where the identity provider vouched for the person.
	provider        bool
	browser, system string
}

// otherKind is a browser or a system that is not in the tables.
const otherKind = "other"

// viaProvider stands before the kinds; no kind has this name.
const viaProvider = "provider"

// kind has a name, under which the catalogues hold the words, and the marks in a User-Agent that show it.
type kind struct {
	name  string
	marks []string
}

// browsers in the order of asking: all but the last few also call themselves by the name of one further down.
var browsers = []kind{
	{"wechat", []string{"MicroMessenger/"}},
	{"dingtalk", []string{"DingTalk/"}},
	{"qq", []string{"QQBrowser/"}},
	{"uc", []string{"UCBrowser/"}},
	{"quark", []string{"Quark/"}},
	{"huawei", []string{"HuaweiBrowser/"}},
	{"xiaomi", []string{"MiuiBrowser/"}},
	{"vivo", []string{"VivoBrowser/"}},
	{"oppo", []string{"HeyTapBrowser/"}},
	{"samsung", []string{"SamsungBrowser/"}},
	{"qihoo", []string{"QihooBrowser/", "360SE"}},
	{"edge", []string{"Edg/", "EdgA/", "EdgiOS/"}},
	{"opera", []string{"OPR/"}},
	{"firefox", []string{"Firefox/", "FxiOS/"}},
	{"chrome", []string{"Chrome/", "CriOS/"}},
	{"safari", []string{"Safari/"}},
}

// systems in the order of asking, for the same reason.
var systems = []kind{
	{"harmony", []string{"OpenHarmony", "HarmonyOS"}},
	{"android", []string{"Android"}},
	{"ipad", []string{"iPad"}},
	{"iphone", []string{"iPhone"}},
	{"windows", []string{"Windows"}},
	{"mac", []string{"Macintosh"}},
	{"chromeos", []string{"CrOS"}},
	{"linux", []string{"Linux"}},
}

// agentLimit is how much of a User-Agent is read; those of browsers are shorter.
const agentLimit = 512

// recogniseDevice reads a User-Agent.
func recogniseDevice(agent string) device {
	agent = agent[:min(len(agent), agentLimit)]
	return device{browser: kindOf(browsers, agent), system: kindOf(systems, agent)}
}

func kindOf(kinds []kind, agent string) string {
	for _, k := range kinds {
		for _, mark := range k.marks {
			if strings.Contains(agent, mark) {
				return k.name
			}
		}
	}
	return otherKind
}

// String is how storage keeps it: "chrome android", or "provider chrome android".
func (d device) String() string {
	text := d.browser + " " + d.system
	if d.provider {
		return viaProvider + " " + text
	}
	return text
}

// readDevice reads what String wrote; what it did not write becomes other kinds.
func readDevice(text string) device {
	rest, provider := strings.CutPrefix(text, viaProvider+" ")
	browser, system, _ := strings.Cut(rest, " ")
	return device{provider: provider, browser: named(browsers, browser), system: named(systems, system)}
}

func named(kinds []kind, name string) string {
	for _, k := range kinds {
		if k.name == name {
			return name
		}
	}
	return otherKind
}
