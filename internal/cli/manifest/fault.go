package manifest

import "fmt"

// Fault is something in a file that cannot be right.
type Fault struct {
	// Where is the file and, when it holds several, the document.
	Where string
	// Field is the path of the field; empty where the document as a whole is at fault.
	Field string
	// Line in the file, counted from 1; 0 where it is not known.
	Line int
	// Message says what is wrong and what to do about it.
	Message string
}

// String tells the fault in one line.
func (f Fault) String() string {
	text := f.Where + ": "
	if f.Field != "" {
		text += f.Field + ": "
	}
	text += f.Message
	if f.Line > 0 {
		text += fmt.Sprintf(" (line %d)", f.Line)
	}
	return text
}
