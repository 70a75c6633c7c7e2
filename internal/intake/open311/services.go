package open311

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/xml"
	"strings"

	"golang.org/x/text/unicode/norm"

	"township.dev/liaison/internal/intake/web"
)

// serviceCodeLength is long enough that the topics of one station never share a code.
const serviceCodeLength = 8

var serviceAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// serviceCode is a name for the topic that fits an address. It follows from the topic's name alone: the same topic has the same
// code at every station and after every change of the list.
func serviceCode(topic string) string {
	sum := sha256.Sum256([]byte(norm.NFC.String(strings.TrimSpace(topic))))
	return serviceAlphabet.EncodeToString(sum[:])[:serviceCodeLength]
}

// topicOf returns the topic with the code; ok is false when the station has none, or no longer.
func topicOf(code string, topics []string) (topic string, ok bool) {
	for _, topic := range topics {
		if serviceCode(topic) == code {
			return topic, true
		}
	}
	return "", false
}

type serviceBody struct {
	Code        string `json:"service_code" xml:"service_code"`
	Name        string `json:"service_name" xml:"service_name"`
	Description string `json:"description" xml:"description"`
	Metadata    bool   `json:"metadata" xml:"metadata"`
	Type        string `json:"type" xml:"type"`
	Keywords    string `json:"keywords" xml:"keywords"`
	Group       string `json:"group" xml:"group"`
}

type servicesXML struct {
	XMLName  xml.Name      `xml:"services"`
	Services []serviceBody `xml:"service"`
}

// services lists the topics. All are realtime: a suggestion has its code when the answer comes.
func (i *Open311) services(a asked) (answer, error) {
	topics := a.documents.Station.Topics
	bodies := make([]serviceBody, len(topics))
	for n, topic := range topics {
		bodies[n] = serviceBody{
			Code: serviceCode(topic), Name: topic, Description: i.area.Text(a.Request, "georeport.service", "topic", topic),
			Type: "realtime", Keywords: topic, Group: i.area.Text(a.Request, "georeport.group"),
		}
	}
	return answer{xml: servicesXML{Services: bodies}, json: bodies}, nil
}

// definitionBody says that a service asks for nothing beyond what the specification has.
type definitionBody struct {
	XMLName    xml.Name   `json:"-" xml:"service_definition"`
	Code       string     `json:"service_code" xml:"service_code"`
	Attributes attributes `json:"attributes" xml:"attributes"`
}

// attributes is an empty list in either format.
type attributes struct{}

// MarshalJSON implements json.Marshaler.
func (attributes) MarshalJSON() ([]byte, error) { return []byte("[]"), nil }

func (i *Open311) definition(a asked) (answer, error) {
	if _, known := topicOf(a.name(), a.documents.Station.Topics); !known {
		return answer{}, UnknownService
	}
	body := definitionBody{Code: a.name()}
	return answer{xml: body, json: body}, nil
}

// topic returns the one the sender chose.
func (a asked) topic() (string, *web.Problem) {
	code := a.get(fieldService)
	if code == "" {
		missing := web.Required.At(fieldService)
		return "", &missing
	}
	topic, known := topicOf(code, a.documents.Station.Topics)
	if !known {
		unknown := UnknownService
		return "", &unknown
	}
	return topic, nil
}
