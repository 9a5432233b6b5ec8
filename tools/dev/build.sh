#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds one preset into build/PRESET: ./dev build [dev|release|tsan|fuzz|bench] [TARGET...]
set -euo pipefail
cd "$HEALIX_ROOT"
. tools/dev/say.sh
. tools/dev/jobs.sh

preset=${1:-dev}
shift || true
case $preset in
  dev | release | tsan | fuzz | bench) ;;
  *) fail "unknown preset '$preset'; there are dev, release, tsan, fuzz and bench" ;;
esac
bash tools/setup/all.sh

build=build/$preset
mkdir -p "$build"
# Generators run with the pinned Python, the portal with the pinned Node.
export PATH=$HEALIX_TOOLCHAIN/venv/bin:$PATH
# True when the presets or the set-up changed since the last configure; ninja notices the rest itself.
must_configure() {
  [[ ! -f $build/build.ninja || CMakePresets.json -nt $build/build.ninja ]] && return 0
  [[ -n $(find "$HEALIX_TOOLCHAIN/stamps" -name 'engine-*' -newer "$build/build.ninja") ]]
}

if must_configure; then
  run_step "configure $preset" "$build/configure.log" cmake --preset "$preset"
fi

started=$(now_us)
quiet=()
[[ -t 2 ]] || quiet=(--quiet) # in a log only what fails is worth reading
ninja -C "$build" -j "$(jobs_at_a_time)" "${quiet[@]}" "$@" >&2 || {
  say_step "build $preset" "$(seconds_since "$started")" FAILED
  exit 1
}
say_step "build $preset" "$(seconds_since "$started")" "done, see $build"
