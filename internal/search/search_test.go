package search_test

import (
	"database/sql"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // the real FTS5
	"pgregory.net/rapid"

	"township.dev/liaison/internal/search"
)

func TestTokens(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		" ，。!\"":                "",
		"路":                     "路",
		"修路":                    "修路 路",
		"修田间路。":                 "修田 田间 间路 路",
		"修路，打井":                 "修路 路 打井 井",
		"ＷｉＦｉ信号１２３":             "wifi 信号 号 123",
		"Guo-Dao G20 高速":        "guo dao g20 高速 速",
		"1,200元":                "1 200 元",
		"ﾄﾗｸﾀｰ":                 "トラ ラク クタ ター ー",
		"도로수리":                  "도로 로수 수리 리",
		"𠀀𪚥":                    "𠀀𪚥 𪚥",
		"\U00030000村\U00031350": "\U00030000村 村\U00031350 \U00031350",
		"路\u200b灯\ufe00坏":       "路灯 灯坏 坏",
		"É e\u0301":             "é é",
		"㎡":                     "m2",
		"神社":                    "神社 社", // a compatibility ideograph is its plain form
	} {
		if got := search.Tokens(text); got != want {
			t.Errorf("Tokens(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestQuery(t *testing.T) {
	for typed, want := range map[string]string{
		"路":                 `"路"*`,
		"修路":                `"修路"`,
		"田间路":               `"田间 间路"`,
		"白额村路":              `"白额 额村 村路"`,
		"白额  道路":            `"白额" AND "道路"`,
		"WiFi 信号":           `"wifi"* AND "信号"`,
		"G20高速":             `"g20"* AND "高速"`,
		`路" OR "灯`:          `"路"* AND "or"* AND "灯"*`,
		`NEAR(修路, 2)`:       `"near"* AND "修路" AND "2"*`,
		`tokens:修路 -灯 ^井 *`: `"tokens"* AND "修路" AND "灯"* AND "井"*`,
	} {
		if got, ok := search.Query(typed); got != want || !ok {
			t.Errorf("Query(%q) = %s, %v, want %s", typed, got, ok, want)
		}
	}
	for _, typed := range []string{"", " ", `"`, `"*"`, "()^-+:", "\x00", "。，", "\u0301"} {
		if got, ok := search.Query(typed); ok || got != "" {
			t.Errorf("Query(%q) = %s, %v", typed, got, ok)
		}
	}
}

func TestQueriesAreBounded(t *testing.T) {
	long, _ := search.Query(strings.Repeat("路 ", 10_000))
	if terms := strings.Count(long, `"路"*`); terms != 16 {
		t.Errorf("%d terms", terms)
	}
}

// index is a full-text index as the package's comment describes it.
type index struct {
	t  testing.TB
	db *sql.DB
}

func newIndex(t testing.TB, tokenizer string) index {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	if _, err := db.Exec(`CREATE VIRTUAL TABLE case_text USING fts5(tokens, content='', contentless_delete=1, tokenize='` + tokenizer + `')`); err != nil {
		t.Fatal(err)
	}
	return index{t, db}
}

func (i index) put(id int, text string) {
	i.t.Helper()
	if _, err := i.db.Exec(`INSERT OR REPLACE INTO case_text (rowid, tokens) VALUES (?, ?)`, id, search.Tokens(text)); err != nil {
		i.t.Fatal(err)
	}
}

// find returns the texts in which what was typed is found.
func (i index) find(typed string) (ids []int) {
	i.t.Helper()
	expression, ok := search.Query(typed)
	if !ok {
		i.t.Fatalf("there is nothing to look for in %q", typed)
	}
	rows, err := i.db.Query(`SELECT rowid FROM case_text WHERE case_text MATCH ? ORDER BY rowid`, expression)
	if err != nil {
		i.t.Fatalf("%q became %s: %v", typed, expression, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			i.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		i.t.Fatal(err)
	}
	return ids
}

func TestTextsAreFound(t *testing.T) {
	for _, tokenizer := range []string{"ascii", "unicode61"} {
		index := newIndex(t, tokenizer)
		for id, text := range []string{
			1: "白额村田间路被大雨冲毁，请修好。",
			2: "中垛村路灯不亮",
			3: "苹果滞销，WiFi信号也不好 G20",
			4: "修路要钱，间路",
			5: "田间有路",
		} {
			if text != "" {
				index.put(id, text)
			}
		}
		for typed, want := range map[string][]int{
			"路":        {1, 2, 4, 5},
			"毁":        {1},
			"亮":        {2},
			"路灯":       {2},
			"间路":       {1, 4},
			"田间路":      {1},
			"田间道路":     nil,
			"大雨冲毁":     {1},
			"村路":       {2},
			"村 路":      {1, 2},
			"冲毁 白额":    {1},
			"wifi":     {3},
			"ＷＩ":       {3},
			"g2":       {3},
			"20":       nil,
			"毁，请":      {1},
			"毁请":       nil,
			"灯 OR 苹果":  nil,
			"路 NOT 白额": nil,
		} {
			if diff := cmp.Diff(want, index.find(typed)); diff != "" {
				t.Errorf("%s: %q (-want +got):\n%s", tokenizer, typed, diff)
			}
		}
	}
}

// Han with its extensions up to H, its marks of repetition and zero, kana, hangul, and a compatibility ideograph.
var alphabet = []rune("路灯村修田间路灯村的𠀀𪛖𫝀𫠝𬺰𮯠\U00030000\U00031350々〇のカー도로神")

// What is written in characters is found by any piece of it, down to a single one.
func TestEveryPieceIsFound(t *testing.T) {
	indexes := []index{newIndex(t, "ascii"), newIndex(t, "unicode61")}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom(alphabet), 1, 30).Draw(t, "text")
		from := rapid.IntRange(0, len(text)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, min(len(text), from+6)).Draw(t, "to")
		for _, index := range indexes {
			index.put(1, "前，"+string(text)+"。后 2")
			if piece := string(text[from:to]); !slices.Equal(index.find(piece), []int{1}) {
				t.Fatalf("%q is not found in %q", piece, string(text))
			}
		}
	})
}

// Where words and characters mix, a piece that begins and ends where a word does is found.
func TestEveryPieceOfMixedTextIsFound(t *testing.T) {
	index := newIndex(t, "ascii")
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"路", "修路", "田间路", "WiFi", "ｇ20", "É", "e\u0301t", "𠀀", "のカー", " ", "，", "-", "\"", "①", "\u200d"}), 1, 12).Draw(t, "words")
		from := rapid.IntRange(0, len(words)-1).Draw(t, "from")
		piece := words[from:]
		typed := strings.Join(piece, " ")
		if _, ok := search.Query(typed); !ok {
			t.Skip("separators alone")
		}
		index.put(1, strings.Join(words, " "))
		if !slices.Equal(index.find(typed), []int{1}) {
			t.Fatalf("%q is not found in %q", typed, words)
		}
	})
}

// safe is the only form an expression may have.
var safe = regexp.MustCompile(`^"[\pL\pN\pM]+( [\pL\pN\pM]+)*"\*?( AND "[\pL\pN\pM]+( [\pL\pN\pM]+)*"\*?)*$`)

func FuzzQuery(f *testing.F) {
	index := newIndex(f, "ascii")
	index.put(1, "修路")
	for _, seed := range []string{"路", `路" OR "`, "NEAR(a b, 2)", "{tokens}:x*", "a'b;--", "\xff\x00", "İ\u0307ﬁ㎡⺀", strings.Repeat("a ", 50)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		tokens := search.Tokens(typed)
		if !utf8.ValidString(tokens) || strings.ContainsAny(tokens, "\"*()") {
			t.Errorf("Tokens(%q) = %q", typed, tokens)
		}
		expression, ok := search.Query(typed)
		if ok != (tokens != "") {
			t.Errorf("%q has the tokens %q and the query %q", typed, tokens, expression)
		}
		if !ok {
			return
		}
		if !safe.MatchString(expression) {
			t.Errorf("%q became %s", typed, expression)
		}
		index.t = t
		index.find(typed)
	})
}
