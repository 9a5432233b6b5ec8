# SPDX-License-Identifier: Apache-2.0
"""Gate 2: what healix writes, others read: each operation x reader is one case, equal rows and sums.

A table goes through its life by SQL; after each step the rows that healix answers must equal those
that the reader finds from `metadata_location` alone, and so must what it counts and sums behind a filter.
"""
import json
import os
import pathlib
import random

import pytest
from iceberg_readers import DuckDbReader, PyIcebergReader, SparkReader

CREATE = """
CREATE TABLE main.visits AS SELECT i::BIGINT AS id, ('p' || (i % 7)) AS patient,
  (i * 1.25)::DECIMAL(12,2) AS cost, DATE '2024-01-01' + (i % 90)::INTEGER AS day,
  (i % 5)::INTEGER AS ward, CASE WHEN i % 11 = 0 THEN NULL ELSE i / 3.0 END AS score
FROM range(0, 1000) t(i)
"""

# Each step: name, statements, the columns to compare afterwards.
BASE = ["id", "patient", "cost", "day", "ward", "score"]
STEPS = {
    "append": (["INSERT INTO main.visits SELECT id + 1000, patient, cost, day, ward, score "
                "FROM main.visits"], BASE),
    "rename": (["ALTER TABLE main.visits RENAME COLUMN patient TO person",
                "INSERT INTO main.visits SELECT * FROM main.visits WHERE id < 10"],
               ["id", "person", "cost", "day", "ward", "score"]),
    "add": (["ALTER TABLE main.visits ADD COLUMN note VARCHAR",
             "INSERT INTO main.visits SELECT 5000, 'x', 1.5, DATE '2025-02-03', 1, 0.5, 'first'"],
            BASE + ["note"]),
    "drop": (["ALTER TABLE main.visits DROP COLUMN score",
              "INSERT INTO main.visits SELECT 6000, 'y', 2.5, DATE '2025-02-04', 2"],
             ["id", "patient", "cost", "day", "ward"]),
    "widen": (["ALTER TABLE main.visits ALTER COLUMN ward TYPE BIGINT",
               "INSERT INTO main.visits SELECT 7000, 'z', 3.5, DATE '2025-02-05', 5000000000, 1.0"],
              BASE),
    "widen decimal and float": (
        ["ALTER TABLE main.visits ADD COLUMN price DECIMAL(8,2)",
         "ALTER TABLE main.visits ADD COLUMN share FLOAT",
         "INSERT INTO main.visits SELECT id + 1000, patient, cost, day, ward, score, 12.25, 0.5 "
         "FROM main.visits WHERE id < 10",
         "ALTER TABLE main.visits ALTER COLUMN price TYPE DECIMAL(18,2)",
         "ALTER TABLE main.visits ALTER COLUMN share TYPE DOUBLE",
         "INSERT INTO main.visits SELECT 7000, 'z', 3.5, DATE '2025-02-05', 1, 1.0, "
         "1234567890123456.75, 0.1"], BASE + ["price", "share"]),
    "partition": (["ALTER TABLE main.visits SET PARTITIONED BY (month(day), truncate(2, patient))",
                   "INSERT INTO main.visits SELECT id + 2000, patient, cost, day, ward, score "
                   "FROM main.visits WHERE id < 200",
                   "DELETE FROM main.visits WHERE id % 5 = 0"], BASE),
    "delete": (["DELETE FROM main.visits WHERE id % 3 = 0",
                "DELETE FROM main.visits WHERE patient = 'p1' AND ward = 2"], BASE),
    "delete-all-of-a-file": (["INSERT INTO main.visits SELECT id + 1000, patient, cost, day, ward, score "
                              "FROM main.visits WHERE id < 5",
                              "DELETE FROM main.visits WHERE id < 1000"], BASE),
}

# Keeps some rows of every step, and not all; files can be skipped by it.
FILTER = "id >= 500 AND day < '2024-03-15'"
CELLS = "Gate 2: others read what healix wrote"


def plain(value):
    """Brings a value of any reader to the text that healix prints in JSON."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return round(value, 9)
    return str(value)


def healix_rows(healix, columns, clause=""):
    names = ", ".join(f"{name}::VARCHAR AS {name}" if name in ("cost", "day", "price") else name
                      for name in columns)
    rows = healix.sql(f"SELECT {names} FROM main.visits {clause}")
    return sorted((tuple(plain(row[name]) for name in columns) for row in rows), key=repr)


def reader_rows(reader, location, columns, snapshot_id=None):
    rows = reader.rows(location, columns, snapshot_id)
    return sorted((tuple(plain(value) for value in row) for row in rows), key=repr)


@pytest.fixture(scope="session", params=[PyIcebergReader, DuckDbReader, SparkReader],
                ids=lambda one: one.name)
def reader(request, tmp_path_factory):
    """One of each for the whole run; Spark only by `./dev test --peers`."""
    if request.param is not SparkReader:
        yield request.param()
        return
    if os.environ.get("HEALIX_TEST_PEERS") != "1":
        pytest.skip("Spark reads with ./dev test --peers")
    with SparkReader(pathlib.Path(os.environ["HEALIX_PEERS"]),
                     tmp_path_factory.mktemp("spark")) as spark:
        yield spark


@pytest.fixture
def table(healix):
    healix.sql(CREATE)
    return healix


def check_reader(reader, healix, columns) -> str:
    """Compares what the reader finds now with what healix says; returns the cell of the printed table."""
    shown = healix.json("table", "show", "main.visits")
    location = shown["metadata_location"]
    expected = healix_rows(healix, columns)
    assert reader_rows(reader, location, columns) == expected
    assert len(expected) == shown["record_count"] > 0
    [said] = healix.sql("SELECT count(*) AS n, sum(id)::BIGINT AS ids, sum(cost)::VARCHAR AS cost "
                        f"FROM main.visits WHERE {FILTER}")
    totals = reader.totals(location, FILTER)
    assert totals == (said["n"], said["ids"], said["cost"]) and totals[0] > 0
    _, ids, cost = reader.totals(location, "id >= 0")
    return f"{len(expected)} rows, ids {ids}, cost {cost}"


@pytest.mark.parametrize("step", STEPS)
def test_reader_agrees_after(table, step, reader, table_row):
    statements, columns = STEPS[step]
    for statement in statements:
        table.sql(statement)
    table_row(CELLS, operation=step, **{reader.name: check_reader(reader, table, columns)})


def test_reader_agrees_after_compaction(table, reader, table_row):
    for first in range(2000, 2100, 10):
        table.sql(f"INSERT INTO main.visits SELECT id + {first}, patient, cost, day, ward, score "
                  "FROM main.visits WHERE id < 10")
    table.sql("DELETE FROM main.visits WHERE id % 4 = 1")
    before = healix_rows(table, BASE)
    report = table.json("table", "compact", "main.visits")
    assert report["files_after"] < report["files_before"]
    assert healix_rows(table, BASE) == before
    table_row(CELLS, operation="compaction", **{reader.name: check_reader(reader, table, BASE)})


def test_reader_agrees_in_time_travel(table, reader, table_row):
    states = []
    for statement in ("INSERT INTO main.visits SELECT id + 1000, patient, cost, day, ward, score "
                      "FROM main.visits WHERE id < 100",
                      "DELETE FROM main.visits WHERE ward = 1",
                      "INSERT INTO main.visits SELECT 9999, 'q', 0.25, DATE '2025-12-31', 9, NULL"):
        states.append((table.json("table", "show", "main.visits")["snapshot_id"],
                       healix_rows(table, BASE)))
        table.sql(statement)
    location = table.json("table", "show", "main.visits")["metadata_location"]
    for snapshot_id, expected in states:
        assert reader_rows(reader, location, BASE, snapshot_id) == expected
        assert healix_rows(table, BASE, f"AT (VERSION => {snapshot_id})") == expected
    counts = ", ".join(str(len(rows)) for _, rows in states)
    table_row(CELLS, operation="time travel", **{reader.name: f"{counts} rows in 3 snapshots"})


def test_reader_agrees_on_nested_columns(healix, reader, table_row):
    healix.sql("CREATE TABLE main.visits AS SELECT i AS id, {'given': 'g' || i, 'tags': [i, i + 1]} "
               "AS name, [{'code': 'c' || i}, NULL] AS codes FROM range(0, 20) t(i)")
    healix.sql("INSERT INTO main.visits SELECT 100, NULL, NULL")
    location = healix.json("table", "show", "main.visits")["metadata_location"]
    rows = reader.rows(location, ["id", "name", "codes"])
    expected = healix.sql("SELECT id, name, codes FROM main.visits")
    # pyiceberg 0.12 answers [] for a NULL list of structs; pyarrow finds NULL in the same file.
    empty = [] if isinstance(reader, PyIcebergReader) else None
    assert sorted(map(repr, rows)) == sorted(
        repr((row["id"], row["name"], empty if row["codes"] is None else row["codes"]))
        for row in expected)
    table_row(CELLS, operation="nested columns", **{reader.name: f"{len(rows)} rows"})


def listed_totals(location: str) -> dict[str, int]:
    """Counts what the manifests of the newest snapshot list, by pyiceberg, under the names of a summary."""
    from pyiceberg.table import StaticTable
    inspect = StaticTable.from_metadata(location).inspect
    data, deletes = inspect.data_files().to_pylist(), inspect.delete_files().to_pylist()
    return {"total-data-files": len(data), "total-records": sum(file["record_count"] for file in data),
            "total-delete-files": len(deletes),
            "total-position-deletes": sum(file["record_count"] for file in deletes)}


def newest_summary(location: str) -> dict[str, str]:
    metadata = json.loads(pathlib.Path(location.removeprefix("file://")).read_text(encoding="utf-8"))
    [newest] = [snapshot for snapshot in metadata["snapshots"]
                if snapshot["snapshot-id"] == metadata["current-snapshot-id"]]
    return newest["summary"]


@pytest.mark.parametrize("seed", range(3))
def test_counts_and_totals_hold_in_any_order_of_changes(healix, seed):
    dice, ids, last = random.Random(seed), set(), 0
    duckdb_reader = DuckDbReader()
    healix.sql("CREATE TABLE main.r (id BIGINT, kind VARCHAR)")
    for step in range(10):
        if not ids or dice.random() < 0.4:
            first, last = last, last + dice.randint(1, 20)
            healix.sql(f"INSERT INTO main.r SELECT i, 'k' || (i % 3) FROM range({first}, {last}) t(i)")
            ids |= set(range(first, last))
        elif dice.random() < 0.8:
            first, end, every = dice.randrange(last), dice.randrange(last) + 1, dice.choice([1, 1, 2, 3])
            healix.sql(f"DELETE FROM main.r WHERE id >= {first} AND id < {end} AND id % {every} = 0")
            ids -= {i for i in range(first, end) if i % every == 0}
        else:
            healix.json("table", "compact", "main.r")
        shown = healix.json("table", "show", "main.r")
        location = shown["metadata_location"]
        assert shown["record_count"] == len(ids), step
        assert sorted(duckdb_reader.rows(location, ["id"])) == sorted((i,) for i in ids), step
        summary = newest_summary(location)
        assert {name: int(summary[name]) for name in listed_totals(location)} == listed_totals(location), step


def test_deletes_leave_the_totals_with_the_file_they_apply_to(healix):
    healix.sql("CREATE TABLE main.r (a INTEGER)")
    for statement in ("INSERT INTO main.r VALUES (1), (2), (3)", "DELETE FROM main.r WHERE a = 1",
                      "DELETE FROM main.r WHERE a >= 2"):
        healix.sql(statement)
    summary = newest_summary(healix.json("table", "show", "main.r")["metadata_location"])
    assert summary["removed-delete-files"] == summary["removed-position-deletes"] == "1"
    assert {name: count for name, count in summary.items() if name.startswith("total-")} == {
        f"total-{name}": "0" for name in ("data-files", "delete-files", "equality-deletes", "files-size",
                                          "position-deletes", "records")}
