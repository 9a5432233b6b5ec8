#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages listed in the files "$@" that are missing; asks before it uses sudo.
# HEALIX_YES=1, CI=true or no terminal: never asks.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/dev/say.sh

mapfile -t wanted < <(sed 's/#.*//; /^ *$/d' "$@")

# Prints the wanted packages that dpkg doesn't count as installed.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
    sed -n 's/^installed //p' || true)
  comm -23 <(printf '%s\n' "${wanted[@]}" | sort) <(sort -u <<<"$installed")
}

# Asks on the terminal whether to go on; true without asking where nobody can answer.
agreed() {
  local answer
  [[ ${HEALIX_YES:-} == 1 || ${CI:-} == true || ! -t 0 ]] && return 0
  say "These Debian packages are missing:" "${missing[*]}"
  read -r -p "Install them with sudo apt-get? [y/N] " answer
  [[ $answer == [yY]* ]]
}

command -v dpkg-query >/dev/null || fail "this is not Debian; healix is set up on Debian 12"
mapfile -t missing < <(missing_packages)
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  by_hand="run as root: apt-get install --no-install-recommends ${missing[*]}"
  command -v sudo >/dev/null || fail "Debian packages are missing and there is no sudo; $by_hand"
  agreed || fail "not installed; $by_hand"
  # Without a terminal sudo must not wait for a password.
  as_root=(sudo "--preserve-env=http_proxy,https_proxy,no_proxy")
  [[ ${HEALIX_YES:-} == 1 || ${CI:-} == true || ! -t 0 ]] && as_root+=(-n)
  "${as_root[@]}" true || fail "sudo refused; $by_hand"
fi
run_step "apt (${#missing[@]})" "${HEALIX_TOOLCHAIN:-$PWD/.toolchain}/logs/apt.log" "${as_root[@]}" bash tools/setup/apt_as_root.sh "${missing[@]}"
