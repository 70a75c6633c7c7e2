#!/usr/bin/env bash
# Runs a command in every module that holds our own code, or in those of MODULES.
set -euo pipefail
cd "$(dirname "$0")/.."
for module in ${MODULES:-. hack/dashboards hack/localcluster hack/tools/coredns hack/tools/ociimage}; do
  echo "$module: $*"
  (cd "$module" && "$@")
done
