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
for name in requirements headers-build; do
  "$work/venv/bin/uv" pip compile --quiet --no-header --generate-hashes --only-binary :all: \
    --python-version 3.11 --python-platform x86_64-manylinux_2_36 "$@" "tools/pins/$name.in" -o "tools/pins/$name.txt"
done
# No address in the lock file: whoever installs uses the registry of his own settings.
npm install --prefix tools/pins --package-lock-only --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved
git diff --stat -- tools/pins
