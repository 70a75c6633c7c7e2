package browser

import (
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// A day is a suggestion between the one who made it and the one who handles it.
type day struct {
	station         *station
	resident, admin *person
	receipt         receipt
}

const (
	road      = "白额村通往果园的田间路被水冲断，三轮车过不去。请打电话给我13912345678。"
	roadPart  = "田间路被水冲断"
	plan      = "已列入修复计划，施工队月底进场。"
	repaired  = "路已经修好，请您去看看。"
	roadUnit  = "县交通运输局"
	helpUnit  = "乡农业农村办公室"
	notMended = "路还是过不去。"
)

// The whole way of a suggestion, with a resident who is not satisfied the first time.
func TestAWholeDay(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	d := day{station: s, resident: s.onPhone(t), admin: s.atDesk(t)}
	d.residentSuggests()
	d.administratorSettlesIn()
	d.administratorPassesItOn()
	d.residentIsNotSatisfied()
	d.administratorMakesItGood()
	d.residentIsSatisfied()
	d.administratorCounts()
	d.administratorLeaves()
}

func (d *day) residentSuggests() {
	r := d.resident
	r.opens("/").sees(zh("home.title"), zh("home.duty"), zh("home.next")).pictured("home")
	r.follows(zh("nav.suggest")).writes(road).fills(zh("field.name"), "张三").fills(zh("field.phone"), "13912345678")
	r.uploads(zh("field.photos"), uprightPhoto(r.t), largePhoto(r.t)).sees(zh("consent.title")).pictured("suggest")
	r.sends(zh("suggest.send")).sees(zh("receipt.title"), zh("receipt.keep"), zh("receipt.photos", "n", 2))
	d.receipt = r.keeps()
	r.find([]string{"image"}, zh("qr.of", "address", d.station.public+"/status?code="+d.receipt.code))
	r.pictured("receipt")
	r.follows(zh("receipt.to_status")).sees(d.receipt.code, zh("progress.did_submit"), zh("progress.waits_received"))
	r.clicks(zh("status.own")).sees(roadPart).seesPhotosTurned().pictured("progress")
}

// seesPhotosTurned checks on the page that both photos are there, and that the one taken upright stands upright, red at the top.
func (p *person) seesPhotosTurned() *person {
	p.t.Helper()
	const shapes = `Promise.all([...document.images].filter(i => i.alt && i.src.includes('photo')).map(async i => {
		i.loading = 'eager'; await i.decode();
		const c = document.createElement('canvas'); c.width = c.height = 1; const x = c.getContext('2d');
		x.drawImage(i, 0, 0, i.naturalWidth, 4, 0, 0, 1, 1);
		const [r, , b] = x.getImageData(0, 0, 1, 1).data;
		return (i.naturalHeight > i.naturalWidth ? 'upright' : 'lying') + (r > 2 * b ? ' red' : '');
	}))`
	if got := asks[[]string](p, shapes); !slices.Equal(got, []string{"upright red", "lying"}) {
		p.fails("the photos are " + strings.Join(got, ", "))
	}
	return p
}

func (d *day) administratorSettlesIn() {
	a := d.admin
	a.opens("/desk").sees(zh("signin.title")).pictured("sign-in")
	a.newcomer(d.station, administrator).pictured("first-password")
	a.opens("/desk").sees(zh("password.first_title")).misses(d.receipt.code)
	a.settlesIn(d.station, administrator).sees(d.receipt.code).pictured("queue")
	a.fills(zh("desk.search"), "冲断").sends(zh("desk.find")).sees(d.receipt.code).pictured("search")
	a.fills(zh("desk.search"), "13912345678").sends(zh("desk.find")).sees(d.receipt.code)
	a.fills(zh("desk.search"), "路灯").sends(zh("desk.find")).sees(zh("desk.none_found")).misses(d.receipt.code)
}

func (d *day) administratorPassesItOn() {
	a := d.admin
	a.takesUp(d.receipt.code).sees(roadPart, "张三", "13912345678", zh("state.received")).seesPhotosTurned().pictured("case")
	a.clicks(zh("route.county")).fills(zh("field.reason"), "乡里没有修路的资金。").sends(zh("move.classify_send"))
	a.sees(zh("case.next", "move", zh("move.assign"))).pictured("assign")
	a.chooses(zh("field.unit"), roadUnit).clicks(helpUnit).sends(zh("move.assign_send")).sees(zh("state.assigned"), roadUnit, helpUnit)
	a.sends(zh("move.start_send")).sees(zh("state.in_progress")).pictured("answer")
	a.dates(zh("field.planned_for"), today().AddDays(30).String()).clicks(zh("result.B"))
	a.fills(zh("field.answer"), plan).sends(zh("move.answer_send")).pictured("feedback")
	a.tells("已打电话告知，对方要看结果。").sees(zh("state.closed")).pictured("closed")
	a.releases().pictured("released")
}

// releases the closed case to the public list, with the phone in its text covered.
func (p *person) releases() *person {
	p.t.Helper()
	p.clicks(zh("other.release")).sees(zh("release.covered"), zh("privacy.mobile")).pictured("release")
	return p.sends(zh("move.release_send")).sees(zh("mark.released"))
}

func (d *day) residentIsNotSatisfied() {
	r := d.resident
	r.looksUp(d.receipt).sees(plan, roadUnit, helpUnit, zh("status.now_closed")).pictured("answered")
	r.clicks(zh("rating.not_satisfied")).fills(zh("field.words"), notMended).pictured("rating")
	r.sends(zh("rate.send")).sees(zh("status.done_reopened"), zh("progress.did_reopen")).misses(zh("rate.title")).pictured("reopened")
	r.follows(zh("nav.handled")).sees(zh("handled.none"))
}

func (d *day) administratorMakesItGood() {
	a := d.admin
	a.opens("/desk").sees(d.receipt.code, zh("mark.reopened")).takesUp(d.receipt.code).sees(notMended, zh("step.reopen"))
	if a.find([]string{"term"}, zh("case.due")); strings.Contains(a.shown(), zh("timing.overdue")) {
		a.fails("the clock of the second round is over already")
	}
	a.pictured("second-round")
	a.chooses(zh("field.unit"), roadUnit).sends(zh("move.assign_send")).sends(zh("move.start_send"))
	a.answers(zh("result.A"), repaired, "已打电话请他去看。").releases()
}

func (d *day) residentIsSatisfied() {
	r := d.resident
	r.looksUp(d.receipt).sees(repaired).clicks(zh("rating.satisfied")).sends(zh("rate.send")).sees(zh("status.done_rated")).pictured("satisfied")
	r.follows(zh("nav.handled")).sees(roadPart, zh("rating.satisfied")).misses("13912345678", "张三").pictured("handled")
	r.follows(roadPart).sees(zh("handled.answer")).misses("13912345678").pictured("handled-case")
}

func (d *day) administratorCounts() {
	a := d.admin
	a.opens("/desk").follows(zh("desk.statistics")).sees(zh("figures.sum"), zh("figures.satisfaction"), zh("rating.satisfied")).pictured("statistics")
	a.follows(zh("desk.export")).pictured("export")
	a.clicks(zh("format_of.xlsx"))
	ledger, err := excelize.OpenFile(a.downloads(zh("export.send")))
	must(a.t, err)
	rows, err := ledger.GetRows(ledger.GetSheetName(0))
	must(a.t, err)
	cells := strings.Join(slices.Concat(rows...), "\n")
	for _, want := range []string{zh("column.code"), d.receipt.code, roadUnit, repaired} {
		if !strings.Contains(cells, want) {
			a.t.Errorf("the ledger does not hold %s", want)
		}
	}
	if strings.Contains(cells, "张三") || strings.Contains(cells, "13912345678") {
		a.t.Error("the ledger holds name or phone, which were not asked for")
	}
}

func (d *day) administratorLeaves() {
	a := d.admin
	a.opens("/desk").follows("示例管理员").sees(zh("sessions.title"), zh("sessions.this"), zh("browser.chrome")).pictured("account")
	a.sends(zh("signin.sign_out")).sees(zh("signin.title"))
	a.opens("/desk").sees(zh("signin.title")).misses(d.receipt.code)
}
