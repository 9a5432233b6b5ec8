#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fills duckdb/lib of the private folder with the pinned engine library; npm checks its integrity, we its hash.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d "$HEALIX_TOOLCHAIN/work-XXXXXX")
trap 'rm -rf "$work"' EXIT
cp tools/pins/package.json tools/pins/package-lock.json "$work/"

export PATH=$HEALIX_TOOLCHAIN/venv/bin:$PATH
export NODE_USE_SYSTEM_CA=1 NODE_DISABLE_COMPILE_CACHE=1
export npm_config_fetch_retries=2 npm_config_update_notifier=false
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund)

package=$work/node_modules/@duckdb/node-bindings-linux-x64
(cd "$package" && sha256sum --check) <tools/pins/libduckdb.sha256
mkdir -p "$HEALIX_TOOLCHAIN/duckdb"
rm -rf "$HEALIX_TOOLCHAIN/duckdb/lib"
mkdir "$work/lib"
mv "$package/libduckdb.so" "$work/lib/"
mv "$work/lib" "$HEALIX_TOOLCHAIN/duckdb/lib"
