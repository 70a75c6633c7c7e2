#!/usr/bin/env bash
# Runs a command in every module that holds our own code.
set -euo pipefail
cd "$(dirname "$0")/.."
for module in . hack/dashboards hack/localcluster hack/tools/coredns hack/tools/ociimage; do
  echo "$module: $*"
  (cd "$module" && "$@")
done
