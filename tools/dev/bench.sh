#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures: ./dev bench [--peers] [NAME]. Runs bench/*.py and the C++ benchmarks, all or those whose name contains NAME.
# Results lie in build/bench/results; a script that ends with a status besides 0 missed a gate.
set -euo pipefail
cd "$HEALIX_ROOT"
. tools/dev/say.sh
. tools/dev/shared.sh

name=''
while (($#)); do
  case $1 in
    --peers) export HEALIX_BENCH_PEERS=1 ;;
    -*) fail "unknown option $1; ./dev bench [--peers] [NAME]" ;;
    *) name=$1 ;;
  esac
  shift
done
if [[ -n ${HEALIX_BENCH_PEERS:-} ]]; then
  bash tools/setup/all.sh --peers
  export HEALIX_PEERS=$HEALIX_TOOLCHAIN/peers
fi
bash tools/dev/build.sh bench

export HEALIX_BUILD=$HEALIX_ROOT/build/bench HEALIX_SHARED
HEALIX_SHARED=$(shared_folder)
export HEALIX_BIN=$HEALIX_BUILD/bin/healix HEALIX_BENCH_RESULTS=$HEALIX_BUILD/results
export TMPDIR=$HEALIX_BUILD/bench-tmp PYTHONDONTWRITEBYTECODE=1
mkdir -p "$HEALIX_BENCH_RESULTS" "$TMPDIR"
trap 'rm -rf "$TMPDIR"' EXIT

# A number means nothing without its machine.
bash tools/dev/machine.sh
count=0 missed=()

# Runs the benchmark $1 by the rest of the arguments.
measure() {
  local what=$1 started
  shift
  [[ $what == *"$name"* ]] || return 0
  count=$((count + 1))
  started=$(now_us)
  say "== $what"
  "$@" </dev/null || missed+=("$what")
  say_step "$what" "$(seconds_since "$started")"
}

for program in build/bench/bench/*; do
  [[ -f $program && -x $program ]] || continue
  what=$(basename "$program")
  measure "$what" "$program" --benchmark_out="$HEALIX_BENCH_RESULTS/$what.json" --benchmark_out_format=json
done
for script in bench/*.py; do
  [[ -f $script ]] || continue
  what=$(basename "$script" .py)
  measure "$what" "$HEALIX_TOOLCHAIN/venv/bin/python" "$script"
done
((count)) || fail "there is no benchmark${name:+ named *$name*} yet"
((${#missed[@]} == 0)) || fail "missed: ${missed[*]}"
