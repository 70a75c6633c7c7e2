package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// AnnotationAppliedHash holds, on every object the Applier writes, a digest of the set of fields it wrote. Comparing values tells
// what was changed or added; only this tells that a field we once wrote is no longer wanted and must be given up.
// The values themselves are not in it.
const AnnotationAppliedHash = "liaison.township.dev/applied-hash"

func fieldsHash(kind string, desired map[string]any) string {
	digest := sha256.New()
	writeFields(digest, kind, nil, "", desired)
	return hex.EncodeToString(digest.Sum(nil)[:10])
}

// writeFields writes the path of every field. schemaPath leaves element keys out, so that it finds the list in keyedLists.
func writeFields(w io.Writer, kind string, path []byte, schemaPath string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			writeFields(w, kind, strconv.AppendQuote(append(path, '.'), key), join(schemaPath, key), v[key])
		}
	case []any:
		writeElements(w, kind, path, schemaPath, v)
	}
	_, _ = w.Write(append(path, '\n')) // what a hash is fed with cannot fail
}

func writeElements(w io.Writer, kind string, path []byte, schemaPath string, list []any) {
	keys := mergeKeys(kind, schemaPath)
	if keys == nil {
		return // a list taken as one value is one field
	}
	for _, element := range list {
		writeFields(w, kind, fmt.Appendf(path, "[%v]", elementKey(keys, element)), schemaPath, element)
	}
}
