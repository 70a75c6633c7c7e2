package desk

import (
	"errors"
	"net/http"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/refusal"
)

// merge lets a case go on as another one.
func (d *Desk) merge(w http.ResponseWriter, r *http.Request) error {
	code, err := codeIn(r)
	if err != nil {
		return err
	}
	f, err := d.readFilled(r)
	if err != nil {
		return err
	}
	if _, err := d.open(r, code); err != nil {
		return err
	}
	into, err := d.mergeInto(r, code, f)
	if err != nil {
		return d.refuse(w, r, code, casework.ActionMerge, f, err)
	}
	http.Redirect(w, r, addressFrom(into, f.value(fieldBack))+"#reporters", http.StatusSeeOther)
	return nil
}

func (d *Desk) mergeInto(r *http.Request, code casework.Code, f *filled) (into casework.Code, err error) {
	into, err = casework.ParseCode(f.value(casework.FieldInto))
	if err != nil {
		return "", casework.FieldErrors{{Field: casework.FieldInto, Code: casework.CodeBadReceiptCode}}
	}
	if _, err := d.open(r, into); errors.Is(err, casework.ErrNoCase) {
		f.form.Refuse(refusal.UnknownCode.At(casework.FieldInto))
		return "", err
	}
	by, now := accountOf(r).Actor(), d.now()
	_, err = d.repository.Merge(r.Context(), code, into, func(c, other casework.Case) (casework.Merging, error) {
		merging, err := f.rules.Merge(c, other, f.value(casework.FieldReason), by, now)
		if err == nil {
			err = f.stillAsSeen(c)
		}
		return merging, err
	})
	return into, err
}
