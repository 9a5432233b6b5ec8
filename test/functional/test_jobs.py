# SPDX-License-Identifier: Apache-2.0
"""Upkeep runs as jobs: listed, tried again, cancelled, and taken up again after a kill."""
import os
import pathlib
import signal
import time

import pytest

KILLED = -signal.SIGKILL


@pytest.fixture
def table(healix):
    """A table of ten small files with deletes."""
    healix.sql("CREATE TABLE main.t (id BIGINT)")
    for first in range(0, 100, 10):
        healix.sql(f"INSERT INTO main.t SELECT i FROM range({first}, {first + 10}) r(i)")
    healix.sql("DELETE FROM main.t WHERE id % 10 = 3")
    return healix


def ids(healix) -> list[int]:
    return [row["id"] for row in healix.sql("SELECT id FROM main.t ORDER BY id")]


def only_job(healix) -> dict:
    [job] = healix.json("jobs", "list")
    return job


def kill_compaction(healix, point: str = "tables.compact.before_commit:1") -> dict:
    """Kills a compaction at a sync point; returns its job as the next program sees it."""
    done = healix.run("table", "compact", "main.t", env={"HEALIX_KILL_AT": point})
    assert done.returncode == KILLED
    return only_job(healix)


def test_a_job_is_listed_with_what_it_did(table):
    report = table.json("table", "compact", "main.t")
    assert report["files_before"] == 10 and report["files_after"] == 1
    job = only_job(table)
    assert job["id"] == report["job"]
    assert job["kind"] == "tables.compact" and job["arguments"] == {"table": "main.t"}
    assert job["state"] == "done" and job["attempts"] == 1
    assert job["progress_done"] == job["progress_total"] > 0
    assert "main.t" in table.run("jobs").stdout
    assert table.sql("SELECT count(*) AS n FROM main.t") == [{"n": 90}]


def test_another_program_takes_up_what_a_killed_one_left(table):
    before = ids(table)
    job = kill_compaction(table)
    assert job["state"] == "queued" and job["attempts"] == 1
    assert table.json("table", "show", "main.t")["file_count"] == 10, "nothing half-visible"
    [ran] = table.json("jobs", "run")
    assert ran["id"] == job["id"] and ran["state"] == "done" and ran["attempts"] == 2
    assert table.json("table", "show", "main.t")["file_count"] == 1
    assert ids(table) == before
    assert table.json("jobs", "run") == []


def test_asking_again_goes_on_with_the_same_job(table):
    job = kill_compaction(table)
    assert table.json("table", "compact", "main.t")["job"] == job["id"]
    assert only_job(table)["attempts"] == 2


def test_any_upkeep_works_off_what_was_left_first(table):
    job = kill_compaction(table)
    table.json("table", "expire", "main.t")
    states = {entry["kind"]: entry["state"] for entry in table.json("jobs", "list")}
    assert states == {"tables.compact": "done", "tables.expire": "done"}
    assert job["id"] in [entry["id"] for entry in table.json("jobs", "list")]


def test_a_waiting_job_can_be_cancelled(table):
    job = kill_compaction(table)
    table.json("jobs", "cancel", job["id"])
    assert only_job(table)["state"] == "cancelled"
    assert table.json("jobs", "run") == []
    assert table.json("table", "show", "main.t")["file_count"] == 10
    assert table.error("jobs", "cancel", "no-such-job") == "JOB_NOT_FOUND"


def test_a_job_that_dies_again_and_again_is_given_up(table):
    env = {"HEALIX_JOBS_ATTEMPTS_MAX": "2"}
    for _ in range(2):
        done = table.run("table", "compact", "main.t",
                         env={**env, "HEALIX_KILL_AT": "tables.compact.before_commit:1"})
        assert done.returncode == KILLED
    assert table.json("jobs", "run") == []
    job = only_job(table)
    assert job["state"] == "dead" and job["attempts"] == 2 and job["error"] == "JOB_LEASE_LOST"
    assert table.json("table", "compact", "main.t")["files_after"] == 1, "a new job may try"


def test_a_table_that_is_not_there_leaves_no_job(healix):
    for words in (["compact", "main.no"], ["expire", "main.no"], ["orphans", "main.no"]):
        assert healix.error("table", *words) == "TABLE_NOT_FOUND"
    assert healix.json("jobs", "list") == []


def test_orphans_are_removed_when_they_are_old_enough(table):
    before = ids(table)
    location = table.json("table", "show", "main.t")["location"].removeprefix("file://")
    old, young = pathlib.Path(location) / "data/old", pathlib.Path(location) / "data/young"
    for path in (old, young):
        path.write_bytes(b"nobody names this file")
    os.utime(old, (time.time() - 10 * 24 * 3600,) * 2)
    report = table.json("table", "orphans", "main.t")
    assert report["files_removed"] == 1 and report["bytes_removed"] == 22
    assert not old.exists() and young.exists()
    assert ids(table) == before and table.json("doctor")["healthy"]


def test_purge_removes_dropped_tables_after_their_time(table):
    location = pathlib.Path(table.json("table", "show", "main.t")["location"]
                            .removeprefix("file://"))
    table.sql("DROP TABLE main.t")
    assert table.json("table", "purge")["tables_purged"] == 0
    assert table.json("table", "undrop", "main.t")["name"] == "main.t"
    table.sql("DROP TABLE main.t")
    report = table.json("table", "purge", env={"HEALIX_TABLES_DROP_RETENTION_HOURS": "0"})
    assert report["tables_purged"] == 1 and report["files_removed"] > 10
    assert [path for path in location.rglob("*") if path.is_file()] == []
    assert table.error("table", "undrop", "main.t") == "TABLE_NOT_FOUND"


def test_jobs_that_ended_long_ago_are_forgotten(table):
    table.json("table", "compact", "main.t")
    assert len(table.json("jobs", "list")) == 1
    table.json("jobs", "run", env={"HEALIX_JOBS_RETENTION_HOURS": "0"})
    assert table.json("jobs", "list") == []
