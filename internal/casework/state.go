package casework

// State is how far a case has come.
type State string

const (
	// Unborn is where a case comes from: nothing is stored in it.
	Unborn State = ""
	// Received waits for somebody to classify it (待分类).
	Received State = "received"
	// Classified is being handled on its route (办理中).
	Classified State = "classified"
	// Answered has a result that the resident has not been told yet (已答复).
	Answered State = "answered"
	// FeedbackGiven means that the resident was told the present answer, and how (已反馈).
	FeedbackGiven State = "feedback_given"
	// Closed is done (办结).
	Closed State = "closed"
)

// States in which a case can be stored, in the order it passes through them.
func States() []State { return []State{Received, Classified, Answered, FeedbackGiven, Closed} }

// Action moves a case.
type Action string

const (
	// ActionSubmit brings a case into being (提交).
	ActionSubmit Action = "submit"
	// ActionClassify gives a route with a reason (分类). It can be repeated until there is an answer.
	ActionClassify Action = "classify"
	// ActionAnswer gives a result (答复). It can be repeated until the case is closed.
	ActionAnswer Action = "answer"
	// ActionFeedback records that the resident was told (反馈).
	ActionFeedback Action = "feedback"
	// ActionClose ends the case (办结).
	ActionClose Action = "close"
)

// Actions in the order of a case's life.
func Actions() []Action {
	return []Action{ActionSubmit, ActionClassify, ActionAnswer, ActionFeedback, ActionClose}
}

// Role is what somebody is to the station.
type Role string

const (
	// Resident raises suggestions and needs no account (群众).
	Resident Role = "resident"
	// Administrator keeps the station's cases (管理员).
	Administrator Role = "administrator"
	// Head answers for the station (站长).
	Head Role = "head"
	// Deputy receives residents but never handles a case (人大代表; Deputies Law 2025, Art. 31).
	Deputy Role = "deputy"
)

// Roles that take part.
func Roles() []Role { return []Role{Resident, Administrator, Head, Deputy} }

// Actor is who moves a case. Staff is the Account.ID of a member of staff, 0 for a resident: a number, so that the
// log names nobody.
type Actor struct {
	Role  Role
	Staff int64
}
