package open311

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"

	"township.dev/liaison/internal/intake/web"
)

// keyHeader lets a program repeat a request whose answer it did not get, as in the JSON interface of the residents' site.
const keyHeader = "Idempotency-Key"

// progressPath is where a resident checks the progress on the site.
const progressPath = "/status"

type submittedBody struct {
	ID       string               `json:"service_request_id" xml:"service_request_id"`
	Notice   text                 `json:"service_notice" xml:"service_notice"`
	Account  text                 `json:"account_id" xml:"account_id"`
	Extended *extended[submitted] `json:"extended_attributes,omitempty" xml:"extended_attributes,omitempty"`
}

// submitted is what we add to the answer.
type submitted struct {
	QuerySecret string   `json:"query_secret,omitempty" xml:"query_secret,omitempty"`
	ProgressURL string   `json:"progress_url" xml:"progress_url"`
	Replayed    bool     `json:"replayed" xml:"replayed"`
	NotKept     []string `json:"not_kept,omitempty" xml:"not_kept,omitempty"`
}

type submittedXML struct {
	XMLName  xml.Name        `xml:"service_requests"`
	Requests []submittedBody `xml:"request"`
}

// submit stores a report as a suggestion.
func (i *Open311) submit(a asked) (answer, error) {
	if a.documents.Station.Open311.RequireKey && !among(i.keys(), a.get(fieldKey)) {
		return answer{}, BadAPIKey
	}
	key := a.Header.Get(keyHeader)
	if err := i.admit(a.writer, a.Request, key); err != nil {
		return answer{}, err
	}
	topic, unknown := a.topic()
	sent, wrong := readReport(a.values)
	if unknown != nil {
		wrong = append(problems{*unknown}, wrong...)
	}
	if len(wrong) > 0 {
		return answer{}, wrong
	}
	suggestion := sent.suggestion(topic, a.documents.Station.Township.Villages, i.words[web.Chinese])
	receipt, err := i.deliver(a.Context(), suggestion, key)
	if err != nil {
		return answer{}, fmt.Errorf("submitting a report: %w", err)
	}
	bodies := []submittedBody{i.submitted(a, sent, receipt)}
	return answer{xml: submittedXML{Requests: bodies}, json: bodies}, nil
}

func (i *Open311) submitted(a asked, sent report, receipt Receipt) submittedBody {
	progress := site(a) + progressPath + "?code=" + url.QueryEscape(receipt.Code.String())
	body := submittedBody{ID: receipt.Code.String(), Notice: text(i.notice(a, sent, receipt, progress))}
	if a.extended() {
		body.Extended = &extended[submitted]{submitted{
			QuerySecret: receipt.Secret, ProgressURL: progress, Replayed: receipt.Replayed, NotKept: sent.notKept,
		}}
	}
	return body
}

// notice is what the program shows to the resident: a program that knows nothing of query secrets still hands it over.
func (i *Open311) notice(a asked, sent report, receipt Receipt, progress string) string {
	key := "georeport.notice"
	if receipt.Secret == "" {
		key = "georeport.notice_again"
	}
	words := i.area.Text(a.Request, key, "code", receipt.Code, "secret", receipt.Secret, "address", progress)
	if slices.Contains(sent.notKept, fieldEmail) {
		words = joined("\n", words, i.area.Text(a.Request, "georeport.no_email"))
	}
	return words
}

// among reports whether the key is one of those in force. It takes as long wherever they differ.
func among(keys []string, given string) bool {
	sum, found := sha256.Sum256([]byte(given)), 0
	for _, key := range keys {
		want := sha256.Sum256([]byte(key))
		found |= subtle.ConstantTimeCompare(want[:], sum[:])
	}
	return found == 1 && given != ""
}
