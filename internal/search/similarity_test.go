package search_test

import (
	"testing"

	"pgregory.net/rapid"

	"township.dev/liaison/internal/search"
)

func TestTheSameMatterInOtherWords(t *testing.T) {
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"白额村田间路被大雨冲毁，请修好。", "白额村的田间路让大雨冲毁了，拖拉机过不去，什么时候能修好？", true},
		{"村东头的路灯坏了两个月，晚上出行不方便", "我们村东头路灯不亮两个月了，晚上走路不方便", true},
		{"苹果滞销，希望帮忙联系客商", "今年苹果卖不出去，希望乡里帮忙联系客商", true},
		{"自来水经常停水", "自来水三天两头停水，老人没水吃", true},
		{"The field road was washed out by the rain.", "Field road washed out after rain", true},
		{"白额村田间路被大雨冲毁，请修好。", "白额村小学门口的路没有路灯，孩子放学不安全。", false},
		{"村东头的路灯坏了两个月，晚上出行不方便", "希望在村西头广场装健身器材，晚上大家好锻炼", false},
		{"苹果滞销，希望帮忙联系客商", "希望组织苹果剪枝的技术培训", false},
		{"自来水经常停水", "自来水的水费收得太高，请公布标准", false},
		{"低保办理需要什么材料", "医保报销比例太低", false},
	} {
		if got := search.Similarity(test.a, test.b); (got >= search.SameMatter) != test.same {
			t.Errorf("%.2f: %s | %s", got, test.a, test.b)
		} else {
			t.Logf("%.2f: %s | %s", got, test.a, test.b)
		}
	}
}

func TestSimilarityAtItsEnds(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want float64
	}{
		{"", "", 0}, {"修路", "", 0}, {"，。", "，。", 0},
		{"路", "路", 1}, {"修路！", "修 路", 0}, {"修路！", "，修路", 1}, {"ＷｉＦｉ", "wifi", 1},
		{"修路", "打井", 0}, {"修路修路", "修路", 0.5},
	} {
		if got := search.Similarity(test.a, test.b); got != test.want {
			t.Errorf("Similarity(%q, %q) = %v, want %v", test.a, test.b, got, test.want)
		}
	}
}

func TestSimilarityIsMutual(t *testing.T) {
	draw := rapid.StringOf(rapid.SampledFrom([]rune("修路灯村白额，wifi 12")))
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		ab, ba := search.Similarity(a, b), search.Similarity(b, a)
		if ab != ba || ab < 0 || ab > 1 {
			t.Fatalf("%v and %v", ab, ba)
		}
		if self := search.Similarity(a, a); self != 1 && search.Tokens(a) != "" {
			t.Fatalf("a text is like itself by %v", self)
		}
	})
}
