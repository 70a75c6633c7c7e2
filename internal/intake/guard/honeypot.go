package guard

// DecoyField is the name of a field that people do not see and programs that fill in every form do. The page hides it from
// eyes, from the keyboard and from screen readers, labels it "leave this empty", and asks browsers not to complete it.
const DecoyField = "website"

// Decoyed reports whether the decoy was filled in. The form should then come back with the decoy empty instead of being
// dropped in silence: where a browser's helper filled it in after all, the resident just sends it again.
func Decoyed(value string) bool { return value != "" }
