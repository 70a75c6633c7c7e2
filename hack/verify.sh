#!/usr/bin/env bash
# Checks what can be checked without running the product. Generated files are made anew in place; where that changes one,
# the check fails and the new file is left for review. Nothing else in the tree is touched.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

generated=(
  api/applyconfiguration
  api/v1alpha1/zz_generated.deepcopy.go
  charts/liaison-operator/files
  config/crd/bases
  config/grafana/dashboards
  config/prometheus/prometheusrule.yaml
  config/rbac/role.yaml
  docs/api-reference.md
)

step "formatting"
unformatted=$(hack/go-files.sh | xargs gofmt -l)
if [ -n "$unformatted" ]; then
  echo "gofmt would change these files; run make fmt:" >&2
  echo "$unformatted" >&2
  exit 1
fi

step "generated files"
before=$scratch/before
for path in "${generated[@]}"; do
  mkdir -p "$before/$(dirname "$path")"
  if [ -e "$path" ]; then cp -r "$path" "$before/$path"; fi
done
make --no-print-directory generate manifests
stale=0
for path in "${generated[@]}"; do
  diff -rNu "$before/$path" "$path" || stale=1
done
if [ "$stale" -ne 0 ]; then
  echo "Generated files were stale; they have been made anew: look at them and commit them." >&2
  exit 1
fi

step "modules"
hack/each-module.sh go mod tidy -diff

step "vet"
make --no-print-directory vet

step "lint"
make --no-print-directory lint

step "charts"
for chart in charts/liaison-*/; do
  for values in "$chart"ci/*-values.yaml; do
    echo "$values"
    bin/k8s/helm lint --strict --quiet "$chart" --values "$values"
    bin/k8s/helm template release "$chart" --namespace elsewhere --values "$values" >/dev/null
  done
done

step "samples and dashboards"
bin/k8s/kubectl kustomize config/samples >/dev/null
bin/k8s/kubectl kustomize config/grafana >/dev/null

step "shell scripts"
for script in .ci/run hack/*.sh; do bash -n "$script"; done
sh -n hack/bundle/load.sh

echo
echo "verify: all good"
