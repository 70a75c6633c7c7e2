package roster

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/spreadsheet"
)

// tidy is a text as it is kept: full-width digits, letters and spaces become ordinary ones, spaces are single and inside only. Chinese punctuation stays.
func tidy(text string) string {
	var b strings.Builder
	for _, r := range spreadsheet.Clean(text) {
		folded := width.LookupRune(r).Folded()
		switch {
		case unicode.Is(unicode.Cf, r): // invisible, such as what text copied from WeChat has
		case unicode.IsSpace(r):
			b.WriteRune(' ')
		case folded != 0 && (unicode.IsDigit(folded) || unicode.IsLetter(folded) && folded < utf8.RuneSelf):
			b.WriteRune(folded)
		default:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

var betweenHan = regexp.MustCompile(`(\p{Han}) (\p{Han})`)

// tidyName is a name as it is kept: 张　三, as it stands below 王小明, is 张三.
func tidyName(text string) string {
	text = tidy(text)
	for betweenHan.MatchString(text) { // each match takes a character that the next one needs
		text = betweenHan.ReplaceAllString(text, "$1$2")
	}
	return text
}

// code is a text as it is compared and parsed: in it full-width punctuation is ordinary too, and there are no spaces.
func code(text string) string {
	return strings.Join(strings.Fields(width.Fold.String(tidy(text))), "")
}

// refused repeats what stands in a cell, as far as it is needed to find it there.
func refused(text string, err error) error {
	const most = 20
	text = tidy(text)
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return fmt.Errorf("%q %w", text, err)
}

const mostRunes = 30 // of a name, a village, a group, a specialty, a title

func tooLong(text string) error {
	if n := utf8.RuneCountInString(text); n > mostRunes {
		return fmt.Errorf("has %d characters; shorten it to %d", n, mostRunes)
	}
	return nil
}

var (
	levelTail = regexp.MustCompile(`(人民代表大会)?(人大)?(代表)?(级)?$`)
	session   = regexp.MustCompile(`第?[一二三四五六七八九十百\d]+届`)
	bothLevel = regexp.MustCompile(`^[县区旗乡镇苏木级两和及与兼、,，/;；+&]+$`)
	congress  = regexp.MustCompile(`级?(人民代表大会|人大|代表)`)

	errLevel     = errors.New("is no level that is known; write 县 or 乡 (County or Township)")
	errBothLevel = errors.New("names two levels; write the one in which the deputy serves at the station, 县 or 乡 (County or Township)")
)

func parseLevel(said string) (v1alpha1.DeputyLevel, error) {
	text := session.ReplaceAllString(strings.ToLower(code(said)), "")
	text = levelTail.ReplaceAllString(levelTail.ReplaceAllString(text, ""), "")
	switch {
	case text == "county":
		return v1alpha1.DeputyCounty, nil
	case text == "township" || text == "town":
		return v1alpha1.DeputyTownship, nil
	case namesBothLevels(text):
		return "", refused(said, errBothLevel)
	}
	if level := levelOf(text); level != "" {
		return level, nil
	}
	return "", refused(said, errLevel)
}

// namesBothLevels finds 县、乡 and 县乡两级, and levels that differ before each 人大代表.
func namesBothLevels(text string) bool {
	if bothLevel.MatchString(text) {
		return strings.ContainsAny(text, "县区旗") && strings.ContainsAny(text, "乡镇木")
	}
	levels := map[v1alpha1.DeputyLevel]bool{}
	for _, name := range congress.Split(text, -1) {
		levels[levelOf(name)] = true
	}
	return levels[v1alpha1.DeputyCounty] && levels[v1alpha1.DeputyTownship]
}

// levelOf is the level of what a name ends in, for 吉县中垛乡 is a township; empty where that is none.
func levelOf(name string) v1alpha1.DeputyLevel {
	last, _ := utf8.DecodeLastRuneInString(name)
	switch {
	case strings.ContainsRune("县区旗", last):
		return v1alpha1.DeputyCounty
	case strings.ContainsRune("乡镇", last), strings.HasSuffix(name, "苏木"):
		return v1alpha1.DeputyTownship
	default:
		return ""
	}
}

var (
	statuses = map[v1alpha1.DeputyStatus][]string{
		v1alpha1.DeputyActive:     {"在任", "在职", "在岗", "正常", "履职", "现任", "active"},
		v1alpha1.DeputySuspended:  {"暂停", "暂停执职", "暂停职务", "暂停执行职务", "暂停执行代表职务", "suspended"},
		v1alpha1.DeputyTerminated: {"终止", "资格终止", "代表资格终止", "终止资格", "终止代表资格", "离任", "卸任", "辞职", "罢免", "调离", "去世", "已故", "terminated"},
	}
	errStatus = errors.New("is no status that is known; write 在任, 暂停 or 终止 (Active, Suspended or Terminated)")
)

// parseStatus reads a status; none stands for Active, as in the API.
func parseStatus(text string) (v1alpha1.DeputyStatus, error) {
	text = strings.ToLower(code(text))
	if text == "" {
		return v1alpha1.DeputyActive, nil
	}
	for status, words := range statuses {
		if slices.Contains(words, text) {
			return status, nil
		}
	}
	return "", refused(text, errStatus)
}

var (
	yes      = []string{"是", "公开", "同意", "同意公开", "可", "可公开", "√", "✓", "✔", "☑", "y", "yes", "true", "1"}
	no       = []string{"", "否", "不", "不公开", "不同意", "不可", "×", "✗", "✘", "☐", "□", "x", "n", "no", "false", "0", "-", "/"}
	errYesNo = errors.New("is neither yes nor no; write 是 or 否")
)

func parseYesNo(text string) (bool, error) {
	text = strings.ToLower(code(text))
	switch {
	case slices.Contains(yes, text):
		return true, nil
	case slices.Contains(no, text):
		return false, nil
	default:
		return false, refused(text, errYesNo)
	}
}

var (
	leaders  = []string{"领导", "分管领导", "班子成员", "领导干部", "leader"}
	deputies = []string{"", "代表", "人大代表", "deputy"}
	errKind  = errors.New("is no kind of person that is known; write 代表 or 领导 (deputy or leader)")
)

// parseKind tells whether the person is a leader.
func parseKind(text string) (bool, error) {
	text = strings.ToLower(code(text))
	switch {
	case slices.Contains(leaders, text):
		return true, nil
	case slices.Contains(deputies, text):
		return false, nil
	default:
		return false, refused(text, errKind)
	}
}

// listMarks stand between the elements of a list in one cell.
const listMarks = "、，,；;/|"

// parseList reads a list in one cell: an element on each line or, where there is one line, with marks between. Each counts once.
func parseList(text string, most int) ([]string, error) {
	marks := listMarks
	if strings.Contains(text, "\n") {
		marks = "\n"
	}
	var list []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(marks, r) }) {
		part = tidy(part)
		if part == "" || slices.Contains(list, part) {
			continue
		}
		if err := tooLong(part); err != nil {
			return nil, fmt.Errorf("%q %w", part, err)
		}
		list = append(list, part)
	}
	if len(list) > most {
		return nil, fmt.Errorf("lists %d entries; %d are the most", len(list), most)
	}
	return list, nil
}

// writeList writes a list that parseList reads.
func writeList(list []string) string {
	if !strings.ContainsAny(strings.Join(list, ""), listMarks) {
		return strings.Join(list, "、")
	}
	return strings.Join(list, "\n") + "\n" // the last one tells that lines divide, if there is but one
}

var (
	idForm = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	errID  = errors.New("must hold only letters a-z, digits and -, begin and end with a letter or digit, and have at most 32 characters, for example d031")
)

// parseID reads an id; capitals are a keyboard's doing.
func parseID(text string) (string, error) {
	id := strings.ToLower(code(text))
	if len(id) > 32 || !idForm.MatchString(id) {
		return "", errID
	}
	return id, nil
}
