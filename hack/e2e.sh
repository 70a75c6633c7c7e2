#!/usr/bin/env bash
# Proves the product on a real node: kubelet, containerd, runc, kube-proxy and NetworkPolicies that are enforced. That takes root on Linux and
# packages that are installed from apt. A machine that does not allow it is told in one line and passed over; LIAISON_E2E_NODE=required makes
# that a failure. hack/localcluster/README.md says what a real node changes on the machine.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/bin
export LIAISON_E2E_NODE=${LIAISON_E2E_NODE:-allowed}
export CGO_ENABLED=0 # what runs in an image is static

# pass_over says what is missing and ends.
pass_over() {
  printf '\n*** NOT PROVED ON A REAL NODE: %s\n\n' "$*" >&2
  if [ "$LIAISON_E2E_NODE" = required ]; then exit 1; fi
  exit 0
}

# install_packages brings what a real node needs from Debian. What it could not bring, the check names.
install_packages() {
  local packages=(containerd runc containernetworking-plugins iptables iproute2 mount) missing=() package
  for package in "${packages[@]}"; do
    if ! dpkg-query --show --showformat '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii'; then missing+=("$package"); fi
  done
  if [ "${#missing[@]}" -eq 0 ]; then return; fi
  echo "A real node needs packages that this machine lacks: ${missing[*]}. Installing them with apt-get."
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || true
}

# pack_images packs operator and intake, and the program knock by which pods try each other's doors, under the names that charts use.
pack_images() {
  local arch out=$1
  arch=$(go env GOARCH)
  rm -rf "$out"
  mkdir -p "$out"
  export OCIIMAGE=$bin/ociimage REVISION=e2e SOURCE_DATE_EPOCH=0
  ARCHS=$arch hack/images.sh e2e "$out" >/dev/null
  GOOS=linux go build -trimpath -ldflags "-s -w" -o "$out/bin/linux-$arch/knock" ./test/e2e/knock
  "$OCIIMAGE" pack -layout "$out/images" -name knock -version e2e -binaries "$out/bin/linux-$arch/knock" \
    -source https://township.dev/liaison -revision e2e -epoch 0 -licences Apache-2.0 >/dev/null
  "$OCIIMAGE" rename -layout "$out/images" -registry liaison.township.dev -output "$out/named" >/dev/null
  tar -C "$out/named" -cf "$out/images.tar" .
}

# unpack_bundle makes the bundle that the documentation speaks of, and unpacks it.
unpack_bundle() {
  local arch out=$1 version=0.1.0
  arch=$(go env GOARCH)
  export ARCHS=$arch OCIIMAGE=$bin/ociimage REVISION=e2e SOURCE_DATE_EPOCH=0 HELM=$bin/k8s/helm KUBECTL=$bin/k8s/kubectl
  mkdir -p "$out"
  hack/images.sh "$version" "$out" >/dev/null
  # shellcheck disable=SC2046 # two references
  hack/dist.sh "$out/install.yaml" $(hack/image-references.sh liaison.township.dev "$version" "$out/images") >/dev/null
  hack/bundle.sh "$version" "$out" >/dev/null
  tar -xzf "$out/liaison-$version.tar.gz" -C "$out"
  bundle=$out/liaison-$version
}

if [ "$(uname -s)" != Linux ]; then pass_over "a real node needs Linux"; fi
if [ "$(id -u)" -ne 0 ]; then pass_over "a real node needs root"; fi
if command -v apt-get >/dev/null; then install_packages; fi
if ! told=$("$bin/k8s/localcluster" check 2>&1); then pass_over "${told#localcluster: }"; fi

images=$(mktemp -d)
trap 'rm -rf "$images"' EXIT
echo "packing the images"
pack_images "$images/e2e"
LIAISON_E2E_IMAGES=$images/e2e/images.tar go test -count=1 -v -timeout 20m -run TestOnARealNode ./test/e2e

if ! told=$(unshare --net true 2>&1); then pass_over "the tutorial was not followed offline: $told"; fi
echo "packing the bundle"
unpack_bundle "$images/dist"
if hack/e2e-offline.sh "$bundle"; then exit 0; else status=$?; fi
if [ "$status" -eq 3 ]; then pass_over "the tutorial was not followed offline, as the node does not start without a network"; fi
exit "$status"
