# SPDX-License-Identifier: Apache-2.0
# Where the conformance suites and the sample data lie. Sourced, never run.

# Prints HEALIX_SHARED, else shared/ beside this checkout, else beside the checkout this worktree belongs to.
shared_folder() {
  local beside
  if [[ -n ${HEALIX_SHARED:-} ]]; then
    echo "$HEALIX_SHARED"
    return
  fi
  beside=$(git rev-parse --path-format=absolute --git-common-dir 2>/dev/null || true)
  for folder in "$HEALIX_ROOT/../shared" "${beside:+$beside/../../shared}"; do
    if [[ -n $folder && -d $folder ]]; then
      (cd "$folder" && pwd)
      return
    fi
  done
  echo "$HEALIX_ROOT/../shared"
}
