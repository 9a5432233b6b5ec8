# SPDX-License-Identifier: Apache-2.0
"""Quarantine is listed, shown and re-driven; large records lie beside their table.

What is expected is stated from the files by Python's json alone.
"""
import gzip

from fhir_files import id_of, ndjson, patients, sha256, write_ndjson
from iceberg_readers import DuckDbReader, PyIcebergReader
from taking_in import stored_ids, take_in

GOOD = patients(3)
LARGE = patients(2, prefix="large", filler_bytes=200_000)
SMALL_LIMIT = {"HEALIX_INGEST_RECORD_BYTES_MAX": "100KiB"}
SMALL_INLINE = {"HEALIX_INGEST_INLINE_BYTES_MAX": "64KiB"}


def test_records_over_the_limit_come_in_after_it_was_raised(healix, tmp_path):
    file = write_ndjson(tmp_path / "ward/patients.ndjson", GOOD + LARGE + [b"{]"])
    answer, entries = take_in(healix, file, env=SMALL_LIMIT)
    assert answer["quarantined"] == 3 and {entry["extent"] for entry in entries} == {"record"}

    still = healix.json("quarantine", "redrive", env=SMALL_LIMIT)
    assert (still["tried"], still["kept"], still["receipts"]) == (3, 3, [])
    assert sorted(entry["code"] for entry in still["stayed"]) == [
        "JSON_INVALID", "RECORD_TOO_LARGE", "RECORD_TOO_LARGE"]

    done = healix.json("quarantine", "redrive")
    assert (done["written"], done["kept"]) == (2, 1)
    [receipt] = done["receipts"]
    assert healix.json("receipt", "verify", receipt)["valid"]
    assert stored_ids(healix) == sorted(id_of(line) for line in GOOD + LARGE)
    rows = {row["id"]: row for row in healix.sql('SELECT id, "offset", hash FROM raw.patient')}
    for line in LARGE:
        row = rows[id_of(line)]
        assert (row["offset"], row["hash"]) == (file.read_bytes().index(line), sha256(line))

    answer = healix.json("ingest", file)
    assert (answer["written"], answer["duplicate"], answer["quarantined"]) == (0, 5, 1)
    lines = healix.json("receipt", "list")
    assert sum(line["written"] for line in lines) == 5


def test_what_was_redriven_is_closed_and_strict_is_content(healix, tmp_path):
    file = write_ndjson(tmp_path / "ward/patients.ndjson", GOOD + LARGE)
    strict = ("ingest", "--strict", file)
    assert healix.run(*strict, env=SMALL_LIMIT).returncode == 3
    assert healix.run(*strict).returncode == 3  # they lie there still
    assert healix.json("quarantine", "redrive")["written"] == len(LARGE)
    assert healix.json("quarantine", "list") == []
    assert healix.json("quarantine", "redrive")["tried"] == 0
    assert healix.run(*strict).returncode == 0
    for receipt in healix.json("receipt", "list"):
        assert healix.json("receipt", "verify", receipt["receipt"])["valid"]


def test_one_entry_whose_file_is_gone_says_what_to_do(healix, tmp_path):
    file = write_ndjson(tmp_path / "ward/patients.ndjson", GOOD + LARGE)
    _, [first, _] = take_in(healix, file, env=SMALL_LIMIT)
    file.unlink()
    done = healix.run("quarantine", "redrive", first["id"])
    assert done.returncode == 0
    assert "INPUT_VANISHED" in done.stdout and "put it back" in done.stdout
    write_ndjson(file, GOOD + LARGE)
    assert healix.json("quarantine", "redrive", first["id"])["written"] == 1
    assert len(healix.json("quarantine", "list")) == 1


def test_a_torn_file_that_was_fetched_again(healix, tmp_path):
    whole = gzip.compress(ndjson(GOOD + patients(2000, prefix="more")))
    file = tmp_path / "ward/patients.ndjson.gz"
    file.parent.mkdir()
    file.write_bytes(whole[:-100])
    _, [cut_off, rest] = take_in(healix, file)
    assert (cut_off["extent"], cut_off["code"]) == ("record", "INPUT_TRUNCATED")
    assert (rest["extent"], rest["code"]) == ("rest", "ARCHIVE_INVALID")
    before = len(stored_ids(healix))
    stayed = healix.json("quarantine", "redrive")["stayed"]
    assert {"INPUT_TRUNCATED", "ARCHIVE_INVALID"} == {item["code"] for item in stayed}

    file.write_bytes(whole)
    done = healix.json("quarantine", "redrive")
    assert done["written"] == 2003 - before
    assert not healix.json("quarantine", "list")  # the file holds the record that was cut off
    assert len(stored_ids(healix)) == 2003


def test_an_ingest_of_the_whole_file_answers_what_was_cut_off(healix, tmp_path):
    """Pieces of torn files, plain and packed, are resolved by the file that goes on behind them; not by
    one that says something else there."""
    lines = GOOD + patients(2000, prefix="more")
    folder = tmp_path / "ward"
    folder.mkdir()
    plain, packed = folder / "plain.ndjson", folder / "packed.ndjson.gz"
    plain.write_bytes(ndjson(lines)[:-10])
    packed.write_bytes(gzip.compress(ndjson(lines))[:-100])
    _, entries = take_in(healix, folder)
    assert sorted(entry["code"] for entry in entries) == ["ARCHIVE_INVALID"] + 2 * [
        "INPUT_TRUNCATED"]

    plain.write_bytes(ndjson(patients(2500, prefix="else")))
    _, still = take_in(healix, folder)
    assert [entry["id"] for entry in still] == [entry["id"] for entry in entries]

    plain.write_bytes(ndjson(lines))
    packed.write_bytes(gzip.compress(ndjson(lines)))
    answer, still = take_in(healix, folder)
    assert not still and answer["quarantined"] == 0
    assert stored_ids(healix) == sorted(
        id_of(line) for line in lines + patients(2500, prefix="else"))


def test_csv_of_another_encoding_comes_in_once_it_is_said(healix, tmp_path):
    """Rows that are not UTF-8, and a file of which the header is not: a redrive reads them under the
    setting of now, a second ingest does not."""
    folder = tmp_path / "lab"
    folder.mkdir()
    rows = "id,name\n1,Ann\n2,Müller\n3,Schröder\n"
    (folder / "rows.csv").write_bytes(rows.encode("latin-1"))
    (folder / "head.csv").write_bytes("id,größe\n7,Grün\n".encode("latin-1"))
    answer, entries = take_in(healix, folder)
    assert answer["written"] == 1 and answer["reasons"] == {"UTF8_INVALID": 3}
    assert sorted(entry["extent"] for entry in entries) == ["record", "record", "rest"]
    latin = {"HEALIX_INGEST_CSV_ENCODING": "iso-8859-1"}
    assert healix.json("ingest", folder, env=latin)["quarantined"] == 3
    assert healix.json("quarantine", "redrive")["kept"] == 3

    done = healix.json("quarantine", "redrive", env=latin)
    assert (done["written"], done["kept"]) == (3, 0)
    for receipt in done["receipts"]:
        assert healix.json("receipt", "verify", receipt)["valid"]
    assert healix.sql("SELECT id, name, hx_line FROM raw.lab_rows ORDER BY id") == [
        {"id": "1", "name": "Ann", "hx_line": 2}, {"id": "2", "name": "Müller", "hx_line": 3},
        {"id": "3", "name": "Schröder", "hx_line": 4}]
    [row] = healix.sql("SELECT * FROM raw.lab_head")
    assert list(row.values())[:2] == ["7", "Grün"]
    traced = healix.json("trace", "raw.lab_rows", "2")[0]
    assert traced["match"] == "exact"
    assert not healix.json("quarantine", "list")


def test_a_large_record_lies_beside_its_table_and_is_seen_by_all(healix, tmp_path, table_row):
    file = write_ndjson(tmp_path / "ward/patients.ndjson", GOOD + LARGE)
    take_in(healix, file, env=SMALL_INLINE)
    healix.json("table", "compact", "raw.fhir")
    healix.json("table", "compact", "raw.fhir_object")
    resources = {row["id"]: row["resource"] for row in
                 healix.sql("SELECT id, resource FROM raw.patient")}
    assert resources == {id_of(line): line.decode() for line in GOOD + LARGE}
    for line in GOOD + LARGE:
        [traced] = healix.json("trace", "raw.patient", id_of(line))
        assert traced["source_bytes"] == line.decode() and traced["match"] == "exact"

    for reader in (DuckDbReader(), PyIcebergReader()):
        def rows(table, reader=reader):
            location = healix.json("table", "show", table)["metadata_location"]
            return reader.rows(location, ["id", "hash", "resource", "object"])
        beside = rows("raw.fhir_object")
        assert sorted(row[:3] for row in beside) == sorted(
            (id_of(line), sha256(line), line.decode()) for line in LARGE)
        named = {row[3] for row in rows("raw.fhir") if row[2] is None}
        assert named == {row[3] for row in beside}
        table_row("Readers of large records", reader=reader.name, rows=len(beside))
