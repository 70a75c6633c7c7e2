#!/usr/bin/env bash
# Builds the development cluster (hack/localcluster) into bin/k8s/: one binary, and a link to it for
# each program it carries (etcd, kube-apiserver, kubectl, helm, …). The folder also serves envtest
# as its assets.
#
# Nothing is built when neither sources nor toolchain changed. A first build compiles all of
# Kubernetes and says how far it is.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
module=$here/localcluster
out=$here/../bin/k8s
programs=(etcd kube-apiserver kube-controller-manager kube-scheduler kubectl helm)
# What a real node needs beside the binary: CoreDNS from a module of its own, whose versions Kubernetes' would have to follow otherwise.
dns=$here/tools/coredns

# The servers report this version; without it they call themselves v0.0.0. Go's linker flags are the
# only way in. Everything is fixed, so that the same sources give the same binary.
kubernetes=v1.37.2
ldflags="-s -w"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  ldflags+=" -X $package.gitVersion=$kubernetes -X $package.gitMajor=1 -X $package.gitMinor=37"
  ldflags+=" -X $package.gitCommit=unknown -X $package.gitTreeState=clean"
  ldflags+=" -X $package.buildDate=1970-01-01T00:00:00Z"
done

# Static, and hence runnable inside the private roots that the development node gives to containers.
export CGO_ENABLED=0

# What `go build -v` prints for each package it compiles: its path alone on a line.
package_line='^[^ :#]+$'

say() { echo "localcluster: $*" >&2; }

# fingerprint prints a hash of all that the binary is made from.
fingerprint() {
  {
    go version
    echo "$ldflags"
    cd "$here"
    find localcluster tools/coredns -type f \( -name '*.go' -o -name go.mod -o -name go.sum -o -path '*/files/*' \) ! -name '*_test.go' -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum | cut -d' ' -f1
}

up_to_date() {
  local program
  [[ -x $out/localcluster && -f $out/.built-from && $(<"$out/.built-from") == "$1" ]] || return 1
  for program in "${programs[@]}" pause coredns; do
    [[ -e $out/$program ]] || return 1
  done
}

# report prints, every ten seconds while process $1 lives, how many of $3 packages the go command has
# named in file $2. Packages that Go's build cache already holds are never named; on a first build, where it
# matters, there are none.
report() {
  local builder=$1 named=$2 total=$3 started=$SECONDS elapsed remain compiled next=10
  while kill -0 "$builder" 2>/dev/null; do
    sleep 1
    elapsed=$((SECONDS - started))
    ((elapsed >= next)) || continue
    next=$((elapsed + 10))
    compiled=$(grep -cE "$package_line" "$named" || true)
    if ((compiled < 20)); then
      say "compiling for ${elapsed} s now"
      continue
    fi
    remain=$((elapsed * (total - compiled) / compiled / 60 + 1))
    say "compiled $compiled of $total packages, about $remain min remain"
  done
}

# compile fills Go's build cache with everything below the main package, without linking.
compile() {
  local total named
  say "finding Kubernetes' packages (the first time, Go fetches their modules)"
  total=$(go list -deps . | wc -l)
  named=$out/.compiling
  go build -v ./internal/components ./internal/cli 2>"$named" &
  builder=$!
  trap 'kill "$builder" 2>/dev/null' EXIT # an interrupt does not reach background jobs
  report "$builder" "$named" "$total"
  if ! wait "$builder"; then
    # Package names are only progress; what remains is what went wrong.
    grep -vE "$package_line" "$named" >&2 || true
    rm -f "$named"
    say "does not compile"
    return 1
  fi
  rm -f "$named"
  trap - EXIT
}

link() {
  local program
  say "linking (about a minute)"
  go build -buildvcs=false -ldflags "$ldflags" -o "$out/.localcluster.new" .
  # A rename leaves a running cluster on its old binary.
  mv -f "$out/.localcluster.new" "$out/localcluster"
  for program in "${programs[@]}"; do
    ln -sfn localcluster "$out/$program"
  done
}

# companions builds the small programs that stand beside the binary.
companions() {
  go build -buildvcs=false -trimpath -ldflags "-s -w" -o "$out/.pause.new" ./pause
  go build -C "$dns" -buildvcs=false -trimpath -ldflags "-s -w" -o "$out/.coredns.new" .
  mv -f "$out/.pause.new" "$out/pause"
  mv -f "$out/.coredns.new" "$out/coredns"
}

mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$module"

# Tests of several packages may ask for the binary at the same time.
exec 9>"$out/.lock"
if ! flock --nonblock 9; then
  say "another build is running; waiting for it"
  flock 9
fi

wanted=$(fingerprint)
if up_to_date "$wanted"; then
  exit 0
fi
started=$SECONDS
compile
companions
link
echo "$wanted" >"$out/.built-from"
say "built $out in $((SECONDS - started)) s"
