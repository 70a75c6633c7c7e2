#!/usr/bin/env bash
# Copies into the operator's chart what lies outside of it: the CRDs, the rules of its role and the dashboards, which are generated from Go, and Prometheus's
# rules.
set -euo pipefail
cd "$(dirname "$0")/.."
files=charts/liaison-operator/files
mkdir -p "$files/crds"
rm -f "$files"/crds/*.yaml
cp config/crd/bases/*.yaml "$files/crds/"
cp config/rbac/role.yaml "$files/role.yaml"
cp config/prometheus/rules.yaml "$files/rules.yaml"
mkdir -p "$files/dashboards"
rm -f "$files"/dashboards/*.json
cp config/grafana/dashboards/*.json "$files/dashboards/"
