package v1alpha1

// Casework sets who handles suggestions, how long each step may take, and for how long they are kept.
//
// +kubebuilder:validation:XValidation:rule="!has(self.extension) || (has(self.routes) && self.routes.exists(r, r.route == 'County') ? self.routes.all(r, r.route != 'County' || !has(r.months) || r.months < self.extension.months) : self.extension.months > 3)",message="extension.months must be more than the months of the route County (3 unless routes says otherwise), because both are counted from the same day"
type Casework struct {
	// routes overrides the deadline of single routes; those not listed keep the default:
	// OnTheSpot 1 working day, Explain 5 working days, Township 15 working days, County 3 months.
	//
	// +listType=map
	// +listMapKey=route
	// +kubebuilder:validation:MaxItems=4
	// +optional
	Routes []RouteDeadline `json:"routes,omitempty"`

	// triage is the time staff have to classify a suggestion (分类), counted from the day after it was received; by default 2 working days.
	//
	// +optional
	Triage *Term `json:"triage,omitempty"`

	// extension is how far a case at the county can be extended, once and with a reason (延期办理); by default to 6 months.
	//
	// +optional
	Extension *Extension `json:"extension,omitempty"`

	// units handle the cases (承办单位), in the order staff choose from. A unit is an office, never a deputy: deputies do not handle cases themselves.
	// Without any, staff choose between the township government and the county's departments.
	//
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=100
	// +optional
	Units []Unit `json:"units,omitempty"`

	// reminders say when staff are reminded of a due day.
	//
	// +optional
	Reminders Reminders `json:"reminders,omitzero"`

	// retentionYears after its end a case is anonymised: name, phone, text and photos are removed, the figures stay. By default 10.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=50
	// +optional
	RetentionYears int32 `json:"retentionYears,omitempty"`
}

// Route is the way a suggestion takes (分类办理).
//
// +kubebuilder:validation:Enum=OnTheSpot;Township;County;Explain
type Route string

const (
	// RouteOnTheSpot is handled where it was raised (当场办理).
	RouteOnTheSpot Route = "OnTheSpot"
	// RouteTownship is passed to the township government with a date (交乡镇政府办理).
	RouteTownship Route = "Township"
	// RouteCounty is coordinated with county departments (协调县直部门办理).
	RouteCounty Route = "County"
	// RouteExplain is explained patiently where it cannot be done (耐心解释).
	RouteExplain Route = "Explain"
)

// RouteDeadline is the time one route allows, counted from the day after the case was given that route.
//
// +kubebuilder:validation:XValidation:rule="has(self.workingDays) != has(self.months)",message="a route needs exactly one of workingDays and months; remove the other"
type RouteDeadline struct {
	// route the deadline is for.
	//
	// +required
	Route Route `json:"route"`

	// workingDays allowed; holidays and weekends do not count, make-up days do.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=250
	// +optional
	WorkingDays int32 `json:"workingDays,omitempty"`

	// months allowed, ending by the rules of the Civil Code (民法典 Arts. 201-203).
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=12
	// +optional
	Months int32 `json:"months,omitempty"`
}

// Term is a span of working days or of months.
//
// +kubebuilder:validation:XValidation:rule="has(self.workingDays) != has(self.months)",message="a term needs exactly one of workingDays and months; remove the other"
type Term struct {
	// workingDays allowed; holidays and weekends do not count, make-up days do.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=250
	// +optional
	WorkingDays int32 `json:"workingDays,omitempty"`

	// months allowed, ending by the rules of the Civil Code (民法典 Arts. 201-203).
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=12
	// +optional
	Months int32 `json:"months,omitempty"`
}

// Extension is the longest term of a case that is extended.
type Extension struct {
	// months to which the case can be extended, counted from the same day as its first deadline.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=12
	// +required
	Months int32 `json:"months"`
}

// Unit is an office that handles cases.
type Unit struct {
	// name of the unit, for example 县交通运输局.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=40
	// +required
	Name string `json:"name"`

	// level of the unit: Township for the route Township, County for the route County.
	//
	// +required
	Level UnitLevel `json:"level"`
}

// UnitLevel is the level of government a unit belongs to.
//
// +kubebuilder:validation:Enum=Township;County
type UnitLevel string

const (
	// UnitTownship is an office of the township government.
	UnitTownship UnitLevel = "Township"
	// UnitCounty is a department of the county.
	UnitCounty UnitLevel = "County"
)

// Reminders say when staff are reminded of a due day. An empty list turns its kind off.
type Reminders struct {
	// beforeDays is how many working days before the due day staff are reminded; by default [2].
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=5
	// +kubebuilder:validation:items:Minimum=1
	// +kubebuilder:validation:items:Maximum=30
	// +optional
	BeforeDays []int32 `json:"beforeDays,omitzero"`

	// afterDays is how many working days after the due day staff are reminded; by default [1, 5].
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=5
	// +kubebuilder:validation:items:Minimum=1
	// +kubebuilder:validation:items:Maximum=60
	// +optional
	AfterDays []int32 `json:"afterDays,omitzero"`
}
