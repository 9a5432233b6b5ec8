# SPDX-License-Identifier: Apache-2.0
# One function per kind of test; each leaves its results in $reports for tally.py. Sourced, never run.

# Sets what every test of preset $1 may read from the environment; see CONTRIBUTING.md.
export_test_environment() {
  export HEALIX_BUILD=$HEALIX_ROOT/build/$1
  export HEALIX_BIN=$HEALIX_BUILD/bin/healix
  export TMPDIR=$HEALIX_BUILD/test-tmp
  export PYTHONDONTWRITEBYTECODE=1
  export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
  export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:suppressions=$HEALIX_ROOT/test/tsan.supp}
  mkdir -p "$TMPDIR"
}

# Runs the C++ test programs and fuzz seeds of preset $1; $2 narrows to programs, else to cases, by name.
test_cpp() {
  local preset=$1 filter=$2 started out=$reports/cpp-$1 chosen=()
  started=$(now_us)
  mkdir -p "$out/cases"
  ctest --test-dir "build/$preset" --show-only=json-v1 >"$out/programs.json"
  if [[ -n $filter ]]; then
    if ctest --test-dir "build/$preset" -N -R "$filter" | grep -q '^Total Tests: [1-9]'; then
      chosen=(-R "$filter")
    else
      chosen=(-R '_test$')
      export GTEST_FILTER="*$filter*"
    fi
  fi
  (
    export_test_environment "$preset"
    # Each program writes its cases to a file of its own, so that each case counts.
    export GTEST_OUTPUT=xml:$out/cases/
    ctest --test-dir "build/$preset" --parallel "$(jobs_at_a_time)" --timeout 900 --no-tests=ignore \
      --output-on-failure --output-junit "$out/ctest.xml" "${chosen[@]}" >&2
  ) || true
  unset GTEST_FILTER
  say_step "tests C++ $preset" "$(seconds_since "$started")"
}

# Runs test/ by pytest against preset $1, results named after configuration $2; $3 narrows as pytest -k does.
test_functional() {
  local preset=$1 config=$2 filter=$3 started out=$reports/functional-$2 status=0
  [[ -d test ]] || return 0
  started=$(now_us)
  mkdir -p "$out"
  (
    export_test_environment "$preset"
    "$HEALIX_TOOLCHAIN/venv/bin/python" -m pytest test -q --tb=short -rfE \
      -n "$(jobs_at_a_time)" --dist loadfile \
      -o cache_dir="build/$preset/pytest-cache" --basetemp="$TMPDIR/pytest" \
      --junit-xml="$out/pytest.xml" ${filter:+-k "$filter"} >&2
  ) || status=$?
  echo "$status" >"$out/status"
  say_step "tests $config" "$(seconds_since "$started")"
}

# Prints what ThreadSanitizer is told to overlook; it may name the engine library only.
show_tsan_suppressions() {
  local list=test/tsan.supp
  [[ -f $list ]] || return 0
  say "  ThreadSanitizer overlooks:"
  grep -v '^#' "$list" | sed '/^$/d; s/^/    /' >&2
  if grep -v '^#' "$list" | sed '/^$/d' | grep -qv ':.*libduckdb'; then
    fail "$list may name libduckdb only"
  fi
}
