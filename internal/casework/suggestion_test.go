package casework_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"township.dev/liaison/internal/casework"
)

var (
	topics   = []string{"产业发展", "道路交通", "环境卫生"}
	villages = []string{"白额村", "中垛村"}
	road     = casework.Suggestion{Topic: "道路交通", Village: "白额村", Text: "田间路被冲毁，请修好。", Name: "王小明", Phone: "139 0000 0031"}
)

func with(change func(*casework.Suggestion)) casework.Suggestion {
	s := road
	change(&s)
	return s
}

func TestASuggestionIsNormalised(t *testing.T) {
	tests := []struct {
		name string
		sent casework.Suggestion
		want casework.Suggestion
	}{
		{"as it is", road, road},
		{"bare", casework.Suggestion{Topic: "道路交通", Text: "请把路修好"}, casework.Suggestion{Topic: "道路交通", Text: "请把路修好"}},
		{
			"white space around and line ends of browsers",
			with(func(s *casework.Suggestion) {
				s.Topic, s.Text, s.Name = " 道路交通 ", "\r\n第一行\r\n第二行\t完\r\n", " 王小明\u3000"
			}),
			with(func(s *casework.Suggestion) { s.Text = "第一行\n第二行\t完" }),
		},
		{
			"composed characters",
			with(func(s *casework.Suggestion) { s.Text = "cafe\u0301 在路边" }),
			with(func(s *casework.Suggestion) { s.Text = "caf\u00e9 在路边" }),
		},
		{
			"a phone in full-width digits",
			with(func(s *casework.Suggestion) { s.Phone = "＋８６　１３９－００００" }),
			with(func(s *casework.Suggestion) { s.Phone = "+86 139-0000" }),
		},
		{
			"a phone as address books copy it, between marks of direction",
			with(func(s *casework.Suggestion) { s.Phone = "\u202d139\u200e00000031\u202c" }),
			with(func(s *casework.Suggestion) { s.Phone = "13900000031" }),
		},
		{
			"characters of no width",
			with(func(s *casework.Suggestion) { s.Text = "\ufeff田间路\u200b被冲毁\u2060" }),
			with(func(s *casework.Suggestion) { s.Text = "田间路被冲毁" }),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.sent.Check(topics, villages)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestWhatASuggestionMustBe(t *testing.T) {
	tests := []struct {
		name   string
		change func(*casework.Suggestion)
		want   []string
	}{
		{"nothing filled in", func(s *casework.Suggestion) { *s = casework.Suggestion{} }, []string{"topic: required", "text: required"}},
		{"topic not listed", func(s *casework.Suggestion) { s.Topic = "其他" }, []string{"topic: unknown_topic"}},
		{"village not listed", func(s *casework.Suggestion) { s.Village = "别村" }, []string{"village: unknown_village"}},
		{"a text that nobody can see", func(s *casework.Suggestion) { s.Text = strings.Repeat("\u200b", 9) }, []string{"text: required"}},
		{"text too short", func(s *casework.Suggestion) { s.Text = "修路吧！" }, []string{"text: too_short"}},
		{"text of the least length", func(s *casework.Suggestion) { s.Text = "请修路吧！" }, nil},
		{"text of the most length", func(s *casework.Suggestion) { s.Text = strings.Repeat("路", casework.MostText) }, nil},
		{"text too long", func(s *casework.Suggestion) { s.Text = strings.Repeat("路", casework.MostText+1) }, []string{"text: too_long"}},
		{"text of blanks", func(s *casework.Suggestion) { s.Text = "  \n\n\u3000\u3000\n " }, []string{"text: required"}},
		{"a NUL", func(s *casework.Suggestion) { s.Text = "请修好\x00这条路" }, []string{"text: control_character"}},
		{"an escape", func(s *casework.Suggestion) { s.Text = "请修好\x1b[31m这条路" }, []string{"text: control_character"}},
		{"a C1 control", func(s *casework.Suggestion) { s.Text = "请修好\u009b这条路" }, []string{"text: control_character"}},
		{"reversed reading", func(s *casework.Suggestion) { s.Text = "请修好\u202e这条路" }, []string{"text: control_character"}},
		{"not UTF-8", func(s *casework.Suggestion) { s.Text = "请修好\xff这条路" }, []string{"text: unreadable_text"}},
		{"what a decoder could not read", func(s *casework.Suggestion) { s.Text = "请修好\ufffd这条路" }, []string{"text: unreadable_text"}},
		{"a name of two lines", func(s *casework.Suggestion) { s.Name = "王\n小明" }, []string{"name: control_character"}},
		{"a name too long", func(s *casework.Suggestion) { s.Name = strings.Repeat("王", casework.MostName+1) }, []string{"name: too_long"}},
		{"a phone of words", func(s *casework.Suggestion) { s.Phone = "打我微信" }, []string{"phone: bad_phone"}},
		{"a phone too short", func(s *casework.Suggestion) { s.Phone = "1390" }, []string{"phone: bad_phone"}},
		{"a phone too long", func(s *casework.Suggestion) { s.Phone = strings.Repeat("1", 25) }, []string{"phone: too_long"}},
		{"everything at once, in order", func(s *casework.Suggestion) {
			*s = casework.Suggestion{Topic: "x", Village: "x", Text: "x", Name: "\x00", Phone: "x"}
		}, []string{"topic: unknown_topic", "village: unknown_village", "text: too_short", "name: control_character", "phone: bad_phone"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := with(test.change).Check(topics, villages)
			if diff := cmp.Diff(test.want, problems(err)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err != nil && got != (casework.Suggestion{}) {
				t.Errorf("a refused suggestion came back as %+v", got)
			}
		})
	}
}

func TestFieldErrorsTellTheBoundsAndNeverTheValue(t *testing.T) {
	_, err := with(func(s *casework.Suggestion) { s.Text = "修路" }).Check(topics, villages)
	fields := casework.AsFieldErrors(err)
	want := casework.FieldErrors{{Field: "text", Code: casework.CodeTooShort, Least: casework.LeastText, Most: casework.MostText, Length: 2}}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if strings.Contains(err.Error(), "修路") {
		t.Errorf("the error quotes the resident: %v", err)
	}
}

func TestIdempotencyKeys(t *testing.T) {
	for key, good := range map[string]bool{
		"a": true, "550e8400-e29b-41d4-a716-446655440000": true, strings.Repeat("k", casework.MostKey): true,
		"": false, "a b": false, "a\n": false, "键": false, strings.Repeat("k", casework.MostKey+1): false,
	} {
		err := casework.CheckKey(key)
		if (err == nil) != good {
			t.Errorf("CheckKey(%q): %v", key, err)
		}
	}
}

func FuzzSuggestion(f *testing.F) {
	f.Add("道路交通", "白额村", "田间路被冲毁\r\n请修好。", "王小明", "139 0000 0031")
	f.Add("", "", "", "", "")
	f.Add("x", "\xff", "e\u0301\u202e\x00", "\u3000", "＋８６")
	f.Fuzz(func(t *testing.T, topic, village, text, name, phone string) {
		clean, err := casework.Suggestion{Topic: topic, Village: village, Text: text, Name: name, Phone: phone}.Check(topics, villages)
		if err != nil {
			if len(casework.AsFieldErrors(err)) == 0 {
				t.Fatalf("%v names no field", err)
			}
			return
		}
		for _, s := range []string{clean.Topic, clean.Village, clean.Text, clean.Name, clean.Phone} {
			if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) || strings.ContainsAny(s, "\x00\r\x1b\u202e") || s != strings.TrimSpace(s) {
				t.Errorf("accepted %q", s)
			}
		}
		if n := utf8.RuneCountInString(clean.Text); n < casework.LeastText || n > casework.MostText {
			t.Errorf("accepted a text of %d characters", n)
		}
		if again, err := clean.Check(topics, villages); err != nil || again != clean {
			t.Errorf("what was accepted is not accepted again: %+v, %v", again, err)
		}
	})
}
