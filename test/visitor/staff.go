package visitor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// OwnPassword is the one that a visitor chooses in the place of the first password, so that the next visitor knows it.
func OwnPassword(first string) string { return first + "-chosen" }

// SignIn opens the desk for the steps that follow. The first time it chooses the password that the desk asks for.
func (v *Visitor) SignIn(ctx context.Context, username, first string) error {
	if v.signIn(ctx, username, OwnPassword(first)) == nil {
		return nil
	}
	if err := v.signIn(ctx, username, first); err != nil {
		return fmt.Errorf("signing in as %s: %w", username, err)
	}
	own := OwnPassword(first)
	chosen := url.Values{"old_password": {first}, "new_password": {own}, "new_password_again": {own}}
	if err := v.post(ctx, "/desk/password", chosen); err != nil {
		return fmt.Errorf("choosing a password for %s: %w", username, err)
	}
	return nil
}

func (v *Visitor) signIn(ctx context.Context, username, password string) error {
	return v.post(ctx, "/desk/sign-in", url.Values{"username": {username}, "password": {password}})
}

// Classify gives a case its route: on_the_spot, township, county or explain.
func (v *Visitor) Classify(ctx context.Context, code, route, reason string) error {
	return v.step(ctx, code, "classify", url.Values{"route": {route}, "reason": {reason}})
}

// Answer records the result, A to D, and what was done.
func (v *Visitor) Answer(ctx context.Context, code, result, text string) error {
	return v.step(ctx, code, "answer", url.Values{"result": {result}, "text": {text}})
}

// Feedback records how the resident was told: phone, in_person, public_notice or message.
func (v *Visitor) Feedback(ctx context.Context, code, channel, text string) error {
	return v.step(ctx, code, "feedback", url.Values{"channel": {channel}, "text": {text}})
}

// Close ends a case whose resident has been told.
func (v *Visitor) Close(ctx context.Context, code string) error {
	return v.step(ctx, code, "close", nil)
}

// Receive enters people who came to the station today. The same key again adds nothing.
func (v *Visitor) Receive(ctx context.Context, key string, people int, note string) error {
	form := url.Values{"people": {strconv.Itoa(people)}, "note": {note}, "idempotency_key": {key}}
	if err := v.post(ctx, "/desk/visits", form); err != nil {
		return fmt.Errorf("entering a visit: %w", err)
	}
	return nil
}

func (v *Visitor) step(ctx context.Context, code, step string, form url.Values) error {
	if err := v.post(ctx, "/desk/cases/"+code+"/"+step, form); err != nil {
		return fmt.Errorf("%s of case %s: %w", step, code, err)
	}
	return nil
}

// post submits one of the desk's forms.
func (v *Visitor) post(ctx context.Context, path string, form url.Values) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("preparing the form: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := v.send(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return refusal(answer)
	}
	if strings.HasPrefix(answer.Header.Get("Location"), "/desk/sign-in") {
		return fmt.Errorf("the desk asks to sign in instead of taking the form for %s", path)
	}
	return nil
}
