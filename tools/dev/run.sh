#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job: ./dev run [PATH...] takes PATHs (without any: 1,000 synthetic patients) into a home
# and shows what came out. HEALIX_HOME keeps the home; otherwise build/run/home is made afresh.
set -euo pipefail
cd "$HEALIX_ROOT"
. tools/dev/say.sh

paths=()
for path in "$@"; do
  [[ $path != -* ]] || fail "unknown option $path; ./dev run [PATH...]"
  [[ $path == /* ]] || path=$HEALIX_CALLED_FROM/$path
  [[ -e $path ]] || fail "there is no $path"
  paths+=("$path")
done
bash tools/dev/build.sh release

healix=build/release/bin/healix
work=build/run
mkdir -p "$work"
if [[ -z ${HEALIX_HOME:-} ]]; then
  export HEALIX_HOME=$HEALIX_ROOT/$work/home
  rm -rf "$HEALIX_HOME"
fi

started=$(now_us)
if ((${#paths[@]} == 0)); then
  rm -rf "$work/synth"
  "$healix" synth --patients 1000 --seed 1 -o "$work/synth" >"$work/synth.log" || fail "synth failed; see $work/synth.log"
  say_step synth "$(seconds_since "$started")" "1,000 patients in $work/synth"
  paths=("$work/synth")
fi

[[ -d $HEALIX_HOME ]] || "$healix" init "$HEALIX_HOME" >"$work/init.log" || fail "init failed; see $work/init.log"
started=$(now_us)
"$healix" ingest --json "${paths[@]}" >"$work/ingest.json" || fail "ingest failed; see $work/ingest.json"
ended=$(now_us)
say_step ingest "$(seconds_since "$started")" "${#paths[@]} path(s) into $HEALIX_HOME"

python3 -I tools/dev/summary.py --healix "$healix" --home "$HEALIX_HOME" --ingest "$work/ingest.json" \
  --ingest-us "$((ended - started))" --questions tools/dev/questions
