#!/bin/sh
# Brings the images of this bundle into a registry, or into the containerd of this node, and says how to install what is beside it.
set -eu

usage() {
  cat <<'TEXT'
usage: ./load.sh --registry HOST[:PORT][/PROJECT] [--insecure]   push the images to a registry
       ./load.sh --containerd [--registry NAME]                  import the images on this node
       ./load.sh --check                                         look whether the bundle arrived whole

  --registry    where the images go. With --containerd nothing is sent there: the images are only named so.
  --insecure    the registry speaks plain HTTP
  --containerd  use the containerd of this node; needed on every node, as root

Credentials for the registry are read from ~/.docker/config.json, or from the folder DOCKER_CONFIG. SSL_CERT_FILE names a file with the
certificate of the registry's own authority.
TEXT
}

fail() {
  echo "load.sh: $*" >&2
  exit 1
}

bundle=$(cd "$(dirname "$0")" && pwd)
how='' registry='' insecure=''

while [ $# -gt 0 ]; do
  case $1 in
    --registry)
      [ $# -ge 2 ] || fail "--registry needs a value, for example registry.example:5000/liaison"
      registry=${2%/}
      shift
      ;;
    --registry=*)
      registry=${1#*=}
      registry=${registry%/}
      ;;
    --insecure) insecure=-insecure ;;
    --containerd) how=containerd ;;
    --check) how=check ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      usage >&2
      fail "$1 is not known"
      ;;
  esac
  shift
done
if [ -z "$how" ] && [ -z "$registry" ]; then
  usage >&2
  fail "say where the images go: --registry or --containerd"
fi

# check names every file that is not as it was when the bundle was made.
check() {
  command -v sha256sum >/dev/null || fail "sha256sum is missing; it is in the package coreutils"
  if ! told=$(cd "$bundle" && LC_ALL=C sha256sum -c SHA256SUMS 2>&1); then
    echo "$told" | grep -v ': OK$' >&2
    fail "the bundle is damaged or incomplete: copy it here again, and compare liaison-*.tar.gz with its .sha256 before unpacking"
  fi
  echo "the bundle is whole"
}

# choose_helper finds the program of this bundle that fits the machine.
choose_helper() {
  case $(uname -m) in
    x86_64 | amd64) arch=amd64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail "there is no program for $(uname -m) in this bundle; run it on an x86_64 or aarch64 machine" ;;
  esac
  helper=$bundle/bin/ociimage-linux-$arch
  [ -x "$helper" ] || fail "$helper is missing or cannot be run; unpack the bundle with tar on a Linux file system"
}

# import hands containerd the images under two names: nodes look for the digest, people for the version.
import() {
  command -v ctr >/dev/null || fail "there is no ctr here: run this on a node whose container runtime is containerd, or use --registry"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  "$helper" rename -layout "$bundle/images" -registry "$registry" -output "$scratch/images" >/dev/null
  tar -C "$scratch/images" -cf "$scratch/images.tar" .
  ctr -n k8s.io images import "$scratch/images.tar"
}

digest() {
  "$helper" list -layout "$bundle/images" | while read -r name _ digest; do
    if [ "$name" = "$1" ]; then echo "$digest"; fi
  done
}

tell_how_to_install() {
  chart=$(cd "$bundle" && echo charts/liaison-operator-*.tgz)
  cat <<TEXT

Install with Helm:

  helm upgrade --install liaison-operator $bundle/$chart --namespace liaison-system --create-namespace \\
    --set image.registry=$registry,image.digest=$(digest liaison-operator) \\
    --set intake.image.registry=$registry,intake.image.digest=$(digest liaison-intake)

or without it:

  sed 's#$original/liaison-\([a-z]*\):#$registry/liaison-\1:#' $bundle/install.yaml | kubectl apply --server-side -f -
TEXT
}

check
if [ "$how" = check ]; then exit 0; fi
choose_helper
# What the images are called in install.yaml.
original=$(sed -n 's#.*--intake-image=\(.*\)/liaison-intake:.*#\1#p' "$bundle/install.yaml")
if [ "$how" = containerd ]; then
  registry=${registry:-$original}
  import
else
  "$helper" push -layout "$bundle/images" -registry "$registry" $insecure
fi
tell_how_to_install
