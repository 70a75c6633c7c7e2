package backlog

// lane lets a bounded number in at a time and turns the rest away.
type lane chan struct{}

func newLane(width int) lane { return make(lane, max(width, 1)) }

func (l lane) enter() bool {
	select {
	case l <- struct{}{}:
		return true
	default:
		return false
	}
}

func (l lane) leave() { <-l }
