package casework

import "slices"

// Route is the way a case takes (分类办理). The values are the ones metrics and documents use.
type Route string

const (
	// Unclassified is the route of a case nobody has looked at yet.
	Unclassified Route = "unclassified"
	// OnTheSpot is handled where it was raised (当场办理).
	OnTheSpot Route = "on_the_spot"
	// Township is passed to the township government with a date (交乡镇政府办理).
	Township Route = "township"
	// County is coordinated with county departments (协调县直部门办理).
	County Route = "county"
	// Explain is explained patiently where it cannot be done (耐心解释).
	Explain Route = "explain"
)

// Routes a case can be given, in the order staff are offered them. Unclassified is none of them.
func Routes() []Route { return []Route{OnTheSpot, Township, County, Explain} }

// Valid reports whether a case can be given the route.
func (r Route) Valid() bool { return slices.Contains(Routes(), r) }

// Result is how a case was answered.
type Result string

const (
	// ResolvedA is solved or largely solved (A类: 已经解决或基本解决).
	ResolvedA Result = "A"
	// PlannedB is being solved or planned with a date (B类: 正在解决或列入计划).
	PlannedB Result = "B"
	// NotPossibleC cannot be solved under present conditions or policy (C类: 因条件或政策限制暂时无法解决).
	NotPossibleC Result = "C"
	// ForReferenceD is noted for reference (D类: 留作参考).
	ForReferenceD Result = "D"
)

// Results an answer can have, in the order staff are offered them.
func Results() []Result { return []Result{ResolvedA, PlannedB, NotPossibleC, ForReferenceD} }

// Valid reports whether an answer can have the result.
func (r Result) Valid() bool { return slices.Contains(Results(), r) }

// Deadline is the time a route allows, counted from the day after; exactly one field is positive.
type Deadline struct {
	WorkingDays int `json:"workingDays,omitempty"`
	Months      int `json:"months,omitempty"`
}
