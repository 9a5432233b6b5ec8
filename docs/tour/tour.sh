#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two minutes with healix: docs/tour/tour.sh [FOLDER]. Works in FOLDER (default: a fresh one below /tmp), which it leaves
# for you to look at. What it prints is docs/tour/tour.txt; a test runs it and compares.
set -euo pipefail
healix=$(command -v "${HEALIX_BIN:-healix}") || {
  echo "build first: ./dev build release, then HEALIX_BIN=build/release/bin/healix docs/tour/tour.sh" >&2
  exit 1
}
healix=$(readlink -f "$healix")
folder=${1:-$(mktemp -d /tmp/healix-tour-XXXXXX)}
cd "$folder"
unset HEALIX_HOME

# Says what comes next; shows a command as one would type it, and runs it.
step() { printf '\n# %s\n' "$*"; }
healix() {
  local word shown='$ healix'
  for word in "$@"; do
    case $word in
      *"'"*) shown+=" \"${word//\$/\\\$}\"" ;;
      *[!A-Za-z0-9_./:=-]*) shown+=" '$word'" ;;
      *) shown+=" $word" ;;
    esac
  done
  printf '%s\n' "$shown"
  "$healix" "$@" 2>&1
}

step "A home is one folder: tables, small records, keys."
healix init home
export HEALIX_HOME=home

step "Fifty synthetic patients as a hospital would export them (FHIR R4, NDJSON)."
healix synth --patients 50 --seed 1 -o export

step "Take them in. The receipt says what became of every record and byte."
healix ingest --source clinic export
healix table list

step "Ask. There is one view per FHIR type, with one row per version taken in."
healix sql -c "SELECT json_extract_string(resource, '\$.gender') AS gender, count(*) AS patients
FROM raw.patient GROUP BY gender ORDER BY gender"
healix sql -c "SELECT json_extract_string(resource, '\$.code.coding[0].display') AS name, count(*) AS n
FROM raw.condition GROUP BY name ORDER BY n DESC, name LIMIT 3"

step "The same files again: everything is a duplicate, nothing is written twice."
healix ingest --source clinic export

step "A file with a bad line: it goes to quarantine, its neighbours are taken in."
mkdir ward3
cat >ward3/patients.ndjson <<'LINES'
{"resourceType": "Patient", "id": "anna", "gender": "female"}
{"resourceType": "Patient", "id": "berta", "gender": }
{"resourceType": "Patient", "id": "clara", "gender": "female"}
LINES
healix ingest ward3
healix quarantine list
healix quarantine show 1

step "The ward sends it again, corrected. Only what was missing is written."
sed 's/"gender": }/"gender": "female"}/' ward3/patients.ndjson >ward3/corrected.ndjson
healix ingest ward3/corrected.ndjson

step "Every change is a snapshot, and a table can be asked as it was."
healix table history raw.fhir
first=$("$healix" --json table history raw.fhir | sed 's/.*\[{"snapshot_id": *\([0-9]*\).*/\1/')
healix sql -c "SELECT source, count(*) AS records FROM raw.fhir GROUP BY source ORDER BY source"
healix sql -c "SELECT source, count(*) AS records FROM raw.fhir AT (VERSION => $first) GROUP BY source ORDER BY source"

step "From a row back to the bytes it came from."
healix trace raw.patient berta

step "Receipts are signed, and checked against signature and tables."
healix receipt list
receipt=$("$healix" --json receipt list | sed 's/.*"receipt": *"\([^"]*\)".*/\1/') # the oldest
healix receipt verify "$receipt"

step "Results go to files that other tools read."
healix sql -c 'SELECT id, arrived_at, resource FROM raw.patient' -o patients.parquet

step "What healix does not do is said with a code."
healix sql -c "SELECT * FROM read_csv('/etc/passwd')" || true
