#!/usr/bin/env bash
# Builds the programs for each architecture of ARCHS and packs the images of operator and intake: images.sh VERSION OUTPUT.
#   OUTPUT/bin/linux-<arch>/   the programs
#   OUTPUT/images/             the images of this run, as an OCI image layout
# The same sources and the same Go give the same bytes, in whatever folder and on whatever machine. SOURCE_DATE_EPOCH and REVISION say
# when the sources were made and which they are; OCIIMAGE is the packer.
set -euo pipefail
version=$1
mkdir -p "$2"
output=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
read -r -a archs <<<"${ARCHS:-amd64 arm64}"

# What the environment could change in a binary is fixed.
export CGO_ENABLED=0 GOOS=linux GOAMD64=v1 GOARM64=v8.0 GOFLAGS=-buildvcs=false GOEXPERIMENT=

declare -A packages=([liaison-operator]=./cmd/operator [liaison-intake]=./cmd/intake [kubectl-liaison]=./cmd/kubectl-liaison)

compile() {
  local arch name
  for arch in "${archs[@]}"; do
    for name in "${!packages[@]}"; do
      echo "building $name for linux/$arch"
      GOARCH=$arch go build -trimpath -ldflags "-s -w -X main.version=$version" -o "$output/bin/linux-$arch/$name" "${packages[$name]}"
    done
  done
}

# pack NAME FLAG... adds the image of a program, for all architectures, to the layout.
pack() {
  local name=$1 arch binaries=()
  for arch in "${archs[@]}"; do binaries+=("$output/bin/linux-$arch/$name"); done
  "$OCIIMAGE" pack -layout "$output/images" -name "$name" -version "$version" -binaries "$(IFS=, && echo "${binaries[*]}")" \
    -source https://township.dev/liaison -revision "$REVISION" -epoch "$SOURCE_DATE_EPOCH" -licences Apache-2.0 "${@:2}"
}

compile
rm -rf "$output/images"
pack liaison-operator # it speaks to the API server alone, whose certificate the pod is given
pack liaison-intake -roots
