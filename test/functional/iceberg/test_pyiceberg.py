# SPDX-License-Identifier: Apache-2.0
"""pyiceberg reads the tables healix writes, and healix plans the tables of others as pyiceberg counted them."""

import csv
import datetime
import json
import os
import pathlib
import subprocess
import tarfile

import pyarrow
import pytest
from pyiceberg.table import StaticTable

BUILD = pathlib.Path(os.environ.get("HEALIX_BUILD", pathlib.Path(__file__).parents[3] / "build" / "dev"))
SHARED = pathlib.Path(os.environ.get("HEALIX_SHARED", "absent")) / "conformance" / "iceberg"


def run(program, only, **environment):
    subprocess.run(
        [BUILD / "test" / program, f"--gtest_filter={only}"],
        env={**os.environ, **{name: str(path) for name, path in environment.items()}, "GTEST_OUTPUT": ""},
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="module", params=(2, 3))
def written(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    run("healix_lakehouse_iceberg_test", "IcebergExchangeTest.Writes*", HEALIX_ICEBERG_EXCHANGE=folder)
    return StaticTable.from_metadata(str(folder / f"table_v{request.param}" / "metadata" / "final.metadata.json"))


def planned(table, **options):
    tasks = table.scan(**options).plan_files()
    return {pathlib.Path(task.file.file_path).name: task.file for task in tasks}


def test_metadata_is_understood(written):
    assert written.metadata.properties == {"owner": "healix"}
    assert [field.name for field in written.schema().fields] == ["id", "title", "at", "score"]
    assert [field.field_id for field in written.schema().fields] == [1, 2, 3, 4]
    assert written.metadata.last_column_id == 4
    assert {key: [field.field_id for field in spec.fields] for key, spec in written.specs().items()} == {
        0: [1000, 1001, 1002],
        1: [1003],
    }
    assert [snapshot.snapshot_id for snapshot in written.snapshots()] == [101, 102, 103]
    assert written.current_snapshot().summary["total-records"] == "112"
    assert written.current_snapshot().summary["total-data-files"] == "2"
    assert written.current_snapshot().parent_snapshot_id == 102


def test_manifests_are_understood(written):
    files = planned(written)
    assert {name: file.record_count for name, file in files.items()} == {"b.parquet": 12, "c.parquet": 100}
    kept = files["b.parquet"]
    assert kept.partition[0] == 2 and kept.partition[1] == "part ä" and kept.partition[2] == 2
    assert kept.lower_bounds[1] == (2).to_bytes(8, "little")
    assert kept.null_value_counts == {1: 0, 2: 1}
    assert files["c.parquet"].partition[0] == 600
    assert set(planned(written, snapshot_id=101)) == {"a.parquet", "b.parquet"}
    manifests = written.current_snapshot().manifests(written.io)
    assert [manifest.sequence_number for manifest in manifests] == [3, 2]
    assert manifests[0].min_sequence_number == 1
    statuses = [entry.status for entry in manifests[0].fetch_manifest_entry(written.io, discard_deleted=False)]
    assert sorted(int(status) for status in statuses) == [0, 2]


def test_pyiceberg_prunes_by_what_healix_wrote(written):
    assert set(planned(written, row_filter="id > 50")) == {"c.parquet"}
    after = datetime.datetime(1971, 1, 1).isoformat()
    assert set(planned(written, row_filter=f"at >= '{after}'")) == {"c.parquet"}


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    if not SHARED.exists():
        pytest.skip("shared data is absent: conformance/iceberg")
    folder = tmp_path_factory.mktemp("tables")
    with pyarrow.input_stream(str(SHARED / "duckdb-iceberg-persistent.tar.zst"), compression="zstd") as stream:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            archive.extractall(folder)
    tables = folder / "data"
    run("healix_formats_avro_test", "ExchangeTest.ReadsEvery*", HEALIX_ICEBERG_TABLES=tables)
    run("healix_lakehouse_iceberg_test", "MetadataTest.ReadsTheMetadata*", HEALIX_ICEBERG_TABLES=tables)
    run(
        "healix_lakehouse_iceberg_test",
        "IcebergExchangeTest.Plans*",
        HEALIX_ICEBERG_TABLES=folder,
        HEALIX_ICEBERG_EXCHANGE=folder,
    )
    lines = [json.loads(line) for line in (folder / "plans.ndjson").read_text().splitlines()]
    return {line["metadata"]: line for line in lines}


def test_counted_tables_are_planned_in_full(plans):
    """The reference counted rows by reading; data records less deleted positions must be the same."""
    right, wrong = 0, []
    with (SHARED / "expected_tables.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if not row["rows"]:
                continue
            plan = plans[f"{row['table']}/metadata/{row['metadata_file']}"]
            rows = plan.get("records", -1) - plan.get("position_deletes", 0)
            if rows == int(row["rows"]) and plan["columns"] == int(row["columns"]):
                right += 1
            else:
                wrong.append((row["table"], row["rows"], plan))
    print(f"counted tables planned: {right} of {right + len(wrong)}")
    assert not wrong


def test_every_table_of_the_suite_can_be_planned(plans):
    with (SHARED / "expected_tables.csv").open(newline="") as file:
        last = [f"{row['table']}/metadata/{row['metadata_file']}" for row in csv.DictReader(file)]
    assert {name: plans[name]["error"] for name in last if "error" in plans[name]} == {}
