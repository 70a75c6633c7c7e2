#!/usr/bin/env bash
# Runs the benchmarks of every package that has any. BENCH=regexp picks some, BENCH_FLAGS are passed to go test.
set -euo pipefail
cd "$(dirname "$0")/.."
read -r -a flags <<<"${BENCH_FLAGS:-}"
mapfile -t packages < <(git grep --untracked -l '^func Benchmark' -- '*_test.go' ':!hack' | xargs -n 1 dirname | sort -u | sed 's|^|./|')
go test -run '^$' -bench "${BENCH:-.}" -benchmem -timeout 30m "${flags[@]}" "${packages[@]}"
