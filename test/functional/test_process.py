# SPDX-License-Identifier: Apache-2.0
"""healix as a process among others: what it leaves readable, what it says when its output, a limit
or a signal stops it."""
import json
import os
import resource
import signal
import stat
import subprocess
import time

import pytest
from fhir_files import patients, write_ndjson

ENDLESS = "SELECT sum(hash(i)) AS s FROM range(1000000000000) t(i)"
SPILLING = ("SELECT max(n) AS n FROM (SELECT i, row_number() OVER (ORDER BY md5(i::VARCHAR)) AS n "
            "FROM range(50000000) t(i))")


def started(healix, *words, **options) -> subprocess.Popen:
    return subprocess.Popen([healix.program, "--home", str(healix.home), "--json", *map(str, words)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={**os.environ, **healix.env, **options.pop("env", {})}, **options)


def ended(process: subprocess.Popen) -> tuple[int, str]:
    """The exit code and the code of the error on standard error."""
    _, said = process.communicate(timeout=120)
    return process.returncode, json.loads(said)["error"]["code"] if said else ""


def wait_until(condition) -> None:
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("waited a minute in vain")


def files_below(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


def readable_by_others(home) -> list[str]:
    return [str(path) for path in [home, *home.rglob("*")]
            if stat.S_IMODE(path.lstat().st_mode) & 0o077]


# --- what others may read ---

def test_a_home_is_private_whatever_the_umask(program, new_home, tmp_path):
    before = os.umask(0)
    try:
        healix = new_home("open")
        healix.json("ingest", write_ndjson(tmp_path / "ward/people.ndjson", patients(3)))
        healix.json("sql", "-c", "CREATE TABLE t AS SELECT 1 AS a")
    finally:
        os.umask(before)
    assert readable_by_others(healix.home) == []


def test_spilled_data_is_private_and_goes_with_the_query(healix):
    query = started(healix, "sql", "-c", SPILLING, umask=0,
                    env={"HEALIX_ENGINE_MEMORY_BYTES_MAX": str(64 << 20),
                         "HEALIX_ENGINE_THREADS": "1"})
    wait_until(lambda: files_below(healix.home / "tmp") or query.poll() is not None)
    assert readable_by_others(healix.home / "tmp") == []
    query.send_signal(signal.SIGINT)
    assert ended(query) == (1, "CANCELLED")
    assert files_below(healix.home / "tmp") == []


# --- signals ---

@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_a_query(healix, number):
    query = started(healix, "sql", "-c", ENDLESS)
    wait_until(lambda: (healix.home / "lock").read_text().strip() == str(query.pid))
    query.send_signal(number)
    assert ended(query) == (1, "CANCELLED")
    assert healix.sql("SELECT 1 AS one") == [{"one": 1}]


def test_a_signal_cancels_a_write_without_a_trace(healix):
    healix.json("sql", "-c", "CREATE TABLE t (i BIGINT)")
    before = {path for path in files_below(healix.home / "warehouse")}
    insert = started(healix, "sql", "-c", "INSERT INTO t SELECT i FROM range(1000000000000) x(i)")
    wait_until(lambda: set(files_below(healix.home / "warehouse")) != before)
    insert.send_signal(signal.SIGTERM)
    assert ended(insert) == (1, "CANCELLED")
    assert set(files_below(healix.home / "warehouse")) == before
    assert healix.sql("SELECT count(*) AS n FROM t") == [{"n": 0}]


def test_a_signal_cancels_waiting_for_statements(healix):
    waiting = started(healix, "sql", "-", stdin=subprocess.PIPE)
    wait_until(lambda: (healix.home / "lock").read_text().strip() == str(waiting.pid))
    waiting.send_signal(signal.SIGINT)
    assert ended(waiting) == (1, "CANCELLED")


def test_a_cancelled_ingest_is_completed_by_the_next(healix, tmp_path):
    people = patients(3000)
    file = write_ndjson(tmp_path / "ward/people.ndjson", people)
    ingest = started(healix, "ingest", file, env={"HEALIX_INGEST_BATCH_BYTES_MAX": "65536"})
    wait_until(lambda: files_below(healix.home / "warehouse"))
    ingest.send_signal(signal.SIGINT)
    code, error = ended(ingest)
    assert (code, error) in [(1, "CANCELLED"), (0, "")]
    healix.json("ingest", file)
    assert healix.sql("SELECT count(*) AS n FROM raw.patient") == [{"n": len(people)}]
    for receipt in healix.json("receipt", "list"):
        assert healix.json("receipt", "verify", receipt["receipt"])["valid"]


def test_a_signal_ends_a_command_that_only_reads_the_lock(healix):
    """Commands that can't be asked to stop end at once, and say so."""
    holder = started(healix, "sql", "-", stdin=subprocess.PIPE)
    wait_until(lambda: (healix.home / "lock").read_text().strip() == str(holder.pid))
    doctor = started(healix, "doctor", env={"HEALIX_HOME_LOCK_WAIT_MS": "600000"})
    wait_until(lambda: signals_blocked(doctor.pid))
    doctor.send_signal(signal.SIGTERM)
    assert ended(doctor) == (1, "CANCELLED")
    holder.communicate(b"SELECT 1", timeout=120)
    assert holder.returncode == 0


def signals_blocked(pid: int) -> bool:
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        [mask] = [line.split()[1] for line in status if line.startswith("SigBlk")]
    return int(mask, 16) & (1 << (signal.SIGTERM - 1)) != 0


# --- output that can't be written ---

@pytest.mark.parametrize("words", [
    ["version"], ["version", "--json"], ["--help"],
    ["sql", "-c", "SELECT 1 AS a"], ["sql", "--format", "json", "-c", "SELECT 1 AS a"],
    ["sql", "--format", "csv", "-c", "SELECT * FROM range(1000000000000)"]])
def test_output_that_is_lost_is_an_error(healix, words):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([healix.program, "--home", healix.home, *words], stdout=full,
                              stderr=subprocess.PIPE, timeout=120, check=False)
    assert done.returncode == 1
    assert b"IO_FAILED" in done.stderr


def test_a_closed_standard_output_is_an_error_and_not_the_next_file(healix):
    done = subprocess.run(["sh", "-c", '"$0" --home "$1" sql -c "SELECT 1 AS a" >&-',
                           healix.program, healix.home], stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1 and b"IO_FAILED" in done.stderr
    assert healix.sql("SELECT 1 AS one") == [{"one": 1}]


def test_a_limit_of_the_file_size_is_an_error(healix):
    healix.json("sql", "-c", "CREATE TABLE t (s VARCHAR)")
    insert = started(healix, "sql", "-c",
                     "INSERT INTO t SELECT md5(i::VARCHAR) FROM range(1000000) x(i)",
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20,) * 2))
    assert ended(insert) == (1, "IO_FAILED")
    assert healix.sql("SELECT count(*) AS n FROM t") == [{"n": 0}]


# --- names that steer a terminal ---

def test_foreign_names_do_not_reach_the_terminal(healix, tmp_path):
    name = "a\x1b]0;pwn\x07\nerror[FAKE]: forged.ndjson"
    file = tmp_path / "ward" / name
    file.parent.mkdir()
    file.write_bytes(b"not json\n")
    for words in (["ingest", file], ["quarantine", "list"], ["ingest", f"{file}-absent"],
                  ["sql", "-c", "SELECT chr(27) || '[31m' AS x, chr(155) AS y"]):
        done = healix.run(*words)
        assert "\x1b" not in done.stdout + done.stderr and "\x9b" not in done.stdout
        assert "\nerror[FAKE]" not in done.stdout + done.stderr
    assert healix.json("quarantine", "list")[0]["file"] == str(file)
