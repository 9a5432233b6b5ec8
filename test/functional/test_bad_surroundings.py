# SPDX-License-Identifier: Apache-2.0
"""Section 6, what happens around an ingest: the folder vanishes, the disk is full, the process is
killed, two do the same at once. Nothing half-visible; a second run completes the work.
"""
import json
import os
import signal
import subprocess
import time

import pytest
from fhir_files import id_of, patients, write_ndjson

# A file is several batches, each committed on its own.
SMALL_BATCHES = {"HEALIX_INGEST_BATCH_BYTES_MAX": "64KiB"}


def start(healix, *words, env=None, **options) -> subprocess.Popen:
    return subprocess.Popen([healix.program, "--home", healix.home, *map(str, words), "--json"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env={**os.environ, **healix.env, **(env or {})}, **options)


def stored(healix) -> dict[str, list[str]]:
    """Ids in the order of each file."""
    found: dict[str, list[str]] = {}
    tables = [entry["name"] for entry in healix.json("table", "list")]
    rows = healix.sql('SELECT file, id FROM raw.fhir ORDER BY file, "offset"') \
        if "raw.fhir" in tables else []
    for row in rows:
        found.setdefault(row["file"], []).append(row["id"])
    return found


def check_whole(healix, files: dict[str, list[bytes]]) -> None:
    """Each record of each file is there once, and the receipts say `written` exactly so often."""
    assert stored(healix) == {path: [id_of(line) for line in lines]
                              for path, lines in files.items()}
    receipts = healix.json("receipt", "list")
    assert sum(one["written"] for one in receipts) == sum(map(len, files.values()))
    for one in receipts:
        assert healix.json("receipt", "verify", one["receipt"])["valid"]


def check_fronts(healix, files: dict[str, list[bytes]]) -> int:
    """Each file shows only whole records from its front; returns how many there are in all."""
    found = stored(healix)
    assert set(found) <= set(files)
    for path, kept in found.items():
        assert kept == [id_of(line) for line in files[path]][:len(kept)]
    assert healix.json("doctor")["healthy"]
    return sum(map(len, found.values()))


def write_folder(folder, files: int, records: int) -> dict[str, list[bytes]]:
    written = {}
    for i in range(files):
        lines = patients(records, prefix=f"f{i}", filler_bytes=900)
        written[str(write_ndjson(folder / f"part{i:03}.ndjson", lines))] = lines
    return written


def test_folder_that_vanishes_while_it_is_read(healix, tmp_path, table_row):
    folder = tmp_path / "ward"
    files = write_folder(folder, files=150, records=70)
    passed = tmp_path / "passed.log"
    child = start(healix, "ingest", folder, env={**SMALL_BATCHES, "HEALIX_SYNC_LOG": str(passed)})
    while "ingest.batch.after_commit" not in (passed.read_text() if passed.exists() else ""):
        assert child.poll() is None, child.stderr.read()
        time.sleep(0.005)
    child.send_signal(signal.SIGSTOP)  # so that the folder goes at one instant
    folder.rename(tmp_path / "elsewhere")
    child.send_signal(signal.SIGCONT)
    _, errors = child.communicate()
    error = json.loads(errors)["error"]
    assert (child.returncode, error["code"]) == (1, "INPUT_VANISHED"), error
    kept = check_fronts(healix, files)
    assert 0 < kept < sum(map(len, files.values()))
    table_row("Bad input", case="a folder that vanishes", code=error["code"],
              position=error["message"].rpartition("/ward/")[2], kept=f"{kept} of {150 * 70}")

    (tmp_path / "elsewhere").rename(folder)
    healix.json("ingest", folder)
    check_whole(healix, files)


def test_a_path_that_is_not_there(healix, tmp_path):
    assert healix.error("ingest", tmp_path / "nowhere") == "FILE_NOT_FOUND"


# Runs in a mount namespace of its own, where a small disk can be mounted without being root outside.
ON_A_SMALL_DISK = """
set -eu
mount -t tmpfs -o size=6m none "$DISK"
"$HEALIX_BIN" init "$DISK/home" >/dev/null
h() { "$HEALIX_BIN" --home "$DISK/home" --json "$@"; }
h ingest "$INPUT" >"$OUT/first.json" 2>"$OUT/first.err" && echo 0 >"$OUT/first.exit" || echo $? >"$OUT/first.exit"
mount -o remount,size=400m "$DISK"
h sql -c 'SELECT file, id FROM raw.fhir ORDER BY file, "offset"' >"$OUT/kept.json"
h doctor >"$OUT/doctor.json"
h ingest "$INPUT" >"$OUT/second.json"
h sql -c 'SELECT file, id FROM raw.fhir ORDER BY file, "offset"' >"$OUT/all.json"
h receipt list >"$OUT/receipts.json"
"""


def can_mount() -> bool:
    return subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"],
                          capture_output=True, check=False).returncode == 0


def test_full_disk(healix, tmp_path, table_row):
    if healix.env:
        pytest.skip("records are not on this disk")
    if not can_mount():
        pytest.skip("this machine lets nobody mount a tmpfs in a namespace of its own")
    # Random filler does not compress, so the disk is full after some batches.
    lines = [line.replace(b"xxxx", os.urandom(900).hex().encode()) for line in
             patients(8000, filler_bytes=4)]
    file = write_ndjson(tmp_path / "ward/people.ndjson", lines)
    (tmp_path / "disk").mkdir()
    done = subprocess.run(
        ["unshare", "-rm", "bash", "-c", ON_A_SMALL_DISK], capture_output=True, text=True,
        check=False, env={**os.environ, "HEALIX_INGEST_BATCH_BYTES_MAX": "1MiB",
                          "DISK": str(tmp_path / "disk"), "OUT": str(tmp_path),
                          "INPUT": str(file), "HEALIX_BIN": healix.program})
    assert done.returncode == 0, done.stderr[-2000:]

    def read(name):
        return json.loads((tmp_path / name).read_text())
    assert (tmp_path / "first.exit").read_text().strip() == "1"
    error = read("first.err")["error"]
    assert error["code"] == "DISK_FULL"
    kept, expected = [row["id"] for row in read("kept.json")], [id_of(line) for line in lines]
    assert kept == expected[:len(kept)] and 0 < len(kept) < len(expected)
    assert read("doctor.json")["healthy"]
    assert [row["id"] for row in read("all.json")] == expected
    assert sum(receipt["written"] for receipt in read("receipts.json")) == len(expected)
    table_row("Bad input", case="a full disk", code=error["code"],
              position=error["message"].rpartition("/")[2],
              kept=f"{len(kept)} of {len(lines)}")


def test_kill_9_in_the_middle(healix, tmp_path, table_row):
    """One instant of many; test_crash.py goes through all of them."""
    lines = patients(300, filler_bytes=900)
    file = write_ndjson(tmp_path / "ward/people.ndjson", lines)
    files = {str(file): lines}
    done = healix.run("ingest", file, env={**SMALL_BATCHES,
                                           "HEALIX_KILL_AT": "ingest.batch.after_commit:2"})
    assert done.returncode == -signal.SIGKILL
    kept = check_fronts(healix, files)
    assert 0 < kept < len(lines)
    assert not healix.json("receipt", "list")
    answer = healix.json("ingest", file)
    assert answer["written"] == len(lines)
    check_whole(healix, files)
    table_row("Bad input", case="kill -9", code="none, it is dead",
              position=f"record {kept}", kept=f"{kept} of {len(lines)}")


def check_told_once(healix) -> None:
    """Each row stands as written in exactly one receipt, and each receipt is right."""
    receipts = healix.json("receipt", "list")
    assert sum(one["written"] for one in receipts) == sum(map(len, stored(healix).values()))
    for one in receipts:
        assert healix.json("receipt", "verify", one["receipt"])["valid"]


def test_kill_9_and_then_another_file(healix, tmp_path, table_row):
    """What a killed run committed of a file that is gone or changed has a receipt of its own."""
    lines = patients(300, filler_bytes=900)
    file = write_ndjson(tmp_path / "ward/people.ndjson", lines)
    killed = {**SMALL_BATCHES, "HEALIX_KILL_AT": "ingest.batch.after_commit:2"}
    assert healix.run("ingest", file, env=killed).returncode == -signal.SIGKILL
    write_ndjson(file, lines + patients(1, prefix="more"))
    answer = healix.json("ingest", file)
    kept = answer["duplicate"]
    assert (answer["written"], answer["status"]) == (301 - kept, "complete") and kept > 0
    check_told_once(healix)
    [closed] = [one for one in healix.json("receipt", "list") if one["receipt"] != answer["receipt"]]
    shown = json.loads(healix.json("receipt", "show", closed["receipt"])["receipt"])
    assert (shown["status"], shown["totals"]["written"]) == ("interrupted", kept)

    other = write_ndjson(tmp_path / "ward/others.ndjson", patients(300, "o", filler_bytes=900))
    assert healix.run("ingest", other, env=killed).returncode == -signal.SIGKILL
    other.unlink()
    healix.json("ingest", file)
    check_told_once(healix)
    table_row("Bad input", case="kill -9, then the file is another", code="none, it is dead",
              position=f"record {kept}", kept=f"{kept} in a receipt of the killed run")


def test_file_that_grows_while_it_is_read(healix, tmp_path, table_row):
    file = write_ndjson(tmp_path / "ward/people.ndjson", patients(4000, filler_bytes=900))
    passed = tmp_path / "passed.log"
    child = start(healix, "ingest", file, env={**SMALL_BATCHES, "HEALIX_SYNC_LOG": str(passed)})
    while "ingest.batch.after_commit" not in (passed.read_text() if passed.exists() else ""):
        assert child.poll() is None, child.stderr.read()
        time.sleep(0.005)
    with open(file, "ab") as grows:
        grows.write(patients(1, prefix="more")[0] + b"\n")
    out, errors = child.communicate()
    assert (child.returncode, json.loads(errors)["error"]["code"]) == (1, "INPUT_VANISHED")
    answer, rows = json.loads(out), sum(map(len, stored(healix).values()))
    # The answer counts what is in the table, not what was read.
    assert answer["status"] == "interrupted"
    assert answer["written"] == rows and 0 < rows <= 4000
    check_told_once(healix)
    assert healix.json("ingest", file)["written"] == 4001 - rows
    check_told_once(healix)
    table_row("Bad input", case="a file that grows", code="INPUT_VANISHED",
              position="people.ndjson", kept=f"{rows} of 4000")


def test_two_ingests_of_the_same_file_at_once(healix, tmp_path, table_row):
    lines = patients(200, filler_bytes=900)
    file = write_ndjson(tmp_path / "ward/people.ndjson", lines)
    wait = {**SMALL_BATCHES, "HEALIX_HOME_LOCK_WAIT_MS": "300000"}
    children = [start(healix, "ingest", file, env=wait) for _ in range(2)]
    answers = []
    for child in children:
        out, errors = child.communicate()
        assert child.returncode == 0, errors
        answers.append(json.loads(out))
    assert sorted(answer["written"] for answer in answers) == [0, len(lines)]
    assert sorted(answer["duplicate"] for answer in answers) == [0, len(lines)]
    check_whole(healix, {str(file): lines})
    table_row("Bad input", case="two ingests of the same file at once", code="none, one waits",
              kept=f"{len(lines)} of {len(lines)}, once")


def test_home_in_use_is_said_at_once_when_asked_not_to_wait(healix, tmp_path):
    lines = patients(2000, filler_bytes=900)
    file = write_ndjson(tmp_path / "ward/people.ndjson", lines)
    passed = tmp_path / "passed.log"
    child = start(healix, "ingest", file, env={**SMALL_BATCHES, "HEALIX_SYNC_LOG": str(passed)})
    while not passed.exists() or not passed.read_text():
        assert child.poll() is None, child.stderr.read()
        time.sleep(0.005)
    child.send_signal(signal.SIGSTOP)  # it holds the home and stays where it is
    code = healix.error("ingest", file, env={"HEALIX_HOME_LOCK_WAIT_MS": "0"})
    child.send_signal(signal.SIGCONT)
    child.communicate()
    assert (code, child.returncode) == ("HOME_IN_USE", 0)
    check_whole(healix, {str(file): lines})


def test_two_commits_at_once(healix, table_row):
    healix.sql("CREATE TABLE main.visits AS SELECT 0 AS id, 0 AS writer")
    wait = {"HEALIX_HOME_LOCK_WAIT_MS": "300000"}
    children = [start(healix, "sql", "-c", f"INSERT INTO main.visits SELECT i, {writer} FROM "
                      f"range({writer * 100}, {writer * 100 + 50}) t(i)", env=wait)
                for writer in (1, 2, 3)]
    for child in children:
        _, errors = child.communicate()
        assert child.returncode == 0, errors
    counted = healix.sql("SELECT writer, count(*) AS n FROM main.visits GROUP BY writer "
                         "ORDER BY writer")
    assert [(row["writer"], row["n"]) for row in counted] == [(0, 1), (1, 50), (2, 50), (3, 50)]
    assert len(healix.json("table", "history", "main.visits")) == 4
    table_row("Bad input", case="two commits at once", code="none, one waits",
              kept="3 of 3 writers, 151 rows")
