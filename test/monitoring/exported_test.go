package monitoring

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/util/intstr"
	_ "sigs.k8s.io/controller-runtime/pkg/controller" // registers controller_runtime_*
	ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"

	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/metrics"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/controllers/waves"
	"township.dev/liaison/internal/casework"
)

// Nothing complains about an expression that asks for a metric, a label or a value that does not exist: it has no result, and its alert never fires.
func TestRulesAskOnlyForWhatIsExported(t *testing.T) {
	labelsOf := exported(t)
	for _, rule := range rules(t) {
		for _, selector := range selectors(t, rule.Expr.String()) {
			labels, known := labelsOf[selector.name]
			if !known {
				t.Errorf("%s asks for %s, which nobody exports", rule.Alert+rule.Record, selector.name)
			}
			for _, filter := range selector.filters {
				if !slices.Contains(labels, filter.Label) {
					t.Errorf("%s chooses %s by %s; it has the labels %v", rule.Alert+rule.Record, selector.name, filter.Label, labels)
				}
				for _, value := range unknownValues(filter) {
					t.Errorf("%s chooses %s by the %s %q, which is none", rule.Alert+rule.Record, selector.name, filter.Label, value)
				}
			}
		}
	}
}

var ownMetric = regexp.MustCompile(`\b(?:[a-z]+:)?(?:liaison|controller_runtime|kubelet)_[a-z_]+(?::[a-z0-9]+)?\b`)

// A query that is copied from a page must have a result.
func TestRunbooksNameOnlyWhatIsExported(t *testing.T) {
	labelsOf := exported(t)
	for _, page := range glob(t, filepath.Join(root, "docs", "runbooks", "*.md")) {
		for _, name := range ownMetric.FindAllString(string(read(t, page)), -1) {
			if _, known := labelsOf[name]; !known {
				t.Errorf("%s names %s, which nobody exports", page, name)
			}
		}
	}
}

// The station is known from the claim's name alone.
func TestTheClaimsNameIsTheOneTheRuleTakesApart(t *testing.T) {
	if name := station.DataName("zhongduo"); name != "zhongduo-intake-data" {
		t.Errorf("the claim is named %s; change LiaisonDiskFilling with it", name)
	}
}

// selector of series, without the name among its filters.
type selector struct {
	name    string
	filters []metricsql.LabelFilter
}

func selectors(t *testing.T, expression string) (found []selector) {
	t.Helper()
	parsed, err := metricsql.Parse(expression)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	metricsql.VisitAll(parsed, func(part metricsql.Expr) {
		metric, ok := part.(*metricsql.MetricExpr)
		if !ok {
			return
		}
		for _, filters := range metric.LabelFilterss {
			// The name comes first in every selector that has one.
			found = append(found, selector{filters[0].Value, filters[1:]})
		}
	})
	return found
}

// valuesOf are the values of labels that have only a few.
func valuesOf() map[string][]string {
	return map[string][]string{
		"on_time": {"true", "false"},
		"route":   append(texts(casework.Routes()), string(casework.Unclassified)),
		"rating":  texts(casework.Satisfactions()),
		"result":  append(texts(casework.Results()), "withdrawn", "merged"),
	}
}

func unknownValues(filter metricsql.LabelFilter) (unknown []string) {
	values, few := valuesOf()[filter.Label]
	if !few {
		return nil
	}
	for value := range strings.SplitSeq(filter.Value, "|") {
		if !slices.Contains(values, value) {
			unknown = append(unknown, value)
		}
	}
	return unknown
}

func texts[T ~string](values []T) (all []string) {
	for _, value := range values {
		all = append(all, string(value))
	}
	return all
}

// exported are the labels of every metric that a rule may ask for.
func exported(t *testing.T) map[string][]string {
	t.Helper()
	labelsOf := described(
		waves.New(intstr.FromInt32(1)), apply.NewWritesCounter(), ctrlmetrics.Registry.(prometheus.Collector),
	)
	maps.Copy(labelsOf, metrics.Labels())
	// The kubelet's, as its documentation has them.
	for _, name := range []string{"kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes"} {
		labelsOf[name] = []string{"namespace", "persistentvolumeclaim"}
	}
	for _, record := range records(t) {
		labelsOf[record.Record] = []string{"namespace", "station", "county", "township", "rating", "on_time"}
	}
	return labelsOf
}

// description is how prometheus.Desc prints itself; it has no other way to tell its name and labels.
var description = regexp.MustCompile(`fqName: "([^"]*)".*variableLabels: \{([^}]*)\}`)

func described(collectors ...prometheus.Collector) map[string][]string {
	labelsOf := map[string][]string{}
	descriptions := make(chan *prometheus.Desc)
	go func() {
		defer close(descriptions)
		for _, collector := range collectors {
			collector.Describe(descriptions)
		}
	}()
	for desc := range descriptions {
		if parts := description.FindStringSubmatch(desc.String()); parts != nil {
			labelsOf[parts[1]] = strings.Split(parts[2], ",")
		}
	}
	return labelsOf
}
