// Package casework holds the rules of a case (群众意见建议): its states, the routes it can take, its deadlines, and who may move it.
// It knows no HTTP, no SQL and no clock; instants are passed in.
//
// Read it in this order:
//
//	route.go        routes, results, and the time a route allows
//	state.go        states, actions, roles
//	transitions.go  the one table: from, action, to, who, clock; Allowed
//	case.go         the case, its clock, answer and feedback
//	event.go        the log row that every change leaves behind
//	suggestion.go   what a resident sends: Suggestion.Check
//	moves.go        what staff do: Classify, GiveAnswer, RecordFeedback, Close
//	rules.go        Rules.Receive makes a case; Rules.Apply moves it
//	deadline.go     default deadlines, due days, overdue
//	code.go         receipt codes
//	visit.go        visits, counted apart from cases
//	account.go      staff accounts, first passwords
//	repository.go   what storage promises: Repository and its errors
//	fields.go       FieldErrors: which field is at fault, as codes for the catalogues
//	text.go         normalising and checking text
package casework
