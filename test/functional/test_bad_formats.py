# SPDX-License-Identifier: Apache-2.0
"""What hides inside a format: each byte is a record, envelope or in quarantine, and one bad file
stops no other.
"""
import gzip
import io
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fhir_files import id_of, line_of, ndjson, patient, patients, write_ndjson
from taking_in import byte_classes, kept_of, place_of, stored_ids, take_in

GOOD = patients(5)
PATIENT = line_of(patient("hidden")).decode()

HIDDEN = {
    "escaped entry": '{"resourceType":"Bundle","\\u0065ntry":[{"resource":%s}]}',
    "entry that is an object": '{"resourceType":"Bundle","entry":{"resource":%s}}',
    "resource misspelt": '{"resourceType":"Bundle","entry":[{"resourc":%s}]}',
    "second entry": '{"resourceType":"Bundle","entry":[],"entry":[{"resource":%s}]}',
    "entry of another resource":
        '{"entry":[{"resource":%s}],"resourceType":"Observation","id":"o"}',
    "two resources in XML": '<Bundle xmlns="http://hl7.org/fhir"><entry><resource>'
                            '<Patient><id value="a"/></Patient><Patient><id value="b"/></Patient>'
                            '</resource></entry></Bundle>',
}


@pytest.mark.parametrize("case", HIDDEN)
def test_no_resource_hides_in_a_bundle(healix, tmp_path, table_row, case):
    text = HIDDEN[case].replace("%s", PATIENT)
    file = tmp_path / "ward" / ("a.xml" if text.startswith("<") else "a.json")
    file.parent.mkdir()
    file.write_text(text)
    answer, entries = take_in(healix, file)
    assert answer["found"] == 1
    assert byte_classes(healix, answer)["total"] == len(text)
    table_row("Bad input", case=f"Bundle: {case}",
              code=entries[0]["code"] if entries else "none, it is read", kept=kept_of(answer))


def damaged(case: str) -> tuple[bytes, int]:
    """A damaged gzip file of the good lines, and how many of them must come out. Behind a wrong
    checksum any record may be a changed one, so none may."""
    whole = gzip.compress(ndjson(GOOD))
    if case == "garbage behind gzip":
        return whole + b"garbage", len(GOOD)
    if case == "wrong checksum":
        return whole[:-8] + b"\0\0\0\0" + whole[-4:], 0
    return whole[:-9], len(GOOD) - 1


@pytest.mark.parametrize("case", ["garbage behind gzip", "wrong checksum", "cut off near the end"])
def test_small_damaged_file_keeps_what_is_sure(healix, tmp_path, table_row, case):
    data, least = damaged(case)
    file = tmp_path / "ward/people.ndjson.gz"
    file.parent.mkdir()
    file.write_bytes(data)
    answer, entries = take_in(healix, file)
    assert answer["written"] >= least if least else answer["written"] == 0
    assert entries[-1]["code"] == "ARCHIVE_INVALID"
    if answer["written"]:  # else there is no table yet
        assert stored_ids(healix) == [id_of(line) for line in GOOD[:answer["written"]]]
    records = sum(len(line) for line in GOOD[:answer["written"]])
    assert byte_classes(healix, answer)["records"] == records
    table_row("Bad input", case=f"gzip: {case}", code="ARCHIVE_INVALID",
              position=place_of(entries[-1]), kept=kept_of(answer))


def tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def test_tar_behind_a_tar_is_read_and_garbage_behind_it_counted(healix, tmp_path, table_row):
    file = tmp_path / "ward/ab.tar"
    file.parent.mkdir()
    garbage = b"no tar at all"
    file.write_bytes(tar({"a.ndjson": ndjson(GOOD[:2])}) + tar({"b.ndjson": ndjson(GOOD[2:])}) +
                     garbage)
    answer, [entry] = take_in(healix, file)
    assert stored_ids(healix) == [id_of(line) for line in GOOD]
    assert (entry["code"], entry["length"]) == ("ARCHIVE_INVALID", len(garbage))
    assert byte_classes(healix, answer)["quarantined"] == len(garbage)
    table_row("Bad input", case="bytes behind a tar's end", code=entry["code"],
              position=place_of(entry), kept=kept_of(answer))


LATIN = "id,name\n1,Müller\n2,Strauß €\n".encode("cp1252")


def test_csv_that_is_not_utf8(healix, tmp_path, table_row):
    file = tmp_path / "lab/names.csv"
    file.parent.mkdir()
    file.write_bytes(LATIN)
    answer, entries = take_in(healix, file)
    assert [entry["code"] for entry in entries] == ["UTF8_INVALID"] * 2
    table_row("Bad input", case="CSV not in UTF-8", code="UTF8_INVALID", kept=kept_of(answer))


def test_csv_in_windows_1252_when_the_setting_says_so(healix, tmp_path):
    file = tmp_path / "lab/names.csv"
    file.parent.mkdir()
    file.write_bytes(LATIN)
    answer, entries = take_in(healix, file, env={"HEALIX_INGEST_CSV_ENCODING": "windows-1252"})
    assert not entries and byte_classes(healix, answer)["total"] == len(LATIN)
    rows = healix.sql("SELECT name, hx_offset, hx_length FROM raw.lab_names ORDER BY id")
    lines = LATIN.splitlines(keepends=True)
    assert rows == [{"name": "Müller", "hx_offset": 8, "hx_length": len(lines[1])},
                    {"name": "Strauß €", "hx_offset": 8 + len(lines[1]), "hx_length": len(lines[2])}]


def write_parquet(path, table: pa.Table) -> bytes:
    pq.write_table(table, path, compression="none", use_dictionary=False)
    return path.read_bytes()


def bad_parquet(folder) -> None:
    """Files that no table can take: damaged pages, a type Iceberg lacks, two types for one table."""
    data = bytearray(write_parquet(folder / "pages.parquet", pa.table({"a": list(range(50000))})))
    data[4:4000] = b"\xff" * 3996  # with the header of the first page
    (folder / "pages.parquet").write_bytes(data)
    nanoseconds = pa.array([1], pa.timestamp("ns"))
    write_parquet(folder / "nano.parquet", pa.table({"at": nanoseconds}))
    (folder / "x").mkdir()
    write_parquet(folder / "same.parquet", pa.table({"a": [1]}))
    write_parquet(folder / "x/same.parquet", pa.table({"a": ["text"]}))


def test_bad_parquet_stops_no_neighbour(healix, tmp_path, table_row):
    folder = tmp_path / "ward"
    folder.mkdir()
    write_ndjson(folder / "zz.ndjson", GOOD)
    bad_parquet(folder)
    answer, entries = take_in(healix, folder)
    assert stored_ids(healix) == [id_of(line) for line in GOOD]
    bad = {entry["file"].rsplit("/", 1)[1] for entry in entries}
    assert {"pages.parquet", "same.parquet"} <= bad
    assert all(entry["length"] > 0 for entry in entries)
    table_row("Bad input", case="Parquet with damaged pages", code=entries[0]["code"],
              position=place_of(entries[0]), kept=kept_of(answer))


def test_wide_csv(healix, tmp_path, table_row):
    """Some hundred columns fit in the default memory; thousands are put aside."""
    folder = tmp_path / "lab"
    folder.mkdir()
    for name, columns in (("wide", 300), ("huge", 3000)):
        row = ",".join(f"value {i}" for i in range(columns))
        header = ",".join(f"c{i}" for i in range(columns))
        (folder / f"{name}.csv").write_text("\n".join([header] + [row] * 3000) + "\n")
    answer, [entry] = take_in(healix, folder)
    assert entry["code"] == "LIMIT_EXCEEDED" and entry["file"].endswith("huge.csv")
    assert entry["length"] == (folder / "huge.csv").stat().st_size
    assert healix.sql("SELECT count(*) AS n FROM raw.lab_wide") == [{"n": 3000}]
    table_row("Bad input", case="CSV of 3,000 columns", code=entry["code"],
              position=place_of(entry), kept=kept_of(answer))
