package privacy_test

import (
	"testing"

	"township.dev/liaison/internal/privacy"
)

func TestWhatIsKnownIsCoveredWhereverItStands(t *testing.T) {
	for _, c := range []struct {
		text  string
		known []string
		want  string
	}{
		{"已给赵铁柱家门口换了路灯", []string{"赵铁柱"}, "已给赵**家门口换了路灯"},
		{"赵铁柱说，打电话告诉赵铁柱本人", []string{" 赵铁柱 "}, "赵**说，打电话告诉赵**本人"},
		{"座机7920000没人接", []string{"7920000"}, "座机*******没人接"},
		{"赵家沟的路", []string{"赵"}, "赵家沟的路"},
		{"田间路坏了", []string{"", "赵铁柱"}, "田间路坏了"},
		{"请打13900000031找赵铁柱", []string{"赵铁柱"}, "请打139****0031找赵**"},
	} {
		if got := privacy.MaskKnown(c.text, c.known...); got != c.want {
			t.Errorf("%s of %q became %s, want %s", c.text, c.known, got, c.want)
		}
	}
}
