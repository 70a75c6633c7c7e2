package search

// SameMatter is the similarity from which two texts about the same place and topic are probably the same matter. It is
// low on purpose: two residents tell of one broken road in different words, and a person looks at what is offered. Texts
// on different matters of one topic stay below it; the tests show both. Without the same place and topic it says little.
const SameMatter = 0.3

// Similarity tells how much two texts have in common, from 0 to 1: twice the pairs of characters (or words) they share,
// over all they have (Dice). Neither the order of sentences nor punctuation matters. A text with nothing to compare is
// like no other, not even itself.
func Similarity(a, b string) float64 {
	ofA, sizeA := features(a)
	ofB, sizeB := features(b)
	if sizeA == 0 || sizeB == 0 {
		return 0
	}
	shared := 0
	for feature, n := range ofA {
		shared += min(n, ofB[feature])
	}
	return 2 * float64(shared) / float64(sizeA+sizeB)
}

// features counts what a text is compared by.
func features(text string) (counts map[string]int, size int) {
	counts = map[string]int{}
	for _, run := range runs(text) {
		of := []string{string(run.chars)}
		if run.script == dense && len(run.chars) > 1 {
			of = pairs(run.chars)
		}
		for _, feature := range of {
			counts[feature]++
		}
		size += len(of)
	}
	return counts, size
}
