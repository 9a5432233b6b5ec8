#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fills peers/venv of the private folder: pyspark, whose source package holds Spark's jars.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv=$HEALIX_TOOLCHAIN/peers/venv
python=/usr/bin/python3
[[ -x $python ]] || python=$(command -v python3)
rm -rf "$venv"
"$python" -I -m venv "$venv"
install=("$venv/bin/pip" install --disable-pip-version-check --no-deps --require-hashes --only-binary :all:)
"${install[@]}" -r tools/pins/peers-build.txt
"${install[@]}" --no-binary pyspark --no-build-isolation --use-pep517 -r tools/pins/peers.txt
"$venv/bin/python" -c 'import pyspark; print(pyspark.__version__)'
