#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints what ./dev can do.
set -euo pipefail
cat <<'TEXT'
./dev: builds, runs and tests healix on Debian 12. Everything it needs, it sets up first.

  ./dev run [PATH...]                synthesise 1,000 patients (or take PATHs), ingest them, show what came out
  ./dev test [--all] [--peers] [FILTER]
                                     all tests, or those whose name contains FILTER
  ./dev build [PRESET]               dev (default), release, tsan, fuzz or bench; result in build/PRESET
  ./dev bench [--peers] [NAME]       speed and memory, as ratios against rivals
  ./dev fuzz [TARGET] [--seconds N]  fuzz one or all parsers (60 s each unless told)
  ./dev tidy [--fix] [--clang-tidy]  house rules and formatting
  ./dev setup [--peers]              only the set-up: Debian packages, then the private folder
  ./dev doctor                       is this machine fit? tools, versions, disk, memory

Before the subcommand: --yes never asks (so do CI=true and a missing terminal).

Environment
  HEALIX_TOOLCHAIN  the private folder of pinned packages (default .toolchain)
  HEALIX_JOBS       compilers and test processes at a time (default: processors, at most 2)
  HEALIX_SHARED     conformance suites and sample data (default: ../shared)
  HEALIX_HOME       the home that `./dev run` fills (default: a fresh one in build/run)
TEXT
