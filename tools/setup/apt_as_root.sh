#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the packages "$@" so that no PostgreSQL cluster is made and no daemon starts. Runs as root.
set -euo pipefail

# PostgreSQL's tools serve the tests only: they start their own private server.
cluster_settings=/etc/postgresql-common/createcluster.conf
if [[ ! -e $cluster_settings ]]; then
  mkdir -p "$(dirname "$cluster_settings")"
  echo 'create_main_cluster = false' >"$cluster_settings"
fi

# Debian asks this program before it starts a daemon; 101 means no. An existing one is left alone.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
options=(-y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3)
apt-get "${options[@]}" update
apt-get "${options[@]}" -o Dpkg::Options::=--force-confold install --no-install-recommends "$@"
