package casework

import "slices"

// State is how far a case has come.
type State string

const (
	// Unborn is where a case comes from: nothing is stored in it.
	Unborn State = ""
	// Received waits for somebody to classify it (待分类).
	Received State = "received"
	// Classified has a route and waits for a handler unit, or for an answer where none is needed (已分类).
	Classified State = "classified"
	// Assigned was passed to a handler unit (已交办).
	Assigned State = "assigned"
	// InProgress was taken up by the handler unit (办理中).
	InProgress State = "in_progress"
	// Answered has a result that the resident has not been told yet (已答复).
	Answered State = "answered"
	// FeedbackGiven means that the resident was told the present answer, and how (已反馈).
	FeedbackGiven State = "feedback_given"
	// Closed is done (办结).
	Closed State = "closed"
	// Withdrawn was taken back before it was answered (撤回).
	Withdrawn State = "withdrawn"
	// Merged goes on as another case (并案).
	Merged State = "merged"
)

// States in which a case can be stored, in the order it passes through them.
func States() []State {
	return []State{Received, Classified, Assigned, InProgress, Answered, FeedbackGiven, Closed, Withdrawn, Merged}
}

// Ended reports whether nobody has to do anything any more.
func (s State) Ended() bool { return s == Closed || s == Withdrawn || s == Merged }

// rank of a state in the order that a case passes through them; -1 for Unborn.
func (s State) rank() int { return slices.Index(States(), s) }

// Action moves a case.
type Action string

const (
	// ActionSubmit brings a case into being (提交).
	ActionSubmit Action = "submit"
	// ActionClassify gives a route with a reason (分类). It can be repeated until the case is assigned or answered.
	ActionClassify Action = "classify"
	// ActionAssign passes the case to a handler unit (交办). It can be repeated until there is an answer.
	ActionAssign Action = "assign"
	// ActionStart notes that the handler unit has taken it up (开始办理).
	ActionStart Action = "start"
	// ActionReturn takes a wrong assignment back (退回).
	ActionReturn Action = "return"
	// ActionExtend gives a broad or hard case its longer term, once (延期).
	ActionExtend Action = "extend"
	// ActionMarkFormal marks the case as a deputy's formal suggestion, whose term is the law's (代表建议).
	ActionMarkFormal Action = "mark_formal"
	// ActionAnswer gives a result (答复). It can be repeated until the case is closed.
	ActionAnswer Action = "answer"
	// ActionFeedback records that the resident was told (反馈).
	ActionFeedback Action = "feedback"
	// ActionClose ends the case (办结).
	ActionClose Action = "close"
	// ActionRate records how satisfied the resident is (评价).
	ActionRate Action = "rate"
	// ActionReopen takes a case up again because the resident is not satisfied; once (重办).
	ActionReopen Action = "reopen"
	// ActionFollowUp tells that what was planned has been done: B becomes A (跟踪办结).
	ActionFollowUp Action = "follow_up"
	// ActionWithdraw takes the suggestion back (撤回).
	ActionWithdraw Action = "withdraw"
	// ActionMerge lets the case go on as another one (并案).
	ActionMerge Action = "merge"
	// ActionJoin notes at that other case who joined it.
	ActionJoin Action = "join"
	// ActionInform records that who raised a merged case was told the answer (告知).
	ActionInform Action = "inform"
	// ActionComment adds a remark for colleagues (备注).
	ActionComment Action = "comment"
	// ActionUrge presses for a case that waits (督办).
	ActionUrge Action = "urge"
	// ActionRelease publishes a handled case (公开).
	ActionRelease Action = "release"
	// ActionUnrelease takes it off the public list (撤下公开).
	ActionUnrelease Action = "unrelease"
	// ActionRecompute sets the due day anew because the holiday calendar was amended (重算期限).
	ActionRecompute Action = "recompute"
	// ActionRemind notes that a due day is near or has passed (提醒).
	ActionRemind Action = "remind"
	// ActionAnonymise erases what is personal when the time to keep it is over (匿名化).
	ActionAnonymise Action = "anonymise"
)

// Actions in the order of a case's life.
func Actions() []Action {
	return []Action{
		ActionSubmit, ActionClassify, ActionAssign, ActionStart, ActionReturn, ActionExtend, ActionMarkFormal,
		ActionAnswer, ActionFeedback, ActionClose, ActionRate, ActionReopen, ActionFollowUp, ActionWithdraw,
		ActionMerge, ActionJoin, ActionInform, ActionComment, ActionUrge, ActionRelease, ActionUnrelease,
		ActionRecompute, ActionRemind, ActionAnonymise,
	}
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
	// Deputy receives residents, urges and comments, but never handles a case (人大代表; Deputies Law 2025, Art. 31).
	Deputy Role = "deputy"
	// System is the service itself, which only reckons and erases.
	System Role = "system"
)

// Roles that take part.
func Roles() []Role { return []Role{Resident, Administrator, Head, Deputy, System} }

// Actor is who moves a case. Staff is the Account.ID of a member of staff, 0 for a resident: a number, so that the
// log names nobody.
type Actor struct {
	Role  Role
	Staff int64
}
