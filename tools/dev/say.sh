# SPDX-License-Identifier: Apache-2.0
# What ./dev says to people: one line per step with its time, errors with the next thing to try.
# Sourced, never run.

# Prints a line on standard error, so that standard output stays free for results.
say() { printf '%s\n' "$*" >&2; }

# Prints an error and ends the script.
fail() {
  say "dev: $*"
  exit 1
}

# Prints the time now in microseconds.
now_us() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

# Prints the seconds since $1 (a value of now_us) with one decimal.
seconds_since() {
  local tenths=$((($(now_us) - $1 + 50000) / 100000))
  printf '%d.%d s' $((tenths / 10)) $((tenths % 10))
}

# Prints the line of a finished step: name, time, remark.
say_step() { printf '  %-18s %9s  %s\n' "$1" "$2" "${3:-}" >&2; }

# Runs "$@" as step $1 with all its output in a log; shows the end of the log when it fails.
run_step() {
  local name=$1 log=$2 started
  shift 2
  started=$(now_us)
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    say_step "$name" "$(seconds_since "$started")" "FAILED"
    tail -n 30 "$log" >&2
    fail "$name failed; the whole log is $log"
  fi
  say_step "$name" "$(seconds_since "$started")" done
}
