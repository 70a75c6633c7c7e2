package web_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func words(t *testing.T, language string) map[string]string {
	t.Helper()
	files, err := filepath.Glob("locales/" + language + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no words of %s: %v", language, err)
	}
	all := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &all); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func TestBothLanguagesSayTheSameThings(t *testing.T) {
	zh, en := words(t, "zh-CN"), words(t, "en")
	for key, text := range zh {
		other, there := en[key]
		if !there {
			t.Errorf("English lacks %q", key)
			continue
		}
		a, b := placeholder.FindAllString(text, -1), placeholder.FindAllString(other, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !strings.HasPrefix(key, "format.") && !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%q has placeholders %v in Chinese and %v in English", key, a, b)
		}
		if strings.TrimSpace(text) == "" || strings.TrimSpace(other) == "" {
			t.Errorf("%q is empty", key)
		}
	}
	for key := range en {
		if _, there := zh[key]; !there {
			t.Errorf("Chinese lacks %q", key)
		}
	}
}

// In templates and code a key is a string literal, or the beginning of one that is completed with a value:
// t "home.title", t (print "route." .Route), Text(r, "status.now_"+state), Problem{Code: "unknown_topic"}, Problem{Code: "move_" + why}.
var (
	wholeKey  = regexp.MustCompile(`"((?:[a-z][a-z_]*)\.[A-Za-z0-9_.-]*[A-Za-z0-9])"`)
	keyPrefix = regexp.MustCompile(`"([a-z][a-z_]*\.[a-z_]*[._]|[a-z][a-z_]*\.)"`)
	codeOf    = regexp.MustCompile(`Code:\s*"([a-z_]+)"`)
)

func TestEveryKeyThatIsUsedExistsAndEveryKeyThatExistsIsUsed(t *testing.T) {
	zh := words(t, "zh-CN")
	groups := map[string]bool{}
	for key := range zh {
		groups[key[:strings.Index(key, ".")]] = true
	}
	used, prefixes := map[string]string{}, map[string]string{
		"field.": "labels of problems", "announce.come_": "stations with a site", "announce.suggest_": "stations with a site",
	}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") || !slices.Contains([]string{".go", ".html"}, filepath.Ext(path)) {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range wholeKey.FindAllSubmatch(source, -1) {
			used[string(m[1])] = path
		}
		for _, m := range keyPrefix.FindAllSubmatch(source, -1) {
			prefixes[string(m[1])] = path
		}
		for _, m := range codeOf.FindAllSubmatch(source, -1) {
			for _, part := range []string{"problem.", "remedy."} {
				if key := part + string(m[1]); strings.HasSuffix(key, "_") {
					prefixes[key] = path
				} else {
					used[key] = path
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, path := range used {
		group, _, _ := strings.Cut(key, ".")
		if _, there := zh[key]; !there && groups[group] {
			t.Errorf("%s uses %q, which no catalogue holds", path, key)
		}
	}
	for key := range zh {
		if _, direct := used[key]; !direct && !completed(key, prefixes) {
			t.Errorf("nothing uses %q", key)
		}
	}
}

func completed(key string, prefixes map[string]string) bool {
	for prefix := range prefixes {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}
