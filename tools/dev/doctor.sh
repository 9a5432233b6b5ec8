#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Is this machine fit to build and test healix? Changes nothing; exits 1 when something is missing.
set -euo pipefail
cd "$HEALIX_ROOT"
. tools/dev/say.sh
. tools/setup/stamp.sh
. tools/dev/shared.sh
missing=0

# Prints one finding: ok, note or MISSING, then what and the detail.
finding() {
  printf '  %-8s %-16s %s\n' "$1" "$2" "$3"
  [[ $1 != MISSING ]] || missing=$((missing + 1))
}

# Checks that program $1 runs and is at least version $2; the rest is how to ask its version.
check_tool() {
  local tool=$1 floor=$2 version
  shift 2
  if ! command -v "$tool" >/dev/null; then
    finding MISSING "$tool" "needed at $floor or newer; run ./dev setup"
    return
  fi
  version=$("$@" 2>&1 | grep -oEm1 '[0-9]+(\.[0-9]+)+' | head -n 1 || true)
  if [[ $(printf '%s\n%s\n' "$floor" "$version" | sort -V | head -n 1) == "$floor" ]]; then
    finding ok "$tool" "$version"
  else
    finding MISSING "$tool" "$version is older than $floor"
  fi
}

# Checks an amount in GiB: $1 what, $2 is, $3 wanted.
check_gib() {
  if (($2 >= $3)); then finding ok "$1" "$2 GiB"; else finding note "$1" "$2 GiB, $3 GiB are wanted"; fi
}

bash tools/dev/machine.sh
os=$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release)
if [[ $os == *"Linux 12 "* && $(uname -m) == x86_64 ]]; then
  finding ok system "$os"
else
  finding note system "$os $(uname -m); proven on Debian 12, x86_64"
fi
check_gib memory "$(awk '/^MemTotal/ {print int($2 / 1048576 + 0.5)}' /proc/meminfo)" 4
check_gib "free disk" "$(df --output=avail -BG . | tail -n 1 | tr -dc 0-9)" 10

check_tool g++ 12.2 g++ -dumpfullversion
check_tool cmake 3.25 cmake --version
check_tool ninja 1.11 ninja --version
check_tool mold 1.10 mold --version
check_tool ccache 4.7 ccache --version
check_tool clang++-16 16.0 clang++-16 --version
check_tool clang-format-16 16.0 clang-format-16 --version
check_tool git 2.39 git --version
check_tool python3 3.11 python3 --version
check_tool psql 15 psql --version

while read -r name script pins; do
  # shellcheck disable=SC2086
  if stamp_fits "$HEALIX_TOOLCHAIN/stamps/$name" "$script" $pins; then
    finding ok "$name" "as pinned"
  else
    finding MISSING "$name" "absent or not as pinned; run ./dev setup"
  fi
done <tools/setup/steps.txt
library=$HEALIX_TOOLCHAIN/duckdb/lib
if [[ -d $library ]] && (cd "$library" && sha256sum --check --status) <tools/pins/libduckdb.sha256; then
  finding ok libduckdb.so "hash as pinned"
else
  finding MISSING libduckdb.so "absent or another one; remove $HEALIX_TOOLCHAIN and run ./dev setup"
fi
if [[ -d $(shared_folder) ]]; then
  finding ok "shared data" "$(shared_folder)"
else
  finding note "shared data" "absent; suites that need it are skipped"
fi
((missing == 0)) || fail "$missing missing"
