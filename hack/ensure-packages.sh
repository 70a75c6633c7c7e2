#!/usr/bin/env bash
# Installs from apt what the tests need and the machine lacks, and says so.
#   gcc, libc6-dev   the race detector links with a C compiler
#   chromium         the browser tests use a station as people do
#   fonts-noto-cjk   without it every Chinese character is an empty box of another width
set -euo pipefail

missing=()
if ! command -v "${CC:-gcc}" >/dev/null; then missing+=(gcc libc6-dev); fi
if ! command -v chromium >/dev/null; then missing+=(chromium); fi
if [ ! -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] && [ -z "$(fc-list :lang=zh-cn 2>/dev/null)" ]; then
  missing+=(fonts-noto-cjk)
fi
if [ "${#missing[@]}" -eq 0 ]; then exit 0; fi

echo "The tests need packages that this machine lacks: ${missing[*]}"
if ! command -v apt-get >/dev/null; then
  echo "Install them with your package manager and run this again." >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Run this as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "Installing them with apt-get."
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
