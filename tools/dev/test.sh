#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All tests of healix: ./dev test [--all] [--peers] [FILTER]. The last line is `N passed, N failed, N skipped`.
#   C++ programs and fuzz seeds by CTest, functional tests in test/ by pytest, a private PostgreSQL for both.
#   --all    every configuration of test/configs, ThreadSanitizer, 1,000 kills of the release build
#   --peers  the heavy real parts too (Spark and others)
set -euo pipefail
cd "$HEALIX_ROOT"
. tools/dev/say.sh
. tools/dev/jobs.sh
. tools/dev/shared.sh
. tools/dev/postgres.sh
. tools/dev/test_suites.sh

all='' filter=''
while (($#)); do
  case $1 in
    --all) all=1 ;;
    --peers) export HEALIX_TEST_PEERS=1 ;;
    -*) fail "unknown option $1; ./dev test [--all] [--peers] [FILTER]" ;;
    *) filter=$1 ;;
  esac
  shift
done

reports=$HEALIX_ROOT/build/reports
rm -rf "$reports"
mkdir -p "$reports"

# Cleans up whatever happened. A run that broke before its tally is one failure, and says so.
tallied=''
finish() {
  local status=$?
  trap - EXIT
  stop_postgres
  rm -rf build/{dev,release,tsan}/test-tmp
  [[ -n $tallied ]] || echo "0 passed, 1 failed, 0 skipped"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [[ -n ${HEALIX_TEST_PEERS:-} ]]; then
  bash tools/setup/all.sh --peers
  export HEALIX_PEERS=$HEALIX_TOOLCHAIN/peers
fi
bash tools/dev/build.sh dev
HEALIX_SHARED=$(shared_folder)
export HEALIX_SHARED
[[ -d $HEALIX_SHARED ]] || say "  no shared data in $HEALIX_SHARED: suites that need it are skipped"
started=$(now_us)
start_postgres
say_step PostgreSQL "$(seconds_since "$started")" "private, pid $postgres_pid"

test_cpp dev "$filter"
test_functional dev default "$filter"
if [[ -n $all ]]; then
  for config in test/configs/*.yaml; do
    [[ -e $config ]] || continue
    HEALIX_TEST_CONFIG=$HEALIX_ROOT/$config test_functional dev "$(basename "$config" .yaml)" "$filter"
  done
  # A thousand kills are a matter of minutes for the program that people run.
  bash tools/dev/build.sh release
  HEALIX_TEST_KILLS=${HEALIX_TEST_KILLS:-1000} test_functional release kills test_crash
  bash tools/dev/build.sh tsan
  show_tsan_suppressions
  test_cpp tsan "$filter"
fi

tallied=1
stop_postgres
python3 -I tools/dev/tally.py "$reports"
