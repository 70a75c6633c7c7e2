package station

import (
	"cmp"
	"fmt"
	"slices"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// stationDocument is what the intake needs to know of its station. The roster, which may be nil, has the names of deputies with an account.
func stationDocument(station *v1alpha1.LiaisonStation, roster *v1alpha1.DeputyRoster, timeZone string) (stationconf.Station, error) {
	spec := station.Spec
	site, err := siteDocument(spec.Site)
	if err != nil {
		return stationconf.Station{}, err
	}
	return stationconf.Station{
		Namespace:      station.Namespace,
		Name:           station.Name,
		DisplayName:    spec.DisplayName,
		TimeZone:       timeZone,
		Township:       townshipDocument(spec.Township),
		SiteURL:        siteURL(station),
		Contact:        stationconf.Contact{Address: spec.Contact.Address, Phone: spec.Contact.Phone, OpeningHours: spec.Contact.OpeningHours},
		Head:           stationconf.Head{Name: spec.Staff.Head.Name, Title: spec.Staff.Head.Title, Username: spec.Staff.Head.Username},
		Administrators: administratorDocuments(spec.Staff.Administrators),
		DeputyAccounts: deputyAccounts(spec.Staff.Deputies, roster),
		Topics:         slices.Clone(spec.Topics),
		Deadlines:      fromcrd.Deadlines(spec.Casework),
		Triage:         fromcrd.Triage(spec.Casework),
		Extension:      fromcrd.Extension(spec.Casework),
		Units:          unitDocuments(spec.Casework.Units),
		Reminders:      stationconf.Reminders{BeforeDays: ints(spec.Casework.Reminders.BeforeDays), AfterDays: ints(spec.Casework.Reminders.AfterDays)},
		RetentionYears: int(spec.Casework.RetentionYears),
		Webhook:        webhookDocument(spec.Announcements.Webhook),
		Site:           site,
		TrustedProxies: slices.Clone(spec.Intake.TrustedProxies),
		OIDC:           oidcDocument(spec.Staff.OIDC),
		Open311:        stationconf.Open311{RequireKey: spec.Open311.RequireKey},
	}, nil
}

func townshipDocument(township v1alpha1.Township) stationconf.Township {
	doc := stationconf.Township{Name: township.Name, Code: township.Code, County: township.County, Population: int(township.Population)}
	for _, v := range township.Villages {
		doc.Villages = append(doc.Villages, stationconf.Village{Code: v.Code, Name: v.Name, LiaisonDeputy: v.LiaisonDeputy})
	}
	return doc
}

func administratorDocuments(administrators []v1alpha1.Administrator) []stationconf.Administrator {
	var docs []stationconf.Administrator
	for _, a := range administrators {
		docs = append(docs, stationconf.Administrator{Username: a.Username, Name: a.Name})
	}
	return docs
}

// deputyAccounts bear the deputies' names. A deputy whom the roster does not have keeps the account, under its username: whoever corrects the
// id must not lock anybody out first.
func deputyAccounts(accounts []v1alpha1.DeputyAccount, roster *v1alpha1.DeputyRoster) []stationconf.DeputyAccount {
	names := map[string]string{}
	if roster != nil {
		for _, d := range roster.Spec.Deputies {
			names[d.ID] = d.Name
		}
	}
	var docs []stationconf.DeputyAccount
	for _, a := range accounts {
		docs = append(docs, stationconf.DeputyAccount{Username: a.Username, Name: cmp.Or(names[a.Deputy], a.Username), Deputy: a.Deputy})
	}
	return docs
}

func unitDocuments(units []v1alpha1.Unit) []stationconf.Unit {
	var docs []stationconf.Unit
	for _, u := range units {
		docs = append(docs, stationconf.Unit{Name: u.Name, Level: string(u.Level)})
	}
	return docs
}

// ints keeps apart what is not declared and what is declared as none.
func ints(declared []int32) []int {
	if declared == nil {
		return nil
	}
	list := make([]int, 0, len(declared))
	for _, n := range declared {
		list = append(list, int(n))
	}
	return list
}

func webhookDocument(webhook *v1alpha1.Webhook) *stationconf.Webhook {
	if webhook == nil {
		return nil
	}
	return &stationconf.Webhook{Format: string(cmp.Or(webhook.Format, v1alpha1.WebhookJSON))}
}

func siteDocument(site v1alpha1.Site) (stationconf.Site, error) {
	doc := stationconf.Site{Introduction: site.Introduction, Rules: slices.Clone(site.Rules)}
	for i, n := range site.Notices {
		date, err := workday.ParseDate(string(n.Date))
		if err != nil {
			return stationconf.Site{}, &stationconf.FieldError{
				Document: stationconf.StationFile, Field: fmt.Sprintf("site.notices[%d].date", i), Problem: "must be a day, for example 2026-10-10",
			}
		}
		doc.Notices = append(doc.Notices, stationconf.Notice{Date: date, Title: n.Title, Text: n.Text})
	}
	return doc, nil
}

// defaultUsernameClaim is the API's default, for a station stored without it.
const defaultUsernameClaim = "preferred_username"

func oidcDocument(oidc *v1alpha1.OIDC) *stationconf.OIDC {
	if oidc == nil {
		return nil
	}
	return &stationconf.OIDC{Issuer: oidc.Issuer, ClientID: oidc.ClientID, UsernameClaim: cmp.Or(oidc.UsernameClaim, defaultUsernameClaim)}
}
