package announce

import (
	"unicode/utf8"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// payload is our own form of a message. Receivers are written against it: fields may be added, and none renamed.
type payload struct {
	EventID   string           `json:"eventId"`
	Event     string           `json:"event"` // reception.announced, reception.changed, reception.cancelled
	Station   payloadStation   `json:"station"`
	Reception payloadReception `json:"reception"`
	Text      string           `json:"text"`
}

type payloadStation struct {
	Namespace    string `json:"namespace"`
	Name         string `json:"name"`
	DisplayName  string `json:"displayName"`
	TownshipCode string `json:"townshipCode"`
}

type payloadReception struct {
	UID           string          `json:"uid"`
	Date          workday.Date    `json:"date"`
	Hours         string          `json:"hours,omitempty"`
	Place         string          `json:"place,omitempty"`
	Topic         string          `json:"topic,omitempty"`
	Deputies      []payloadDeputy `json:"deputies"`
	Leaders       []payloadLeader `json:"leaders"`
	PostponedFrom workday.Date    `json:"postponedFrom,omitzero"`
	Provisional   bool            `json:"provisional"`
}

type payloadDeputy struct {
	Name  string `json:"name"`
	Level string `json:"level,omitempty"`
}

type payloadLeader struct {
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
}

// robotPayload is a text for a WeCom group robot (https://developer.work.weixin.qq.com/document/path/91770).
type robotPayload struct {
	Type string    `json:"msgtype"`
	Text robotText `json:"text"`
}

type robotText struct {
	Content string `json:"content"`
}

// mostRobotText is how many bytes of a text the robot takes; it refuses a longer one as a whole.
const mostRobotText = 2048

// payloadOf is the message in the form the station's webhook takes.
func payloadOf(station stationconf.Station, d announcement.Delivery) any {
	if station.Webhook.Format == stationconf.WebhookWeCom {
		return robotPayload{Type: "text", Text: robotText{Content: shorten(d.Text, mostRobotText)}}
	}
	return payload{
		EventID: d.EventID, Event: "reception." + string(d.Kind), Text: d.Text,
		Station: payloadStation{
			Namespace: station.Namespace, Name: station.Name, DisplayName: station.DisplayName, TownshipCode: station.Township.Code,
		},
		Reception: viewReception(d.Reception),
	}
}

func viewReception(r announcement.Reception) payloadReception {
	view := payloadReception{
		UID: r.UID, Date: r.Date, Hours: r.Hours, Place: r.Place, Topic: r.Topic, PostponedFrom: r.PostponedFrom, Provisional: r.Provisional,
		Deputies: []payloadDeputy{}, Leaders: []payloadLeader{}, // an empty list, which receivers walk without asking
	}
	for _, d := range r.Deputies {
		view.Deputies = append(view.Deputies, payloadDeputy(d))
	}
	for _, l := range r.Leaders {
		view.Leaders = append(view.Leaders, payloadLeader(l))
	}
	return view
}

// shorten cuts the text to at most so many bytes, between two characters.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
