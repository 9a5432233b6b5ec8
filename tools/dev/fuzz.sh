#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes one parser or all: ./dev fuzz [TARGET] [--seconds N]
# What a run learned stays in build/fuzz/corpus; what broke a target lies in build/fuzz/crashes.
set -euo pipefail
cd "$HEALIX_ROOT"
. tools/dev/say.sh

target='' seconds=60
while (($#)); do
  case $1 in
    --seconds) seconds=${2:?--seconds needs a number} && shift ;;
    -*) fail "unknown option $1; ./dev fuzz [TARGET] [--seconds N]" ;;
    *) target=$1 ;;
  esac
  shift
done
# shellcheck disable=SC2086 # no target: build them all
bash tools/dev/build.sh fuzz $target

# Fuzzes the program $1 for the given time and prints how many inputs it saw.
fuzz_one() {
  local name=$1 started seeds status=0 log=build/fuzz/$1.log dictionary
  mkdir -p "build/fuzz/corpus/$name" "build/fuzz/crashes/$name"
  mapfile -t seeds < <(find src -type d -path "*/fuzz/seeds/$name")
  dictionary=$(find src -path "*/fuzz/$name.dict" -print -quit)
  started=$(now_us)
  "build/fuzz/fuzz/$name" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/crashes/$name/" ${dictionary:+-dict="$dictionary"} \
    "build/fuzz/corpus/$name" "${seeds[@]}" >"$log" 2>&1 </dev/null || status=$?
  if ((status)); then
    tail -n 40 "$log" >&2
    say_step "$name" "$(seconds_since "$started")" "BROKE; its input lies in build/fuzz/crashes/$name"
    return 1
  fi
  say_step "$name" "$(seconds_since "$started")" \
    "$(sed -n 's/^stat::number_of_executed_units: */inputs: /p' "$log")"
}

broken=0 count=0
for program in build/fuzz/fuzz/*; do
  name=$(basename "$program")
  [[ -f $program && -x $program && (-z $target || $name == "$target") ]] || continue
  count=$((count + 1))
  fuzz_one "$name" || broken=$((broken + 1))
done
((count)) || fail "there is no fuzz target ${target:-yet}"
say "  $count targets, $broken broken"
exit $((broken > 0))
