# SPDX-License-Identifier: Apache-2.0
# A stamp is the hash of the files that decide what a set-up step makes. Sourced, never run.

# Prints the stamp of the files "$@".
stamp_of() { cat -- "$@" | sha256sum | cut -d' ' -f1; }

# True when the stamp file $1 holds the stamp of the other arguments.
stamp_fits() {
  local stamp=$1
  shift
  [[ -f $stamp && $(<"$stamp") == "$(stamp_of "$@")" ]]
}
