package privacy_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/privacy"
)

// told is a finding as a test reads it: its kind, the piece, and a question mark when it is only likely.
func told(text string) []string {
	var all []string
	for _, f := range privacy.Find(text) {
		mark := ""
		if !f.Certain {
			mark = "?"
		}
		all = append(all, string(f.Kind)+mark+" "+text[f.Start:f.End])
	}
	return all
}

// Numbers here are made up; identity and card numbers fulfil their check digits.
func TestWhatIsFound(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"mobile", "请打13800130031，谢谢", []string{"mobile 13800130031"}},
		{"mobile in groups", "138 0013 0031、138-0013-0031、138.0013.0031、138·0013·0031", []string{"mobile 138 0013 0031", "mobile 138-0013-0031", "mobile 138.0013.0031", "mobile 138·0013·0031"}},
		{"mobile in full width", "电话：１３８００１３００３１。", []string{"mobile １３８００１３００３１"}},
		{"mobile spelled", "一三八零零一三〇〇三一", []string{"mobile 一三八零零一三〇〇三一"}},
		{"mobile spelled in groups", "幺三八 零零幺三 零零三幺", []string{"mobile 幺三八 零零幺三 零零三幺"}},
		{"mobile in two scripts", "1三8零013〇〇31", []string{"mobile 1三8零013〇〇31"}},
		{"mobile one by one", "1 3 8 0 0 1 3 0 0 3 1", []string{"mobile 1 3 8 0 0 1 3 0 0 3 1"}},
		{"mobile in keycaps", "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣0️⃣0️⃣3️⃣1️⃣", []string{"mobile " + strings.TrimSuffix("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣0️⃣0️⃣3️⃣1️⃣", "\ufe0f\u20e3")}},
		{"mobile with what nobody sees", "138\u200b0013\u200b0031", []string{"mobile 138\u200b0013\u200b0031"}},
		{"mobile with the country's code", "+86 138 0013 0031 或 0086-13800130031 或 8613800130031", []string{"mobile 86 138 0013 0031", "mobile 0086-13800130031", "mobile 8613800130031"}},
		{"mobile with the country's code apart", "（+86）138-0013-0031", []string{"mobile 86）138-0013-0031"}},
		{"mobile in letters", "tel13800130031x", []string{"mobile 13800130031"}},
		{"mobile after a spelled number", "联系电话之一13800130031", []string{"mobile 13800130031"}},
		{"mobiles beside each other", "13800130031 13900130031/13700130031", []string{"mobile 13800130031", "mobile 13900130031", "mobile 13700130031"}},
		{"mobile in odd groups", "13800 130031", []string{"mobile? 13800 130031"}},
		{"landline", "0357-6823456、(0357)6823456、（０３５７）6823456、010-62345678、03576823456", []string{"landline 0357-6823456", "landline 0357)6823456", "landline ０３５７）6823456", "landline 010-62345678", "landline 03576823456"}},
		{"landline abroad", "+86-357-6823456，+86 0357 6823456，0086 10 6234 5678", []string{"landline 86-357-6823456", "landline 86 0357 6823456", "landline 0086 10 6234 5678"}},
		{"the station's own landline", "联络站电话：0357-6823456转801", []string{"landline 0357-6823456"}},
		{"landline by its word", "座机：6823456，电话 682-3456", []string{"landline? 6823456", "landline? 682-3456"}},
		{"identity", "身份证号141028199003070012。", []string{"identity 141028199003070012"}},
		{"identity with X", "14102819900307008x，14102819900307008Ｘ", []string{"identity 14102819900307008x", "identity 14102819900307008Ｘ"}},
		{"identity in groups", "141028 1990 0307 0012；141028-19900307-008X", []string{"identity 141028 1990 0307 0012", "identity 141028-19900307-008X"}},
		{"identity in letters", "ID141028199003070012ok", []string{"identity 141028199003070012"}},
		{"identity with a slip", "141028199003070013", []string{"identity? 141028199003070013"}},
		{"identity of 15 digits", "141028900307001", []string{"identity 141028900307001"}},
		{"bank card", "6222021234567890128", []string{"bank_card 6222021234567890128"}},
		{"bank card in groups", "6222 0212 3456 7890 128", []string{"bank_card 6222 0212 3456 7890 128"}},
		{"bank card by its word", "银行账号：0508 0120 1000 12345", []string{"bank_card? 0508 0120 1000 12345"}},
		{"e-mail", "写信到 zhang.san+x@mail.example.com。", []string{"email zhang.san+x@mail.example.com"}},
		{"e-mail in full width", "ｚｓ＠example．com", []string{"email ｚｓ＠example．com"}},
		{"e-mail that holds a phone", "13800130031@example.com", []string{"email 13800130031@example.com"}},
		{"messenger", "微信：zhang_san88，QQ号12345678，VX是abc12345，加我扣扣群号：1234567", []string{"messenger zhang_san88", "messenger 12345678", "messenger abc12345", "messenger 1234567"}},
		{"messenger in English", "My WeChat ID is zhangsan88, my QQ: 12345678", []string{"messenger zhangsan88", "messenger 12345678"}},
		{"messenger without a link", "加wx zhangsan88", []string{"messenger? zhangsan88"}},
		{"messenger that is a phone", "微信同号13800130031，微信：13800130031", []string{"mobile 13800130031", "mobile 13800130031"}},
		{"plate", "车牌晋L12345、京A·B1234、晋l 1234警", []string{"plate 晋L12345", "plate 京A·B1234", "plate 晋l 1234警"}},
		{"plate of new energy", "晋LD12345和粤B12345F", []string{"plate 晋LD12345", "plate 粤B12345F"}},
		{"plates beside each other", "晋L12345晋L54321", []string{"plate 晋L12345", "plate 晋L54321"}},
		{"name said", "我叫王小明，家住白额村", []string{"name? 王小明"}},
		{"name in a form", "姓名：欧阳小明\n联系人: 高明 13800130031", []string{"name? 欧阳小明", "name? 高明", "mobile 13800130031"}},
		{"name beside its label", "联系人王小明13800130031", []string{"name? 王小明", "mobile 13800130031"}},
		{"name of the writer", "本人王小明，现反映", []string{"name? 王小明"}},
		{"name in English", "My name is Wang Xiaoming.", []string{"name? Wang Xiaoming"}},
		{"household", "白额村3组12户、二组十五号", []string{"address? 3组12户", "address? 二组十五号"}},
		{"flat", "幸福小区3号楼2单元501室，5栋301室", []string{"address? 3号楼2单元501室", "address? 5栋301室"}},
		{"house", "中心街12号，东巷3号院，门牌号15号", []string{"address? 12号", "address? 3号院", "address? 15号"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, told(test.text)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.text, diff)
			}
		})
	}
}

func TestWhatIsNotFound(t *testing.T) {
	for _, text := range []string{
		"", "田间路被冲毁，请修好。", "\xff138\xfe",
		"2026年3月9日上午9:00-11:30", "2026-03-09", "2026.3.9至2026.3.12", "2026-03-09 2026-03-18", "20260309153000", "二〇二六年三月九日",
		"全乡15000人，种苹果43000亩，面积140平方公里", "15000人、43000亩、77名代表", "1380013元", "每亩1,380.50元，共计13,800,138元", "13800万元",
		"村级编码141028204207", "邮编042200", "统一社会信用代码91141028MA0GXXXX1Q",
		"回执编号7K3M-9XQ2-13ZZ", "回执编号1380-0138-0001", "查询密码7K3M-9XQ2",
		"请拨打12345热线、110、120、12388", "95588", "400-123-4567",
		"138001380011", "1380013800", "12800138000", "订单2026030913800130031", "138\n0013\n0031",
		"141028199013070012", "6222021234567890127",
		"1. 修路 2. 打井 3. 装灯", "1 3 5 7 9 11 13 15", "坐标36.098765, 110.678901",
		"关注微信公众号，QQ邮箱，微信支付30元，微信群500人", "微信小程序", "@所有人", "a@b",
		"国道G20，京沪高速，晋A级景区，新B2B平台",
		"我叫了三次没人来", "姓名不详", "联系人和电话都写了", "我是中垛村村民", "我是王家庄的村民", "本人家住白额村", "村民方便出行", "老人高兴。", "联系人方式", "户主常年在外",
		"第3组的路", "3号楼前面", "一村一策", "12号文件", "5号路灯",
	} {
		if found := told(text); len(found) > 0 {
			t.Errorf("in %q: %q", text, found)
		}
	}
}

func TestMaskCoversAsNoticesDo(t *testing.T) {
	for text, want := range map[string]string{
		"打13800130031":               "打138****0031",
		"+86 138-0013-0031":          "+86 138-****-0031",
		"一三八零零一三零零三一":                "一三八****零零三一",
		"１３８００１３００３１":                "１３８****００３１",
		"⑬8 0013 0031":               "⑬8 **** 0031",
		"(0357)6823456、010-62345678": "(0357)*******、010-********",
		"+86-357-6823456":            "+**-***-*******",
		"身份证141028-19900307-008X":    "身份证******-********-****",
		"6222021234567890128":        "*******************",
		"zhang@example.com":          "***@example.com",
		"微信：zhang_san88":             "微信：***********",
		"晋L·12345":                   "晋L·*****",
		"我叫王小明，欧阳":                   "我叫王**，欧阳",
		"白额村3组12户":                   "白额村*****",
		"没有要遮的，2026年3月9日":            "没有要遮的，2026年3月9日",
	} {
		if got := privacy.Mask(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// What is kept of one number must not be the beginning of another with what stands behind it.
func TestMaskCoversWhatItsOwnTracesWouldForm(t *testing.T) {
	for _, text := range []string{"13800130357 6823456", "138 0013 8000@example.com", "我叫王京A12345"} {
		if masked := privacy.Mask(text); len(privacy.Find(masked)) > 0 {
			t.Errorf("%q became %q, in which there is %q", text, masked, told(masked))
		}
	}
}

func TestCertainNeedsNoPerson(t *testing.T) {
	for text, want := range map[string]bool{"13800130031": true, "我叫王小明": false, "修路": false, "我叫王小明，13800130031": true} {
		if got := privacy.Certain(text); got != want {
			t.Errorf("Certain(%q) = %v", text, got)
		}
	}
}

// Repetitions that a search with backtracking would not come back from.
func TestLongTextsAreRead(t *testing.T) {
	const size = 20_000
	for _, piece := range []string{"1", "1 ", "1三", "138 ", "13800130031 ", "a@", "a.", "a@b.cc@", "aa@bb.cc.dd", "微信:", "一", "一组", "1单元", "(", "\u200b", "晋L", "我叫王", "姓名:", "账号-", "\xff"} {
		masked := privacy.Mask(strings.Repeat(piece, size/len(piece)))
		if len(privacy.Find(masked)) > 0 {
			t.Errorf("%q, repeated, is not masked", piece)
		}
	}
}

// check tells what holds for any text.
func check(t interface {
	Helper()
	Errorf(format string, args ...any)
}, text string) {
	t.Helper()
	end := 0
	for _, f := range privacy.Find(text) {
		if f.Start < end || f.End <= f.Start || f.End > len(text) {
			t.Errorf("%+v after %d in %q", f, end, text)
			return
		}
		if utf8.ValidString(text) && !utf8.ValidString(text[f.Start:f.End]) {
			t.Errorf("%+v splits a character of %q", f, text)
		}
		end = f.End
	}
	masked := privacy.Mask(text)
	if found := told(masked); len(found) > 0 {
		t.Errorf("%q became %q, in which there is %q", text, masked, found)
	}
	if end == 0 && masked != text {
		t.Errorf("nothing is found in %q, and it became %q", text, masked)
	}
}

func FuzzMask(f *testing.F) {
	for _, seed := range []string{"打138-0013-0031", "14102819900307008x", "0357-6823456 6222 0212 3456 7890 128", "ｚｓ＠example．com 微信：______ 晋L·D12345", "我叫王⺀，3组12户 ㈠㈢⑧", "\xff1\u20e3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { check(t, text) })
}

func TestFindingsAreSorted(t *testing.T) {
	found := privacy.Find("我叫王小明，13800130031，晋L12345，a@example.com")
	if !slices.IsSortedFunc(found, func(a, b privacy.Finding) int { return a.Start - b.Start }) || len(found) != 4 {
		t.Errorf("%+v", found)
	}
}
