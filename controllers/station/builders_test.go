package station

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
	"township.dev/liaison/test/fixture"
)

// cert-manager looks at an Ingress with a TLS entry only, so that its annotation alone would leave the site in the clear.
func TestTheCertificateIsInTheSecretNamedOrInOneThatCertManagerWrites(t *testing.T) {
	for name, c := range map[string]struct {
		shape v1alpha1.IngressExposure
		want  string
	}{
		"nothing is said":         {v1alpha1.IngressExposure{}, ""},
		"a Secret is named":       {v1alpha1.IngressExposure{TLSSecretName: "county-tls"}, "county-tls"},
		"a county's issuer":       {v1alpha1.IngressExposure{Annotations: map[string]string{"cert-manager.io/cluster-issuer": "county"}}, "zhongduo-intake-tls"},
		"a township's issuer":     {v1alpha1.IngressExposure{Annotations: map[string]string{"cert-manager.io/issuer": "zhongduo"}}, "zhongduo-intake-tls"},
		"an issuer and a Secret":  {v1alpha1.IngressExposure{TLSSecretName: "own", Annotations: map[string]string{"cert-manager.io/issuer": "zhongduo"}}, "own"},
		"an annotation otherwise": {v1alpha1.IngressExposure{Annotations: map[string]string{"cert-manager.io/duration": "2160h"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			made := ingress(fixture.Station("zhongduo").In("jixian").Obj(), c.shape)
			got := ""
			if len(made.Spec.TLS) > 0 {
				got = *made.Spec.TLS[0].SecretName
			}
			if got != c.want {
				t.Errorf("the Ingress has the certificate of %q, want %q", got, c.want)
			}
		})
	}
}

func TestSecretsAreGeneratedOnceAndCompleted(t *testing.T) {
	st := fixture.Station("zhongduo").In("jixian").Administrator("guanli2").HeadSignsIn("zhan-zhang").DeputySignsIn("dai-biao", "d01").Obj()
	data, staff := &corev1.Secret{}, &corev1.Secret{}
	filled(t, st, data)
	fillStaffSecret(st, staff)

	if n := len(data.Data[DataKey]); n != 32 {
		t.Errorf("the data key has %d bytes, want 32", n)
	}
	if token := data.Data[InternalTokenKey]; !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).Match(token) {
		t.Errorf("the internal token is %q, want 43 characters of base64url", token)
	}
	for _, username := range []string{"guanli1", "guanli2", "zhan-zhang", "dai-biao"} {
		if password := staff.Data[username]; !regexp.MustCompile(`^([2-9a-z]{4}-){3}[2-9a-z]{4}$`).Match(password) {
			t.Errorf("the password of %s is %q, want four groups of four", username, password)
		}
	}
	if bytes.Equal(staff.Data["guanli1"], staff.Data["guanli2"]) {
		t.Error("two administrators have one password")
	}

	first := staff.DeepCopy()
	delete(staff.Data, "guanli2")
	fillStaffSecret(st, staff)
	if !bytes.Equal(staff.Data["guanli1"], first.Data["guanli1"]) {
		t.Error("a password that was there was replaced")
	}
	if len(staff.Data["guanli2"]) == 0 || bytes.Equal(staff.Data["guanli2"], first.Data["guanli2"]) {
		t.Error("a missing password was not generated anew")
	}
}

func filled(t *testing.T, st *v1alpha1.LiaisonStation, secret *corev1.Secret) {
	t.Helper()
	if err := fillDataSecret(st, secret); err != nil {
		t.Fatal(err)
	}
}

func TestSecretsAreReplacedOnceWhenTheStationAsks(t *testing.T) {
	st := fixture.Station("zhongduo").In("jixian").Obj()
	data, staff := &corev1.Secret{}, &corev1.Secret{}
	filled(t, st, data)
	fillStaffSecret(st, staff)
	for request, entry := range map[string]struct {
		secret *corev1.Secret
		key    string
	}{
		RotateInternalToken: {data, InternalTokenKey}, RotateDataKey: {data, DataKey}, RotateStaffPasswords: {staff, "guanli1"},
	} {
		before := bytes.Clone(entry.secret.Data[entry.key])
		st.Annotations = map[string]string{request: "2026-11-26"}
		filled(t, st, data)
		fillStaffSecret(st, staff)
		once := bytes.Clone(entry.secret.Data[entry.key])
		if len(once) != len(before) || bytes.Equal(once, before) {
			t.Errorf("%s: %s was not replaced", request, entry.key)
		}
		filled(t, st, data)
		fillStaffSecret(st, staff)
		if !bytes.Equal(entry.secret.Data[entry.key], once) {
			t.Errorf("%s: %s was replaced twice for one request", request, entry.key)
		}
	}
}

func TestADataKeyIsNeverLost(t *testing.T) {
	st := fixture.Station("zhongduo").In("jixian").Obj()
	secret := &corev1.Secret{}
	filled(t, st, secret)
	first := bytes.Clone(secret.Data[DataKey])
	st.Annotations = map[string]string{RotateDataKey: "1"}
	filled(t, st, secret)
	if !bytes.Equal(secret.Data[PreviousDataKey], first) {
		t.Error("the key before was let go")
	}
	second := bytes.Clone(secret.Data[DataKey])
	st.Annotations[RotateDataKey] = "2"
	var stalled *outcome.StalledError
	if err := fillDataSecret(st, secret); !errors.As(err, &stalled) || stalled.Reason != ReasonPreviousKeyInUse {
		t.Errorf("a third key beside two: %v", err)
	}
	if !bytes.Equal(secret.Data[DataKey], second) || !bytes.Equal(secret.Data[PreviousDataKey], first) {
		t.Error("keys changed by a request that was refused")
	}
	delete(secret.Data, PreviousDataKey)
	filled(t, st, secret)
	if !bytes.Equal(secret.Data[PreviousDataKey], second) || bytes.Equal(secret.Data[DataKey], second) {
		t.Error("with the first key gone the request is not heard")
	}
}

func TestSecretsKeepWhatOthersWrote(t *testing.T) {
	st := fixture.Station("zhongduo").In("jixian").WithUID("u1").DeletedWithItsData().Obj()
	other := metav1.OwnerReference{UID: "other", Name: "other"}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"team": "theirs"}, OwnerReferences: []metav1.OwnerReference{other}}}
	filled(t, st, secret)
	belongs(st, secret)
	if secret.Labels["team"] != "theirs" || len(secret.OwnerReferences) != 2 || secret.OwnerReferences[1].UID != "u1" {
		t.Errorf("metadata is %+v, want theirs beside ours", secret.ObjectMeta)
	}
	st.Spec.ReclaimPolicy = v1alpha1.ReclaimRetain
	filled(t, st, secret)
	belongs(st, secret)
	if diff := cmp.Diff([]metav1.OwnerReference{other}, secret.OwnerReferences); diff != "" {
		t.Errorf("after Retain the owners differ (-want +got):\n%s", diff)
	}
}

func TestPasswordsUseEveryCharacterAlike(t *testing.T) {
	seen := map[int]int{}
	const draws = 31 * 400
	for range draws {
		seen[randomBelow(31)]++
	}
	for n := range 31 {
		if seen[n] < 250 || seen[n] > 550 {
			t.Errorf("%d was drawn %d times of %d, far from even", n, seen[n], draws)
		}
	}
}

func TestIntakeResources(t *testing.T) {
	list := func(pairs ...string) corev1.ResourceList {
		l := corev1.ResourceList{}
		for i := 0; i < len(pairs); i += 2 {
			l[corev1.ResourceName(pairs[i])] = resource.MustParse(pairs[i+1])
		}
		return l
	}
	for _, tc := range []struct {
		name             string
		wishes           *v1alpha1.ResourceRequirements
		requests, limits corev1.ResourceList
	}{
		{"the defaults", nil, list("cpu", "10m", "memory", "32Mi"), list("memory", "256Mi")},
		{"one more limit", &v1alpha1.ResourceRequirements{Limits: list("cpu", "1")}, list("cpu", "10m", "memory", "32Mi"), list("cpu", "1", "memory", "256Mi")},
		{"a request above the default limit", &v1alpha1.ResourceRequirements{Requests: list("memory", "512Mi")}, list("cpu", "10m", "memory", "512Mi"), list("memory", "512Mi")},
		{"a limit below the default request", &v1alpha1.ResourceRequirements{Limits: list("memory", "16Mi")}, list("cpu", "10m", "memory", "16Mi"), list("memory", "16Mi")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			requests, limits := intakeResources(tc.wishes)
			equal := cmp.Comparer(func(a, b resource.Quantity) bool { return a.Cmp(b) == 0 })
			if diff := cmp.Diff(tc.requests, requests, equal); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.limits, limits, equal); diff != "" {
				t.Errorf("limits (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAKeptClaimKeepsWhatCannotChange(t *testing.T) {
	kept := &corev1.PersistentVolumeClaim{Spec: corev1.PersistentVolumeClaimSpec{
		StorageClassName: new("slow"), AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany},
		Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("5Gi")}},
	}}
	for _, tc := range []struct{ name, asked, want string }{
		{"a smaller wish", "1Gi", "5Gi"},
		{"a larger wish", "10Gi", "10Gi"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			spec := claim(fixture.Station("zhongduo").WithStorage(tc.asked, "").Obj(), kept).Spec
			size := (*spec.Resources.Requests)[corev1.ResourceStorage]
			if size.String() != tc.want || *spec.StorageClassName != "slow" || spec.AccessModes[0] != corev1.ReadWriteMany {
				t.Errorf("asks for %s of %s, %v; want %s and the rest as it was", size.String(), *spec.StorageClassName, spec.AccessModes, tc.want)
			}
		})
	}
	err := sameClass(fixture.Station("zhongduo").WithStorage("1Gi", "fast").Obj(), kept)
	if stalled, ok := errors.AsType[*outcome.StalledError](err); !ok || stalled.Reason != ReasonClaimDiffers {
		t.Errorf("another class than the kept claim's: %v, want a stall", err)
	}
	if err := sameClass(fixture.Station("zhongduo").WithStorage("1Gi", "slow").Obj(), kept); err != nil {
		t.Errorf("the class of the kept claim: %v", err)
	}
}

// A webhook's address is mounted from the township's own Secret, which may come later, and the way out is opened for it alone.
func TestAWebhookBringsItsAddressAndAWayOut(t *testing.T) {
	plain := fixture.Station("zhongduo").In("jixian").Obj()
	announcing := plain.DeepCopy()
	announcing.Spec.Announcements.Webhook = &v1alpha1.Webhook{Format: v1alpha1.WebhookWeCom, URLSecretRef: v1alpha1.SecretKeyReference{Name: "group", Key: "address"}}

	w := workload{defaultImage: "image", pullPolicy: corev1.PullIfNotPresent}
	pod := string(encoded(t, podTemplate(announcing, w)))
	for _, part := range []string{"mountPath: /etc/liaison/webhook", "secretName: group", "key: address", "path: url", "optional: true"} {
		if !strings.Contains(pod, part) {
			t.Errorf("the pod lacks %q:\n%s", part, pod)
		}
	}
	if strings.Contains(string(encoded(t, podTemplate(plain, w))), "webhook") {
		t.Error("a station without a webhook mounts one")
	}
	policy := string(encoded(t, networkPolicy(announcing, "liaison-system")))
	if !strings.Contains(policy, "egress:") || strings.Count(policy, "port: 53") != 2 || !strings.Contains(policy, "port: 443") {
		t.Errorf("the policy lets out:\n%s", policy)
	}
	if doc, err := stationDocument(announcing, nil, "Asia/Shanghai"); err != nil || doc.Webhook == nil || doc.Webhook.Format != "WeCom" {
		t.Errorf("the intake is told of webhook %+v", doc.Webhook)
	}
}

// The way out to an identity provider is open on its own port too, and closed where none is declared.
func TestTheWayOutIsThatOfTheProvider(t *testing.T) {
	for issuer, want := range map[string]string{
		"":                               "",
		"https://id.example.gov.cn":      "UDP/53 TCP/53 TCP/443",
		"https://id.example.gov.cn:443":  "UDP/53 TCP/53 TCP/443",
		"https://id.example.gov.cn:8443": "UDP/53 TCP/53 TCP/443 TCP/8443",
		"https://[fd00::1]:8443/county":  "UDP/53 TCP/53 TCP/443 TCP/8443",
	} {
		st := fixture.Station("zhongduo").In("jixian")
		if issuer != "" {
			st.SignsInThrough(issuer, "zhongduo-oidc")
		}
		var got []string
		for _, rule := range networkPolicy(st.Obj(), "liaison-system").Spec.Egress {
			for _, port := range rule.Ports {
				got = append(got, fmt.Sprintf("%s/%s", *port.Protocol, port.Port))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("for issuer %q the ports out are %v, want %q", issuer, got, want)
		}
	}
}

func TestTheStationDocumentSaysWhatIsDeclared(t *testing.T) {
	st := fixture.Station("zhongduo").In("jixian").WithRoster("west").HeadSignsIn("zhan-zhang").
		DeputySignsIn("dai-biao", "d01").DeputySignsIn("xin-dai-biao", "d99").Unit("县交通运输局", v1alpha1.UnitCounty).
		SignsInThrough("https://id.example.gov.cn", "zhongduo-oidc").KeysFor311("zhongduo-open311").Obj()
	st.Spec.Casework.Triage, st.Spec.Casework.Extension = &v1alpha1.Term{WorkingDays: 1}, &v1alpha1.Extension{Months: 6}
	st.Spec.Casework.Reminders = v1alpha1.Reminders{AfterDays: []int32{}}
	st.Spec.Casework.RetentionYears = 5
	st.Spec.Site = v1alpha1.Site{Rules: []string{"代表接待选民制度"}, Notices: []v1alpha1.Notice{{Date: "2026-10-08", Title: "公告", Text: "全文"}}}
	st.Spec.Intake.TrustedProxies = []string{"10.0.0.0/8"}

	got, err := stationDocument(st, fixture.Roster("west").Deputy("d01").Named("乡代表01").Obj(), "Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	want := stationconf.Station{
		Namespace: "jixian", Name: "zhongduo", DisplayName: "中垛乡人大代表联络站", TimeZone: "Asia/Shanghai",
		Township:       stationconf.Township{Name: "中垛乡", Code: "141028204", County: "吉县"},
		Head:           stationconf.Head{Name: "站长", Title: "人大主席", Username: "zhan-zhang"},
		Administrators: []stationconf.Administrator{{Username: "guanli1", Name: "管理员一"}},
		DeputyAccounts: []stationconf.DeputyAccount{
			{Username: "dai-biao", Name: "乡代表01", Deputy: "d01"},
			{Username: "xin-dai-biao", Name: "xin-dai-biao", Deputy: "d99"}, // unknown, and has the account all the same
		},
		Topics: []string{"产业发展", "道路交通"}, Deadlines: casework.DefaultDeadlines(),
		Triage: casework.Deadline{WorkingDays: 1}, Extension: casework.Deadline{Months: 6},
		Units:     []stationconf.Unit{{Name: "县交通运输局", Level: stationconf.UnitCounty}},
		Reminders: stationconf.Reminders{AfterDays: []int{}}, RetentionYears: 5,
		Site: stationconf.Site{
			Rules:   []string{"代表接待选民制度"},
			Notices: []stationconf.Notice{{Date: workday.NewDate(2026, time.October, 8), Title: "公告", Text: "全文"}},
		},
		TrustedProxies: []string{"10.0.0.0/8"},
		OIDC:           &stationconf.OIDC{Issuer: "https://id.example.gov.cn", ClientID: "liaison", UsernameClaim: "preferred_username"},
		Open311:        stationconf.Open311{RequireKey: true},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b workday.Date) bool { return a == b })); diff != "" {
		t.Errorf("the document differs (-want +got):\n%s", diff)
	}
	if _, err := stationconf.EncodeStation(got); err != nil {
		t.Errorf("the intake would refuse it: %v", err)
	}
}

// Where an upgrade of the operator meets a station that uses nothing new, the intake is told nothing new.
func TestAPlainStationsDocumentStaysAsItWas(t *testing.T) {
	doc, err := stationDocument(fixture.Station("zhongduo").In("jixian").Obj(), nil, "Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	data, err := stationconf.EncodeStation(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"units", "triage", "extension", "reminders", "retentionYears", "username\":\"\"", "deputyAccounts", "site\"", "trustedProxies", "oidc", "open311"} {
		if strings.Contains(string(data), field) {
			t.Errorf("the document says %s: %s", field, data)
		}
	}
}

func TestSpecsFromBeforeARuleAreRefused(t *testing.T) {
	for field, spoil := range map[string]func(*v1alpha1.LiaisonStationSpec){
		"spec.staff.head.username":     func(s *v1alpha1.LiaisonStationSpec) { s.Staff.Head.Username = "Zhan Zhang" },
		"spec.staff.administrators[0]": func(s *v1alpha1.LiaisonStationSpec) { s.Staff.Head.Username = s.Staff.Administrators[0].Username },
		"spec.staff.deputies[0].username": func(s *v1alpha1.LiaisonStationSpec) {
			s.Staff.Deputies[0].Username = s.Staff.Administrators[0].Username
		},
		"spec.casework.triage":           func(s *v1alpha1.LiaisonStationSpec) { s.Casework.Triage = &v1alpha1.Term{} },
		"spec.casework.extension.months": func(s *v1alpha1.LiaisonStationSpec) { s.Casework.Extension = &v1alpha1.Extension{Months: 3} },
		"spec.open311.keysSecretRef":     func(s *v1alpha1.LiaisonStationSpec) { s.Open311.KeysSecretRef = nil },
	} {
		st := fixture.Station("zhongduo").In("jixian").DeputySignsIn("dai-biao", "d01").KeysFor311("keys").Obj()
		if problems := checkSpec(st); len(problems) != 0 {
			t.Fatalf("before anything is spoiled: %v", problems)
		}
		spoil(&st.Spec)
		if problems := checkSpec(st); len(problems) != 1 || !strings.HasPrefix(problems[0].Field, field) {
			t.Errorf("problems %v, want one at %s", problems, field)
		}
	}
}

// What only the intake's own check knows stalls the station as well, and the message is the same at every attempt.
func TestWhatTheIntakeWouldRefuseIsToldByField(t *testing.T) {
	for field, spoil := range map[string]func(*v1alpha1.LiaisonStationSpec){
		"oidc.issuer":       func(s *v1alpha1.LiaisonStationSpec) { s.Staff.OIDC.Issuer = "http://id.example.gov.cn" },
		"trustedProxies[0]": func(s *v1alpha1.LiaisonStationSpec) { s.Intake.TrustedProxies = []string{"10.0.0.1"} },
		"site.notices[0].date": func(s *v1alpha1.LiaisonStationSpec) {
			s.Site.Notices = []v1alpha1.Notice{{Date: "2026-02-30", Title: "公告"}}
		},
	} {
		st := fixture.Station("zhongduo").In("jixian").SignsInThrough("https://id.example.gov.cn", "zhongduo-oidc").Obj()
		spoil(&st.Spec)
		v := &visit{station: st, location: time.UTC, documents: documents{}}
		stalled, ok := errors.AsType[*outcome.StalledError](v.writeStation())
		if !ok || stalled.Reason != ReasonInvalidSpec || !strings.Contains(stalled.Message, field) {
			t.Errorf("writing the document ends with %v, want a stall that names %s", stalled, field)
		}
	}
}

func TestReceptionsAreAnnouncedByTheirRule(t *testing.T) {
	roster := fixture.Roster("west").Deputies(2).ReceptionOn(10, 1, 0).Obj()
	roster.Spec.AdditionalReceptions = []v1alpha1.AdditionalReception{{Name: "market", Reception: v1alpha1.Reception{AnnounceDaysBefore: 1}}}
	plan := fixture.Plan("west", "2026-10").Duty("2026-10-09", "d01").Reception("2026-10-10", "道路交通", "d02").Reception("2026-10-20", "集市", "d01").Obj()
	plan.Spec.Shifts[2].Rule = "market"
	plan.Spec.Shifts = append(plan.Spec.Shifts, v1alpha1.Shift{Date: "2026-10-30", Kind: v1alpha1.ShiftReception, Cancelled: true, Origin: v1alpha1.OriginOverride})
	doc, err := scheduleDocument(roster, []v1alpha1.DutySchedule{*plan}, workday.NewDate(2026, 10, 1))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, shift := range doc.Shifts {
		got = append(got, fmt.Sprintf("%s %q %t", shift.Date, shift.AnnounceOn, shift.Cancelled))
	}
	want := []string{`2026-10-09 "" false`, `2026-10-10 "2026-10-07" false`, `2026-10-20 "2026-10-19" false`, `2026-10-30 "2026-10-27" true`}
	if !slices.Equal(got, want) {
		t.Errorf("shifts %q, want %q", got, want)
	}
}
