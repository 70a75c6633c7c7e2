#!/usr/bin/env bash
# Makes the PrometheusRule for kustomize from the rules as Prometheus reads them.
set -euo pipefail
cd "$(dirname "$0")/../config/prometheus"
{
  cat <<'HEAD'
# Made from rules.yaml by `make manifests`.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: liaison-operator
  namespace: liaison-system
spec:
HEAD
  sed -e '/^#/d' -e 's/^\(.\)/  \1/' rules.yaml
} >prometheusrule.yaml
