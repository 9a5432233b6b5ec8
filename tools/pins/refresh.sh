#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes the hashed pin files anew from their .in files and package.json. For those who raise a version.
set -euo pipefail
cd "$(dirname "$0")/../.."

export PATH=${HEALIX_TOOLCHAIN:-$PWD/.toolchain}/venv/bin:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -I -m venv "$work/venv"
"$work/venv/bin/pip" install --disable-pip-version-check --quiet uv
for name in requirements headers-build peers-build peers; do
  binary=(--only-binary :all:)
  [[ $name != peers ]] || binary+=(--no-binary pyspark)
  "$work/venv/bin/uv" pip compile --quiet --no-header --generate-hashes "${binary[@]}" \
    --python-version 3.11 --python-platform x86_64-manylinux_2_36 "$@" "tools/pins/$name.in" -o "tools/pins/$name.txt"
done
# No address in the lock file: whoever installs uses the registry of his own settings.
npm install --prefix tools/pins --package-lock-only --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved
# maven.sha256 is refreshed by hand: (cd .toolchain/peers/jars && sha256sum *.jar), after a look at what changed.
git diff --stat -- tools/pins
