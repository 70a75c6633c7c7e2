package workday

// Each rule is written once, as a walk that may be watched: the plain function passes no trace and allocates nothing, the one that explains
// passes the trace to fill in.

// NextWorking returns the day itself when it is working, else the first working day after it.
func (c *Calendar) NextWorking(d Date) Date { return c.toWorking(d, 1, nil) }

// ExplainNextWorking is NextWorking with its reasons.
func (c *Calendar) ExplainNextWorking(d Date) Trace {
	t := Trace{Rule: RuleNextWorking, Start: d}
	t.Result = c.toWorking(d, 1, &t)
	return t.by(c, d, t.Result)
}

// PreviousWorking returns the day itself when it is working, else the last working day before it.
func (c *Calendar) PreviousWorking(d Date) Date { return c.toWorking(d, -1, nil) }

// ExplainPreviousWorking is PreviousWorking with its reasons.
func (c *Calendar) ExplainPreviousWorking(d Date) Trace {
	t := Trace{Rule: RulePreviousWorking, Start: d}
	t.Result = c.toWorking(d, -1, &t)
	return t.by(c, t.Result, d)
}

// NextOutsideHolidays returns the day itself when no public holiday gives it off, else the first such day after it. A weekend may be the answer.
func (c *Calendar) NextOutsideHolidays(d Date) Date { return c.outOfHolidays(d, nil) }

// ExplainNextOutsideHolidays is NextOutsideHolidays with its reasons.
func (c *Calendar) ExplainNextOutsideHolidays(d Date) Trace {
	t := Trace{Rule: RuleOutsideHolidays, Start: d}
	t.Result = c.outOfHolidays(d, &t)
	return t.by(c, d, t.Result)
}

// AddWorkingDays returns the n-th working day after d, which itself does not count (民法典 Art. 201); for a negative n, the n-th before it.
func (c *Calendar) AddWorkingDays(d Date, n int) Date { return c.addWorkingDays(d, n, nil) }

// ExplainAddWorkingDays is AddWorkingDays with its reasons.
func (c *Calendar) ExplainAddWorkingDays(d Date, n int) Trace {
	t := Trace{Rule: RuleWorkingDays, Start: d, N: n}
	t.Result = c.addWorkingDays(d, n, &t)
	if n < 0 {
		return t.by(c, t.Result, d.AddDays(-1))
	}
	return t.by(c, d.AddDays(1), t.Result)
}

// AddMonths returns the last day of a term of n months that d set off, by the Civil Code: d itself does not count (民法典 Art. 201), the term
// ends on the day of the same number or, where that month has none, on its last day (Art. 202), and from a day off on the next working day (Art. 203).
func (c *Calendar) AddMonths(d Date, n int) Date { return c.addMonths(d, n, nil) }

// ExplainAddMonths is AddMonths with its reasons.
func (c *Calendar) ExplainAddMonths(d Date, n int) Trace {
	t := Trace{Rule: RuleMonths, Start: d, N: n}
	t.Result = c.addMonths(d, n, &t)
	return t.by(c, t.Nominal, t.Result)
}

// toWorking walks from d to the first working day, d itself included.
func (c *Calendar) toWorking(d Date, step int, t *Trace) Date {
	for !c.IsWorking(d) {
		t.skipped(c, d)
		d = d.AddDays(step)
	}
	t.counted(c, d)
	return d
}

func (c *Calendar) outOfHolidays(d Date, t *Trace) Date {
	for {
		if _, off := c.Holiday(d); !off {
			return d
		}
		t.skipped(c, d)
		d = d.AddDays(1)
	}
}

func (c *Calendar) addWorkingDays(d Date, n int, t *Trace) Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	if n > 0 {
		t.notCounted(d)
	}
	for ; n > 0; n-- {
		d = c.toWorking(d.AddDays(step), step, t)
	}
	return d
}

func (c *Calendar) addMonths(d Date, n int, t *Trace) Date {
	month := MonthOf(d).Add(n)
	end := month.Last()
	clamped := d.Day() > end.Day()
	if !clamped {
		end = month.Day(d.Day())
	}
	if n != 0 {
		t.notCounted(d)
	}
	t.ends(end, clamped)
	return c.toWorking(end, 1, t)
}
