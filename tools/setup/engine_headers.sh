#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fills duckdb/include of the private folder from DuckDB's hash-checked source package.
# pip wants the package's build backend before it hands the archive over: it gets one in a throw-away venv.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d "$HEALIX_TOOLCHAIN/work-XXXXXX")
trap 'rm -rf "$work"' EXIT
python=/usr/bin/python3
[[ -x $python ]] || python=$(command -v python3)

"$python" -I -m venv "$work/venv"
pip=("$work/venv/bin/pip" --disable-pip-version-check)
"${pip[@]}" install --no-deps --require-hashes --only-binary :all: -r tools/pins/headers-build.txt
PATH=$work/venv/bin:$PATH "${pip[@]}" download --no-deps --require-hashes --no-binary duckdb \
  --no-build-isolation --dest "$work" -r tools/pins/headers.txt

mkdir "$work/source"
tar -xzf "$work"/duckdb-*.tar.gz -C "$work/source" --strip-components=1 \
  --wildcards '*/external/duckdb/src/include' '*/external/duckdb/LICENSE'
test -f "$work/source/external/duckdb/src/include/duckdb.hpp"
mkdir -p "$HEALIX_TOOLCHAIN/duckdb"
rm -rf "$HEALIX_TOOLCHAIN/duckdb/include"
mv "$work/source/external/duckdb/LICENSE" "$HEALIX_TOOLCHAIN/duckdb/LICENSE"
mv "$work/source/external/duckdb/src/include" "$HEALIX_TOOLCHAIN/duckdb/include"
