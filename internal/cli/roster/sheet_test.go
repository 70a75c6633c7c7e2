package roster

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/exit"
)

// book is a workbook of rows, in which some cells have a style.
func book(t *testing.T, rows [][]any, style *excelize.Style, styled ...string) []byte {
	t.Helper()
	file := excelize.NewFile()
	id, err := file.NewStyle(style)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		err = errors.Join(err, file.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &rows[i]))
	}
	for _, cell := range styled {
		err = errors.Join(err, file.SetCellStyle("Sheet1", cell, cell, id))
	}
	var written bytes.Buffer
	if err := errors.Join(err, file.Write(&written), file.Close()); err != nil {
		t.Fatal(err)
	}
	return written.Bytes()
}

// What a number format shows in an empty cell nobody has entered.
func TestAStyleOfAnEmptyCellSaysNothing(t *testing.T) {
	styles := map[string]*excelize.Style{}
	for number := 41; number <= 44; number++ { // 千位分隔 and 会计专用
		styles[fmt.Sprintf("the built-in format %d", number)] = &excelize.Style{NumFmt: number}
	}
	for _, format := range []string{"_ @_ ", "@_", `@" "`, `@"村"`, `_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ `} {
		styles[format] = &excelize.Style{CustomNumFmt: &format}
	}
	rows := [][]any{{"姓名", "级别", "村", "手机", "小组"}, {"张三", "乡", nil, 13900000031, nil}, {"李四", "县", "白额村", nil, "一组"}}
	places := map[string][]string{
		"the last cell": {"E2"}, "a cell in the middle": {"C2", "D3"}, "the whole row below": {"A4", "B4", "C4", "D4", "E4"}, "a cell far to the right": {"ABC2"}, "a row far below": {"A20000"},
	}
	for form, style := range styles {
		for place, styled := range places {
			want, told, _ := imported(book(t, rows, &excelize.Style{}, styled...), "")
			got, said, code := imported(book(t, rows, style, styled...), "")
			if diff := cmp.Diff(string(want)+told, string(got)+said); diff != "" || code != exit.Done {
				t.Errorf("%s in %s: exit code %d (-without +with):\n%s", form, place, code, diff)
			}
		}
	}
}

// A heading with a character that nobody sees is read, and one that is not read is named as it looks.
func TestWhatIsInvisibleInAHeaderChangesNothing(t *testing.T) {
	written, told, code := imported([]byte("\uFEFF\uFEFF姓\u200b名,级\u00a0别,状态\u200b,性\u00a0别\u200b,\u200b\n张三,乡,终止,男,\n"), "")
	if code != exit.Done {
		t.Fatalf("exit code %d: %s", code, told)
	}
	if status := specOf(t, written).Deputies[0].Status; status != v1alpha1.DeputyTerminated {
		t.Errorf("the status is %q", status)
	}
	if !strings.Contains(told, "these columns are not read: 性 别\n") {
		t.Errorf("told %q", told)
	}
}

// A row is empty, and a sum is one, as a person sees it.
func TestRowsArePassedOverAsTheyLook(t *testing.T) {
	written, told, code := imported([]byte("姓名,级别,手机\n张三,乡,\n\u200b,\u00a0,\u3000\n李四,县,\n合\u3000计,,2人\n备\u00a0注：无,,\n"), "")
	if code != exit.Done {
		t.Fatalf("exit code %d: %s", code, told)
	}
	if deputies := specOf(t, written).Deputies; len(deputies) != 2 {
		t.Errorf("read %+v", deputies)
	}
	for _, says := range []string{"passed over: 1 empty row, the first is row 3\n", "!A5: the row is passed over: it is a sum or a remark\n", "!A6: the row is passed over: it is a sum or a remark\n"} {
		if !strings.Contains(told, says) {
			t.Errorf("told %q, want %q", told, says)
		}
	}
}
