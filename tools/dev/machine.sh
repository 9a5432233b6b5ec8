#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the machine in one line: processor, cores, memory, kernel.
set -euo pipefail
model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
memory_gib=$(awk '/^MemTotal/ {printf "%.1f", $2 / 1048576}' /proc/meminfo)
echo "machine: ${model:-unknown processor}, $(nproc) cores, $memory_gib GiB memory, Linux $(uname -r)"
