package stationconf

import (
	"regexp"
	"slices"
	"strings"

	"township.dev/liaison/internal/casework"
)

func (r BacklogReport) check(c *checker) {
	r.checkRoutes(c)
	for result, n := range r.Closed {
		field := "closed." + string(result)
		c.refuse(strings.Contains("ABCD", string(result)) && len(result) == 1, field, "is not a result; results are A, B, C and D")
		c.refuse(n >= 0, field, "must not be negative")
	}
	for rating, n := range r.Satisfaction {
		field := "satisfaction." + rating
		c.refuse(casework.Satisfaction(rating).Valid(), field, "is not a rating; ratings are satisfied, basically_satisfied and not_satisfied")
		c.refuse(n >= 0, field, "must not be negative")
	}
	for field, n := range map[string]int64{
		"received": r.Received, "visits": r.Visits, "reopened": r.Reopened, "withdrawn": r.Withdrawn, "merged": r.Merged,
	} {
		c.refuse(n >= 0, field, "must not be negative")
	}
	if r.Closings != nil {
		c.refuse(r.Closings.OnTime >= 0, "closings.onTime", "must not be negative")
		c.refuse(r.Closings.Late >= 0, "closings.late", "must not be negative")
	}
	if a := r.Authorities; a != nil {
		known := []string{"", AuthoritiesMissing, AuthoritiesUnusable}
		c.refuse(slices.Contains(known, a.Problem), "authorities.problem", "is not a problem; problems are missing and unusable")
	}
	if r.Audit != nil {
		c.within("audit", r.Audit.check)
	}
	c.optionalText("version", r.Version, 128)
}

func (r BacklogReport) checkRoutes(c *checker) {
	known := map[casework.Route]bool{casework.Unclassified: true}
	for _, route := range casework.Routes() {
		known[route] = true
	}
	for route := range known {
		_, found := r.Routes[route]
		c.refuse(found, "routes."+string(route), "is missing")
	}
	for route, b := range r.Routes {
		field := "routes." + string(route)
		c.refuse(known[route], field, "is not a route")
		c.refuse(b.Pending >= 0 && b.Overdue >= 0, field, "must not be negative")
		c.refuse(b.Overdue <= b.Pending, field+".overdue", "must not exceed pending")
	}
}

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (a *Audit) check(c *checker) {
	c.refuse(a.Length >= 0, "length", "must not be negative")
	if a.Length > 0 {
		c.refuse(sha256Hex.MatchString(a.Head), "head", "must be a SHA-256 hash of 64 hexadecimal digits in lower case")
	} else {
		c.refuse(a.Head == "", "head", "must not stand beside an empty log")
	}
	if a.Asked == nil {
		return
	}
	c.refuse(a.Asked.Length >= 1 && a.Asked.Length <= a.Length, "asked.length", "must be from 1 to length")
	c.refuse(sha256Hex.MatchString(a.Asked.Hash), "asked.hash", "must be a SHA-256 hash of 64 hexadecimal digits in lower case")
	c.refuse(a.Asked.Length != a.Length || a.Asked.Hash == a.Head, "asked.hash", "must be the head where its length is the log's")
}
