# SPDX-License-Identifier: Apache-2.0
# A private PostgreSQL for the tests: a unix socket in a folder of its own, no port, no disk flushes.
# Sourced, never run. It is stopped by its process id, and by the kernel should we die before.

postgres_pid=
postgres_folder=

# Starts the server and exports HEALIX_TEST_POSTGRES, a libpq connection string.
start_postgres() {
  local bin as_user=() tries
  bin=$(pg_config --bindir)
  [[ -x $bin/initdb ]] || fail "PostgreSQL's server is missing; run ./dev setup"
  # Short (a socket's path has 107 bytes) and reachable by another user, which a checkout may not be.
  postgres_folder=$(mktemp -d /tmp/healix-pg-XXXXXX)
  if ((EUID == 0)); then # PostgreSQL refuses to run as root
    chown postgres: "$postgres_folder"
    as_user=(--reuid=postgres --regid=postgres --init-groups)
  fi
  (
    cd "$postgres_folder"
    setpriv "${as_user[@]}" "$bin/initdb" --pgdata="$postgres_folder/data" --username=healix --auth=trust \
      --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$postgres_folder.log" 2>&1
  ) || { cat "$postgres_folder.log" >&2 && fail "initdb failed"; }
  cd "$postgres_folder"
  setpriv "${as_user[@]}" --pdeathsig INT "$bin/postgres" -D "$postgres_folder/data" \
    -c listen_addresses= -c unix_socket_directories="$postgres_folder" -c fsync=off \
    -c max_connections=200 >>"$postgres_folder.log" 2>&1 </dev/null &
  postgres_pid=$!
  cd "$HEALIX_ROOT"
  for ((tries = 0; tries < 300; tries++)); do
    if psql -q -h "$postgres_folder" -U healix -d postgres -c 'CREATE DATABASE healix' 2>/dev/null; then
      export HEALIX_TEST_POSTGRES="host=$postgres_folder user=healix dbname=healix"
      return 0
    fi
    kill -0 "$postgres_pid" 2>/dev/null || break
    sleep 0.1
  done
  cat "$postgres_folder.log" >&2
  fail "the tests' PostgreSQL did not start"
}

# Stops the server and removes its folder; does nothing when none was started.
stop_postgres() {
  if [[ -n $postgres_pid ]]; then
    kill -INT "$postgres_pid" 2>/dev/null || true
    wait "$postgres_pid" 2>/dev/null || true
    postgres_pid=
  fi
  if [[ -n $postgres_folder ]]; then
    rm -rf "$postgres_folder" "$postgres_folder.log"
    postgres_folder=
  fi
}
