#!/usr/bin/env bash
# Runs every test. TEST_FLAGS are passed to go test, for example TEST_FLAGS=-count=1.
set -euo pipefail
cd "$(dirname "$0")/.."
read -r -a flags <<<"${TEST_FLAGS:-}"

started=$SECONDS
step() { printf '\n== %s (%d s so far)\n' "$*" $((SECONDS - started)); }

# What starts a whole cluster gets the machine to itself.
mapfile -t packages < <(go list ./... | grep -v -e '/test/e2e$' -e '/test/docs$')

step "unit tests and envtest, with the race detector (compiling it all takes some minutes the first time)"
CGO_ENABLED=1 go test -race -timeout 20m "${flags[@]}" "${packages[@]}"

step "the development cluster's own tests"
(cd hack/localcluster && go test -timeout 20m "${flags[@]}" ./internal/...)

step "the dashboards' tests"
(cd hack/dashboards && go test "${flags[@]}" ./...)

step "images and bundle"
# They run scripts outside their module, of which go test would not notice a change.
(cd hack/tools/ociimage && go test -count=1 "${flags[@]}" ./...)

step "end to end, on a development cluster of its own"
go test -count=1 -v -timeout 20m ./test/e2e

step "every command of the documentation, on another"
go test -count=1 -timeout 25m ./test/docs

step "on a real node, where the machine allows it"
hack/e2e.sh

step "done"
