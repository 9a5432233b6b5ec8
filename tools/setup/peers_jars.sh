#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fills peers/jars of the private folder by Maven: Iceberg for Spark, Synthea. Every file is checked by our own hash.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d "$HEALIX_TOOLCHAIN/work-XXXXXX")
trap 'rm -rf "$work"' EXIT
cp tools/pins/pom.xml "$work/"
mvn --batch-mode --quiet --strict-checksums --file "$work/pom.xml" \
  org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory="$work/jars"
pins=$PWD/tools/pins/maven.sha256
(cd "$work/jars" && sha256sum --check --quiet "$pins")
[[ $(ls "$work/jars" | wc -l) == $(wc -l <"$pins") ]] || { echo "Maven brought files that are not pinned" && exit 1; }
mkdir -p "$HEALIX_TOOLCHAIN/peers"
rm -rf "$HEALIX_TOOLCHAIN/peers/jars"
mv "$work/jars" "$HEALIX_TOOLCHAIN/peers/jars"
