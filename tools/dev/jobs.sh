# SPDX-License-Identifier: Apache-2.0
# How many processes may work at a time: memory, not processors, is what runs out first. Sourced, never run.

# Prints HEALIX_JOBS, else the number of processors but at most 2.
jobs_at_a_time() {
  local processors
  processors=$(nproc)
  echo "${HEALIX_JOBS:-$((processors < 2 ? processors : 2))}"
}
