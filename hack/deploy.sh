#!/usr/bin/env bash
# Installs or upgrades the operator by its chart: deploy.sh NAMESPACE REGISTRY TAG.
set -euo pipefail
cd "$(dirname "$0")/.."
namespace=$1 registry=$2 tag=$3
"${HELM:-bin/k8s/helm}" upgrade --install liaison-operator charts/liaison-operator --namespace "$namespace" --create-namespace \
  --set "image.registry=$registry,image.tag=$tag,intake.image.registry=$registry,intake.image.tag=$tag" --wait --timeout 3m
