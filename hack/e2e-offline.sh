#!/usr/bin/env bash
# Follows the tutorial with an unpacked bundle on a real node and without any network, and asks every query of every panel of the dashboards at its end:
# e2e-offline.sh BUNDLE. What runs here, the node and its pods included, has a loopback interface and the addresses that the node makes up, and no way out.
set -euo pipefail
bundle=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
if [ -z "${LIAISON_OFFLINE:-}" ]; then exec unshare --net env LIAISON_OFFLINE=1 "$0" "$bundle"; fi
ip link set lo up

# Not below the caller's folder: long paths are too long for sockets, and pods must be able to enter.
place=$(mktemp -d /tmp/liaison-offline-XXXXXX)
chmod 755 "$place"
localcluster=$PWD/bin/k8s/localcluster
stop() {
  "$localcluster" down --purge --dir "$place/state" >/dev/null 2>&1 || true
  rm -rf "$place"
}
trap stop EXIT

echo "a real node without a network"
"$localcluster" up --node real --timeout 2m --dir "$place/state" >"$place/up.log" 2>&1 || {
  cat "$place/up.log" >&2
  exit 3 # the machine's doing, as far as can be told
}
if way=$(ip route get 192.0.2.1 2>/dev/null); then
  echo "e2e-offline: there is a way out of this network: $way" >&2
  exit 1
fi
"$PWD/bin/ociimage" rename -layout "$bundle/images" -registry liaison.township.dev -output "$place/named" >/dev/null
tar -C "$place/named" -cf "$place/images.tar" .
"$localcluster" load --dir "$place/state" "$place/images.tar"

echo "the tutorial, from the Excel file to the panels of the dashboards"
export LIAISON_DOCS_KUBECONFIG=$place/state/kubeconfig LIAISON_DOCS_BUNDLE=$bundle LIAISON_DOCS_REGISTRY=liaison.township.dev
export GOPROXY=off NO_PROXY=10.0.0.0/8,127.0.0.0/8 no_proxy=10.0.0.0/8,127.0.0.0/8
go test -count=1 -v -timeout 15m -run 'TestACountyByTheBook/docs/tutorial.md' ./test/docs
