package duty

func (p *preview) showReasons(*planned) error { return nil }
