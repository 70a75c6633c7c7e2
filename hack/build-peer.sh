#!/usr/bin/env bash
# Builds PocketBase, which the benchmarks of test/bench/peer are run against, into bin/peer/pocketbase.
#
# Its source comes from Go's module cache and is changed in two places:
#   - its go line, so that our toolchain builds it; GOEXPERIMENT=jsonv2 gives it the JSON packages it wants;
#   - its databases' pragma synchronous, from NORMAL to FULL, so that like ours it acknowledges what is durable.
# It is linked as `make build` links our own binaries. The source is removed again: nothing of it belongs to us.
#
# Nothing is built when neither this script nor the toolchain changed.
set -euo pipefail

module=github.com/pocketbase/pocketbase
version=v0.40.4
sum=h1:0SvSUreR3NhUMCs9LchE59oEG53efZ3cKiMGyAGBN9U=
go_line=1.26.0

hack=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$hack/../bin/peer
mkdir -p "$out"
out=$(cd "$out" && pwd)
source=$out/src

export CGO_ENABLED=0 GOEXPERIMENT=jsonv2 GOFLAGS=-buildvcs=false GOWORK=off

say() { echo "peer: $*" >&2; }

fail() {
  say "$*"
  exit 1
}

# fingerprint prints a hash of all that the binary is made from.
fingerprint() { { go version && cat "$hack/build-peer.sh"; } | sha256sum | cut -d' ' -f1; }

# fetch copies the module to $source. The go command unpacks it and then refuses it for its go line, hence `|| true`;
# the sum says whether it is what we mean.
fetch() {
  local scratch told
  scratch=$(mktemp -d "$out/scratch.XXXXXX")
  told=$(cd "$scratch" && go mod init scratch 2>/dev/null && go mod download -json "$module@$version" || true)
  rm -rf "$scratch"
  [[ $told == *"\"Sum\": \"$sum\""* ]] || fail "$module $version did not come, or not with the sum $sum: $told"
  cp -r "$(go env GOMODCACHE)/$module@$version" "$source"
  chmod -R u+w "$source"
}

# replace changes the text $2, which must stand in the file $1 exactly once, to $3.
replace() {
  local file=$source/$1 found
  found=$({ grep -oF -- "$2" "$file" || true; } | wc -l)
  ((found == 1)) || fail "$1 holds \"$2\" $found times instead of once; look what became of it in $version"
  sed -i "s/$2/$3/" "$file"
  grep -qF -- "$3" "$file" || fail "$1 does not hold \"$3\" after the change"
  say "$1: $2 -> $3"
}

remove_source() { rm -rf "$source" "$out"/scratch.*; }

exec 9>"$out/.lock"
flock 9

wanted=$(fingerprint)
if [[ -x $out/pocketbase && -f $out/.built-from && $(<"$out/.built-from") == "$wanted" ]]; then
  exit 0
fi

started=$SECONDS
trap remove_source EXIT
remove_source
say "fetching $module $version"
fetch
replace go.mod "go 1.27" "go $go_line"
replace core/db_connect.go "synchronous(NORMAL)" "synchronous(FULL)"
say "building (about a minute the first time)"
(cd "$source" && go build -ldflags "-X $module.Version=${version#v}" -o "$out/.pocketbase.new" ./examples/base)
mv -f "$out/.pocketbase.new" "$out/pocketbase"
echo "$wanted" >"$out/.built-from"
say "built $out/pocketbase in $((SECONDS - started)) s"
