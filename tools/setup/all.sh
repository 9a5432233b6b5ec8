#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets the machine up: Debian packages first, then the private folder of pinned, hash-checked packages.
# --peers adds what the heavy tests need. Each step leaves a stamp (a hash of its pin files and its script); a step whose stamp fits is skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/dev/say.sh
. tools/setup/stamp.sh

toolchain=${HEALIX_TOOLCHAIN:-$PWD/.toolchain}
export HEALIX_TOOLCHAIN=$toolchain
started=$(now_us)

packages=(tools/pins/apt.txt) steps=(tools/setup/steps.txt)
if [[ ${1:-} == --peers ]]; then
  packages+=(tools/pins/apt-peers.txt) steps+=(tools/setup/steps-peers.txt)
fi

bash tools/setup/apt.sh "${packages[@]}"

# Prints the steps that have something to do: name, script and pin files, one step per line.
steps_to_do() {
  local name script pins
  while read -r name script pins; do
    # shellcheck disable=SC2086 # the pin files are a list of words
    stamp_fits "$toolchain/stamps/$name" "$script" $pins || echo "$name $script $pins"
  done < <(cat "${steps[@]}")
}

if [[ -z $(steps_to_do) ]]; then
  say_step set-up "$(seconds_since "$started")" "nothing to do"
  exit 0
fi

mkdir -p "$toolchain/stamps" "$toolchain/logs"
exec {lock}>"$toolchain/lock"
flock "$lock" # two ./dev at once: the second waits, then finds the stamps
while read -r name script pins; do
  stamp=$toolchain/stamps/$name
  rm -f "$stamp"
  run_step "$name" "$toolchain/logs/$name.log" bash "$script"
  # shellcheck disable=SC2086
  stamp_of "$script" $pins >"$stamp"
done < <(steps_to_do)
say_step set-up "$(seconds_since "$started")" done
