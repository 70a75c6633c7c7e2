package announce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// message is the body of the general format. Fields are only ever added to it.
type message struct {
	EventID   string           `json:"eventId"`
	Event     string           `json:"event"`
	Station   messageStation   `json:"station"`
	Reception messageReception `json:"reception"`
	Text      string           `json:"text"`
}

type messageStation struct {
	Namespace    string `json:"namespace"`
	Name         string `json:"name"`
	DisplayName  string `json:"displayName"`
	TownshipCode string `json:"townshipCode"`
}

type messageReception struct {
	UID           string          `json:"uid"`
	Date          workday.Date    `json:"date"`
	Hours         string          `json:"hours,omitempty"`
	Place         string          `json:"place"`
	Topic         string          `json:"topic,omitempty"`
	Deputies      []messageDeputy `json:"deputies"`
	Leaders       []messageLeader `json:"leaders"`
	PostponedFrom workday.Date    `json:"postponedFrom,omitzero"`
	Provisional   bool            `json:"provisional"`
}

type messageDeputy struct {
	Name  string `json:"name"`
	Level string `json:"level"`
}

type messageLeader struct {
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
}

// bodyOf is what is posted, in the format the station chose.
func bodyOf(station stationconf.Station, d announcement.Delivery) ([]byte, error) {
	if station.Webhook.Format == stationconf.WebhookWeCom {
		return encode(weComMessage{Type: "text", Text: weComText{Content: cut(d.Text, mostWeCom)}})
	}
	r := d.Reception
	m := message{
		EventID: d.EventID, Event: "reception." + string(d.Kind), Text: d.Text,
		Station: messageStation{station.Namespace, station.Name, station.DisplayName, station.Township.Code},
		Reception: messageReception{
			UID: r.UID, Date: r.Date, Hours: r.Hours, Place: r.Place, Topic: r.Topic, PostponedFrom: r.PostponedFrom, Provisional: r.Provisional,
			Deputies: make([]messageDeputy, len(r.Deputies)), Leaders: make([]messageLeader, len(r.Leaders)),
		},
	}
	for i, deputy := range r.Deputies {
		m.Reception.Deputies[i] = messageDeputy(deputy)
	}
	for i, leader := range r.Leaders {
		m.Reception.Leaders[i] = messageLeader(leader)
	}
	return encode(m)
}

// weComMessage is what a group robot of WeCom (企业微信) takes.
type weComMessage struct {
	Type string    `json:"msgtype"`
	Text weComText `json:"text"`
}

type weComText struct {
	Content string `json:"content"`
}

// mostWeCom is how many bytes of text the robot takes.
const mostWeCom = 2048

// cut shortens a text to so many bytes, between characters, and shows that it did.
func cut(text string, most int) string {
	const more = "…"
	if len(text) <= most {
		return text
	}
	end := most - len(more)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + more
}

func encode(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encoding a message: %w", err)
	}
	return buffer.Bytes(), nil
}
