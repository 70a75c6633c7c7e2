#!/usr/bin/env bash
# Writes docs/api-reference.md from the comments in api/v1alpha1.
set -euo pipefail
cd "$(dirname "$0")/.."
bin/crd-ref-docs --source-path=api/v1alpha1 --config=hack/api-reference/config.yaml \
  --renderer=markdown --output-path=docs/api-reference.md --log-level=ERROR
