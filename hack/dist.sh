#!/usr/bin/env bash
# Writes the one file that installs the operator where there is no Helm: dist.sh FILE OPERATOR_IMAGE INTAKE_IMAGE.
# It is what config/default makes, with these images.
set -euo pipefail
mkdir -p "$(dirname "$1")"
file=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
operator=$2 intake=$3
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r config "$scratch/config" # a kustomization reaches only what lies beside it
cat >"$scratch/kustomization.yaml" <<YAML
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [config/default]
patches:
  - target: {kind: Deployment, name: liaison-operator}
    patch: |-
      - {op: replace, path: /spec/template/spec/containers/0/image, value: "$operator"}
      - {op: add, path: /spec/template/spec/containers/0/args/0, value: "--intake-image=$intake"}
YAML
"${KUBECTL:-bin/k8s/kubectl}" kustomize "$scratch" >"$scratch/install.yaml"
mv "$scratch/install.yaml" "$file"
echo "wrote $file with $operator and $intake"
