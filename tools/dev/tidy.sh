#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks house rules and formatting: ./dev tidy [--fix] [--clang-tidy]
#   --fix         formats instead of complaining
#   --clang-tidy  also the slow checks of .clang-tidy, over every source of the dev build
set -euo pipefail
cd "$HEALIX_ROOT"
. tools/dev/say.sh
. tools/dev/jobs.sh

fix='' deep=''
for option in "$@"; do
  case $option in
    --fix) fix=1 ;;
    --clang-tidy) deep=1 ;;
    *) fail "unknown option $option; ./dev tidy [--fix] [--clang-tidy]" ;;
  esac
done
bash tools/setup/all.sh
broken=()

# Runs "${@:2}" as check $1 and remembers when it fails.
check() {
  local what=$1 started status=done
  shift
  started=$(now_us)
  "$@" || { broken+=("$what") && status=BROKEN; }
  say_step "$what" "$(seconds_since "$started")" "$status"
}

# Names the sources that clang-format would change; true when there are none.
all_formatted() {
  local unformatted
  unformatted=$(clang-format-16 --dry-run "${sources[@]}" 2>&1 | sed -n 's/^\([^:]*\):[0-9].*/\1/p' | sort -u)
  [[ -z $unformatted ]] && return 0
  printf 'not formatted (./dev tidy --fix does it): %s\n' $unformatted
  return 1
}

mapfile -t sources < <(git ls-files --cached --others --exclude-standard '*.h' '*.cc')
if [[ -n $fix ]]; then
  check formatting clang-format-16 -i "${sources[@]}"
else
  check formatting all_formatted
fi
if [[ -f tools/tidy/tidy.py ]]; then
  check "house rules" "$HEALIX_TOOLCHAIN/venv/bin/python" -B tools/tidy/tidy.py
fi
if [[ -n $deep ]]; then
  bash tools/dev/build.sh dev
  # The compile commands are g++ ones: clang may meet warnings it does not know.
  check clang-tidy run-clang-tidy-16 -quiet -j "$(jobs_at_a_time)" -p build/dev \
    -extra-arg=-Wno-unknown-warning-option "^$HEALIX_ROOT/src/.*"
fi
((${#broken[@]} == 0)) || fail "broken: ${broken[*]}"
