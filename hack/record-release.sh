#!/usr/bin/env bash
# Makes the release that this tree is the previous one of test/upgrade: its kinds, its charts, and what its operator makes of the county recorded there.
set -euo pipefail
cd "$(dirname "$0")/.."
previous=test/upgrade/testdata/previous
made=$(mktemp)
trap 'rm -f "$made"' EXIT

go test ./test/upgrade -count=1 -run '^TestRecord$' -record "$made"
cat "$made" >"$previous/county.yaml"
rm -rf "$previous/crd"
cp -r config/crd/bases "$previous/crd"
for chart in liaison-operator liaison-station; do
  rm -rf "${previous:?}/charts/$chart"
  cp -r "charts/$chart" "$previous/charts/$chart"
  rm -rf "$previous/charts/$chart/ci"
done
