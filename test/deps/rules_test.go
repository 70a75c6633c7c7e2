package deps

// direction says what a folder of this module may import of this module's other folders.
type direction struct {
	folder string
	may    []string
	why    string
}

// core is the domain: values in, values out.
var core = []string{"internal/workday", "internal/duty", "internal/casework", "internal/announcement", "internal/privacy", "internal/search"}

// seams translate between the core and what lies outside.
var seams = []string{"internal/fromcrd", "internal/stationconf"}

// directions holds for a folder and everything below it; the longest folder that fits a package is the one that counts.
// A package may always import what lies in its own row's folder.
var directions = []direction{
	{"internal/workday", nil, "working days are the ground everything stands on"},
	{"internal/duty", []string{"internal/workday"}, "who is on duty follows from values alone"},
	{"internal/privacy", nil, "what is personal in a text is found in the text alone"},
	{"internal/search", nil, "how a text is found knows no database"},
	{"internal/casework", []string{"internal/privacy", "internal/workday"}, "a case's rules follow from values alone"},
	{"internal/announcement", []string{"internal/workday"}, "what is announced and when follows from values alone"},
	{"internal/spreadsheet", nil, "what a cell can hold knows nothing of stations"},
	{"internal/ical", []string{"internal/workday"}, "a calendar's text knows nothing of stations"},
	{"api", nil, "the API is what users hold; nothing of ours may leak into it"},
	{"internal/fromcrd", with(core, "api"), "the seam from API objects to the core's values"},
	{"internal/stationconf", core, "operator and intake must agree on these documents without sharing anything else"},
	{"internal/kinds", []string{"api"}, "what a cluster's CRDs lack is asked of the API types alone"},
	{"internal/store", []string{"internal/announcement", "internal/casework", "internal/privacy", "internal/search", "internal/workday"}, "the domain speaks, storage listens"},
	{"internal/intake/web", nil, "rendering knows no cases"},
	{"internal/intake", with(core, "internal/stationconf", "internal/ical", "internal/spreadsheet"), "the service knows neither Kubernetes nor which database holds its cases"},
	{"controllers", with(with(core, seams...), "api"), "the operator knows no database and no page"},
	{"internal/cli", with(core, "api", "internal/fromcrd", "internal/ical", "internal/kinds", "internal/spreadsheet"), "the command line speaks to the API alone: it knows no operator, no intake and no database"},
	{"cmd", []string{"api", "controllers", "internal"}, "binaries wire things up, and nobody imports a binary"},
	{"hack", []string{"api", "test/visitor"}, "a development tool uses the product from outside, as its users do"},
	{"charts", []string{"api", "test"}, "only tests of what the charts render"},
	{"test", []string{"api", "controllers", "internal"}, "tests may look inside"},
}

// unreachable says what must not be linked into a package, however long the way.
type unreachable struct {
	from string
	not  []string
	why  string
}

var unreachables = []unreachable{
	{"internal/workday", outside, "the core is pure: no Kubernetes, no HTTP, no SQL"},
	{"internal/duty", outside, "the core is pure: no Kubernetes, no HTTP, no SQL"},
	{"internal/casework", outside, "the core is pure: no Kubernetes, no HTTP, no SQL"},
	{"internal/privacy", outside, "the core is pure: no Kubernetes, no HTTP, no SQL"},
	{"internal/search", outside, "the core is pure: no Kubernetes, no HTTP, no SQL"},
	{"internal/spreadsheet", outside, "what a cell can hold is decided by its text alone"},
	{"internal/announcement", outside, "the core is pure: no Kubernetes, no HTTP, no SQL"},
	{"internal/stationconf", outside, "the documents are plain JSON; reading them must not cost the intake a Kubernetes client"},
	{"api/v1alpha1", []string{"k8s.io/client-go", "sigs.k8s.io/controller-runtime/pkg/client"}, "whoever reads the API types must not need a client"},
	{"internal/intake", []string{"k8s.io", "sigs.k8s.io", "modernc.org/sqlite", "township.dev/liaison/internal/store"}, "the service has no Kubernetes API access, and its storage is handed to it"},
	{"cmd/intake", []string{"k8s.io/client-go", "sigs.k8s.io/controller-runtime", "k8s.io/api"}, "the intake has no Kubernetes API access"},
	{"cmd/operator", []string{"township.dev/liaison/internal/store", "township.dev/liaison/internal/intake", "modernc.org/sqlite", "github.com/pressly/goose"}, "the operator carries no database driver"},
}

// outside is what the pure packages must never reach.
var outside = []string{"k8s.io", "sigs.k8s.io", "net/http", "database/sql"}

func with(folders []string, more ...string) []string {
	return append(append([]string{}, folders...), more...)
}
