#!/usr/bin/env bash
# Packs all that a county without internet needs into one file: bundle.sh VERSION OUTPUT.
# OUTPUT holds what `make images` and `make dist` wrote for this version; the file is OUTPUT/liaison-VERSION.tar.gz. The programs that
# load the images are built for each architecture of ARCHS. The same contents give the same file.
set -euo pipefail
version=$1
output=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
helm=${HELM:-$PWD/bin/k8s/helm}
read -r -a archs <<<"${ARCHS:-amd64 arm64}"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bundle=$scratch/liaison-$version

# Helm asks for three numbers; a version like "dev" gets them.
chart_version=$version
if ! [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+ ]]; then chart_version=0.0.0-$version; fi

# take FROM INTO copies a folder; what a release does not have yet is left out.
take() {
  if [ -d "$1" ]; then cp -r "$1" "$bundle/$2"; fi
}

programs() {
  local arch
  mkdir "$bundle/bin"
  for arch in "${archs[@]}"; do
    cp "$output/bin/linux-$arch/kubectl-liaison" "$bundle/bin/kubectl-liaison-linux-$arch"
    CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -C hack/tools/ociimage -trimpath -buildvcs=false -ldflags "-s -w" \
      -o "$bundle/bin/ociimage-linux-$arch" .
  done
}

# charts packs both; Helm dates what is in them by SOURCE_DATE_EPOCH. They lie there unpacked too, as in a checkout.
charts() {
  local chart
  for chart in liaison-operator liaison-station; do
    "$helm" package "charts/$chart" --version "$chart_version" --app-version "$version" --destination "$bundle/charts" >/dev/null
    tar -C "$bundle/charts" -xzf "$bundle/charts/$chart-$chart_version.tgz"
  done
  cp charts/README.md "$bundle/charts/"
}

# as_in_a_checkout lets commands of the documentation find what they name.
as_in_a_checkout() {
  mkdir -p "$bundle/config/crd"
  ln -s ../../crds "$bundle/config/crd/bases"
  ln -s ../samples ../prometheus ../grafana "$bundle/config/"
}

mkdir "$bundle"
cp hack/bundle/load.sh LICENSE "$output/install.yaml" "$bundle/"
mkdir "$bundle/docs"
cp docs/*.md docs/*.svg "$bundle/docs/"
cp -r docs/county-repository docs/runbooks "$bundle/docs/"
sed 's#](\([a-z-]*\(/[A-Za-z]*\)\?\.md\)#](docs/\1#g' docs/air-gapped.md >"$bundle/README.md"
take "$output/images" images
take config/crd/bases crds
take config/samples samples
go run ./hack/ledger config/samples "$bundle/samples/jixian.xlsx"
take config/prometheus prometheus
take config/grafana grafana
programs
charts
as_in_a_checkout
go run ./hack/bundlepages "$bundle"
(cd "$bundle" && find . -type f ! -name SHA256SUMS -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum >"$scratch/SHA256SUMS")
mv "$scratch/SHA256SUMS" "$bundle/"

archive=liaison-$version.tar.gz
tar -C "$scratch" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --format=ustar \
  -cf - "liaison-$version" | gzip -n >"$scratch/$archive"
mv "$scratch/$archive" "$output/"
(cd "$output" && sha256sum "$archive" >"$archive.sha256")
echo "wrote $output/$archive ($(du -h "$output/$archive" | cut -f1))"
