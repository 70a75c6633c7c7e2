// Package workday answers "when is it due?": working days by the law's calendar, with weekends, holidays (节假日) and make-up days (调休上班日).
// It is pure: no clock, no files outside the binary, no Kubernetes.
package workday

// Year is one notice of the State Council (国务院办公厅关于部分节假日安排的通知). Its days may lie in the December before.
type Year struct {
	Year     int    `json:"year"`
	Source   string `json:"source,omitempty"`
	OffDays  []Day  `json:"offDays"`
	WorkDays []Day  `json:"workDays,omitempty"`
}

// Day is one day of a notice with the holiday it belongs to.
type Day struct {
	Date Date   `json:"date"`
	Name string `json:"name"`
}
