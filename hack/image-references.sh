#!/usr/bin/env bash
# Prints how the images of operator and intake are written, each on a line: image-references.sh REGISTRY VERSION LAYOUT.
# Images that the layout holds in this version are pinned by their digest.
set -euo pipefail
registry=$1 version=$2 layout=$3
built=
if [ -e "$layout/index.json" ]; then built=$("$OCIIMAGE" list -layout "$layout"); fi
for name in liaison-operator liaison-intake; do
  digest=$(awk -v name="$name" -v version="$version" '$1 == name && $2 == version {print "@" $3}' <<<"$built")
  echo "$registry/$name:$version$digest"
done
