package browser

import (
	"strings"
	"testing"
)

// The sample cases: one of the deputy's village, with a phone, and one of another.
const (
	ownVillage   = "农用车过不去"
	otherVillage = "垃圾箱满了"
)

func TestADeputyUrgesAndDoesNotHandle(t *testing.T) {
	t.Parallel()
	s := busyStation(t)
	d := s.atDesk(t).signsIn(s, deputy)
	d.sees(ownVillage, "白额村").misses(otherVillage).pictured("queue")
	d.opens("/desk?stage=all").misses(otherVillage, "柳沟村").follows(ownVillage)
	d.sees(zh("case.watch")).misses("100 0000 1001", "10000001001", zh("case.contact"), zh("move.answer_send")).pictured("case")
	d.clicks(zh("other.urge")).fills(zh("move.urge_text"), "秋收快到了，请抓紧。").sends(zh("move.urge_send")).sees("秋收快到了，请抓紧。", zh("mark.urged", "n", 2))
	d.clicks(zh("other.comment")).fills(zh("move.comment_text"), "已到现场看过。").sends(zh("move.comment_send")).sees("已到现场看过。").pictured("urged")
	if d.follows(zh("case.back")); !strings.HasSuffix(d.address(), "/desk?stage=all") {
		t.Errorf("the way back leads to %s, not to the list of all", d.address())
	}
	for _, place := range asks[[]string](d, "[...document.querySelectorAll('nav a')].map(a => a.getAttribute('href'))") {
		d.opens(place)
	}
}
