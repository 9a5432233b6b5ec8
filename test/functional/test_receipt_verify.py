# SPDX-License-Identifier: Apache-2.0
"""`receipt verify` finds what was changed in a home, each case with all counts as they were."""
import contextlib
import hashlib
import pathlib
import sqlite3

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fhir_files import patients, write_ndjson


def rewrite(file: pathlib.Path, changes: dict) -> None:
    """Changes columns of a Parquet file by functions of a row, in its place."""
    table = pq.read_table(file)
    rows = table.to_pylist()
    for name, change in changes.items():
        index = table.schema.get_field_index(name)
        values = pa.array([change(row) for row in rows], table.schema.field(name).type)
        table = table.set_column(index, table.schema.field(name), values)
    pq.write_table(table, file)


def other(row: dict) -> str:
    return row["resource"].replace("00000", "99999")


TAMPERED = {
    "resource": {"resource": other},
    "resource and hash": {"resource": other,
                          "hash": lambda row: hashlib.sha256(other(row).encode()).hexdigest()},
    "id": {"id": lambda row: row["id"] + "x"},
    "file": {"file": lambda row: row["file"] + "x"},
    "ingest": {"ingest": lambda row: "another"},
    "deleted": {"deleted": lambda row: True},
}


@pytest.mark.parametrize("case", TAMPERED)
def test_a_data_file_that_was_changed(healix, tmp_path, table_row, case):
    answer = healix.json("ingest", write_ndjson(tmp_path / "ward/a.ndjson", patients(5)))
    assert healix.json("receipt", "verify", answer["receipt"])["rows"] == 5
    [file] = healix.sql("SELECT DISTINCT _file AS f FROM raw.fhir")
    rewrite(pathlib.Path(file["f"].removeprefix("file://")), TAMPERED[case])
    code = healix.error("receipt", "verify", answer["receipt"])
    assert code in ("RECEIPT_MISMATCH", "PARQUET_INVALID")
    table_row("What receipt verify finds", case=f"data file, changed {case}", code=code)


RECORDS = {
    "a quarantine entry is gone": "DELETE FROM ingest_quarantine",
    "a quarantine entry holds something else": "UPDATE ingest_quarantine SET kept = {bytes}",
    "the list shows another number": "UPDATE ingest_receipts SET written = written + 1",
    "a receipt is copied over another":
        "UPDATE ingest_receipts SET json = (SELECT json FROM ingest_receipts ORDER BY id LIMIT 1), "
        "signature = (SELECT signature FROM ingest_receipts ORDER BY id LIMIT 1)",
}


@pytest.mark.parametrize("case", RECORDS)
def test_records_that_were_changed(healix, tmp_path, table_row, case):
    healix.json("ingest", write_ndjson(tmp_path / "ward/a.ndjson", patients(1)))
    answer = healix.json("ingest", write_ndjson(tmp_path / "ward/b.ndjson", patients(2) + [b"{]"]))
    assert healix.json("receipt", "verify", answer["receipt"])["quarantined"] == 1
    change_records(healix, RECORDS[case])
    code = healix.error("receipt", "verify", answer["receipt"])
    assert code == "RECEIPT_MISMATCH"
    table_row("What receipt verify finds", case=case, code=code)


def change_records(healix, statement: str) -> None:
    connection = healix.env.get("HEALIX_RECORDS_CONNECTION")
    if not connection:
        [file] = [file for file in healix.home.rglob("*.db") if has_receipts(file)]
        with contextlib.closing(sqlite3.connect(file)) as catalogue, catalogue:
            catalogue.execute(statement.format(bytes="x'7b5b'"))
        return
    with psycopg.connect(connection) as catalogue:
        [schema] = [name for (name,) in catalogue.execute(
            "SELECT schemaname FROM pg_tables WHERE tablename = 'ingest_receipts'")]
        catalogue.execute(f'SET search_path TO "{schema}"')
        catalogue.execute(statement.format(bytes=r"'\x7b5b'::bytea"))


def has_receipts(file: pathlib.Path) -> bool:
    with sqlite3.connect(file) as catalogue:
        found = catalogue.execute("SELECT 1 FROM sqlite_master WHERE name = 'ingest_receipts'")
        return found.fetchone() is not None
