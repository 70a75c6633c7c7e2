package privacy

import (
	"regexp"
	"strings"
)

// pattern finds one kind by its form and the words around it.
type pattern struct {
	kind    Kind
	certain bool
	// form has one submatch: the piece. All its repetitions that lie before the piece are bounded, which keeps Find linear.
	form *regexp.Regexp
	// accept looks at the piece again; nil accepts all.
	accept func(piece string) bool
}

const (
	numeral = `[0-9〇零一二三四五六七八九十百]{1,5}`
	// accounts are the words by which WeChat and QQ are meant.
	accounts = `(?i:微信|薇信|威信|v信|扣扣|\b(?:wechat|weixin|vx|wx|qq))`
	// linked is how an account is told apart from the mere mention of a messenger.
	linked  = `(?i: {0,2}(?:(?:号码|账号|帐号|群号|号|群|id) {0,2}(?:[:=是为]|is)?|[:=是为]|is) {0,2})`
	account = `([A-Za-z_][-A-Za-z0-9_]{5,19}|[0-9]{6,11})\b`

	provinces   = `[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]`
	plateLetter = `[A-HJ-NP-Za-hj-np-z]`
	plateSign   = `[A-HJ-NP-Za-hj-np-z0-9]`
)

// Package-level because compiling them for each text would cost more than searching it.
var patterns = append([]pattern{
	{Email, true, regexp.MustCompile(`([A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24})`), nil},
	{Messenger, true, regexp.MustCompile(accounts + linked + account), nil},
	{Messenger, false, regexp.MustCompile(accounts + ` {0,2}` + account), hasDigit},
	{Plate, true, regexp.MustCompile(`(` + provinces + plateLetter + `[·•・. -]?(?:` + plateSign + `{5,6}\b|` + plateSign + `{4}[学警港澳挂试超]))`), isPlate},
	{Landline, false, regexp.MustCompile(`(?:电话|座机|固话|拨打|致电|(?i:phone|tel))[号码是为.: ]{0,4}([2-8][0-9]{6,7}|[2-8][0-9]{2,3}[ -][0-9]{4})\b`), nil},
	{BankCard, false, regexp.MustCompile(`(?:账号|帐号|账户|帐户|卡号|银行卡|(?i:account))[^0-9\n]{0,8}([0-9][0-9 -]{10,24}[0-9])`), nil},
	{Address, false, regexp.MustCompile(`(` + numeral + `[组队社]第?` + numeral + `[户号])`), nil},
	{Address, false, regexp.MustCompile(`((?:` + numeral + `(?:号院|号楼|[栋幢座号]))?` + numeral + `单元` + numeral + `[室号户]?)`), nil},
	{Address, false, regexp.MustCompile(`(` + numeral + `(?:号楼|[栋幢座])` + numeral + `[室户号])`), nil},
	{Address, false, regexp.MustCompile(`(` + numeral + `号院(?:` + numeral + `排)?(?:` + numeral + `号)?)`), nil},
	{Address, false, regexp.MustCompile(`(?:[路街巷弄]|胡同|大道)(` + numeral + `号(?:附` + numeral + `号)?)`), nil},
	{Address, false, regexp.MustCompile(`门牌(?:号码?)?[:是为]?(` + numeral + `号?)`), nil},
}, names...)

// byPattern finds what the patterns find.
func byPattern(r reading) []Finding {
	var found []Finding
	for _, p := range patterns {
		for _, at := range p.form.FindAllStringSubmatchIndex(r.text, -1) {
			if start, end := at[2], at[3]; p.accept == nil || p.accept(r.text[start:end]) {
				found = append(found, r.finding(p.kind, start, end, p.certain))
			}
		}
	}
	return found
}

func hasDigit(piece string) bool { return strings.ContainsAny(piece, "0123456789") }

// isPlate asks for the digits that a plate has at least: three, beside two letters. Products have fewer.
func isPlate(piece string) bool {
	digits := 0
	for _, r := range piece {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits >= 3
}
