package stationconf

import "fmt"

// checkStaff looks at who may sign in. An account is known by its username, so no two may share one, whatever their roles.
func (s Station) checkStaff(c *checker) {
	taken := map[string]bool{}
	c.text("head.name", s.Head.Name, 30)
	c.optionalText("head.title", s.Head.Title, 30)
	if s.Head.Username != "" {
		c.username("head.username", s.Head.Username, taken)
	}
	c.refuse(len(s.Administrators) > 0, "administrators", "must name at least one administrator, or nobody can sign in to the desk")
	for i, a := range s.Administrators {
		field := fmt.Sprintf("administrators[%d]", i)
		c.username(field+".username", a.Username, taken)
		c.text(field+".name", a.Name, 30)
	}
	for i, d := range s.DeputyAccounts {
		field := fmt.Sprintf("deputyAccounts[%d]", i)
		c.username(field+".username", d.Username, taken)
		c.text(field+".name", d.Name, 32)
		c.text(field+".deputy", d.Deputy, 32)
	}
}

func (c *checker) username(field, name string, taken map[string]bool) {
	c.refuse(username.MatchString(name), field, "must begin with a letter and have 2 to 32 characters of a-z, 0-9 and -")
	c.refuse(!taken[name], field, "%q stands twice", name)
	taken[name] = true
}
