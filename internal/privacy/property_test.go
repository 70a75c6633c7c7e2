package privacy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"township.dev/liaison/internal/privacy"
)

// drawText draws what findings are made of, in any order.
func drawText(t *rapid.T) string {
	pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
		"1", "3", "8", "0", "00", "138", "0013", "0031", "13800130031", "0357", "6823456", "86", "+", "0086", "141028", "19900307", "0012", "x", "X", "6222",
		" ", "-", "－", ".", "·", "(", ")", "\n", "，", ":", "：", "*", "@", "_", "一", "三", "八", "零", "〇", "⑬", "㈠", "１", "️⃣", "\u200b", "\xff",
		"a", "example.com", "微信", "QQ", "号", "是", "账号", "电话", "晋", "L", "京A", "12345", "组", "户", "号院", "单元", "街", "我叫", "姓名", "王", "小明", "⺀", "欧阳", "本人", "Name:", "Wang",
	}), 0, 30).Draw(t, "pieces")
	return strings.Join(pieces, "")
}

func TestAnyTextCanBeMasked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { check(t, drawText(t)) })
}

// Without digits of any script there is neither phone nor card nor plate.
func TestNothingCertainButAccountsWithoutDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Map(func(r rune) rune {
			if unicode.IsNumber(r) || strings.ContainsRune("一三八零〇", r) {
				return -1
			}
			return r
		}, drawText(t))
		for _, f := range privacy.Find(text) {
			if !slices.Contains([]privacy.Kind{privacy.Email, privacy.Messenger, privacy.Name}, f.Kind) {
				t.Fatalf("%+v in %q", f, text)
			}
		}
	})
}

// However a phone's number is written and whatever words stand around it, no more than its ends is left.
func TestEveryMobileIsMasked(t *testing.T) {
	spelled := []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	rapid.Check(t, func(t *rapid.T) {
		digits := fmt.Sprintf("1%d%09d", rapid.IntRange(3, 9).Draw(t, "second"), rapid.IntRange(0, 999_999_999).Draw(t, "rest"))
		gap := rapid.SampledFrom([]string{"", " ", "-", " - ", "—", ".", "\u3000"}).Draw(t, "gap")
		write := rapid.SampledFrom([]func(byte) string{
			func(d byte) string { return string(d) },
			func(d byte) string { return string(rune('０') + rune(d-'0')) },
			func(d byte) string { return spelled[d-'0'] },
		}).Draw(t, "script")
		var written strings.Builder
		for i := range len(digits) {
			if i == 3 || i == 7 {
				written.WriteString(gap)
			}
			written.WriteString(write(digits[i]))
		}
		text := rapid.SampledFrom([]string{"", "请打", "+86 ", "电话：", "tel"}).Draw(t, "before") + written.String() + rapid.SampledFrom([]string{"", "。", "找我", "\n2"}).Draw(t, "after")
		if !privacy.Certain(text) {
			t.Fatalf("nothing certain in %q", text)
		}
		if masked := privacy.Mask(text); strings.Count(masked, "*") < 4 {
			t.Fatalf("%q became %q", text, masked)
		}
	})
}
