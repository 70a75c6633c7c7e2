#!/usr/bin/env bash
# Prints the Go files of every module: those git knows, and new ones it does not ignore.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files --cached --others --exclude-standard -- '*.go' | while read -r file; do
  if [ -f "$file" ]; then echo "$file"; fi
done
