# SPDX-License-Identifier: Apache-2.0
"""Section 6, files whose content is bad: a code and a position for what can't be read, the good
records around it are kept, and the corrected file completes the work.
"""
import json

import pyarrow
import pyarrow.parquet
import pytest
from fhir_files import bundle, id_of, line_of, ndjson, patient, patients
from taking_in import kept_of, place_of, stored_ids, take_in

GOOD = patients(5)
CORRECTED = patients(1, prefix="corrected")


# Each case: the bad line, the code it gets. It stands between good lines, so its position is known.
DEEP = b'{"resourceType":"Patient","id":"deep","extension":' + b"[" * 5000 + b"]" * 5000 + b"}"
BAD_LINES = {
    "not JSON": (b'{"resourceType":"Patient","id":oops}', "JSON_INVALID"),
    "deep nesting": (DEEP, "NESTING_TOO_DEEP"),
    "invalid UTF-8": (b'{"resourceType":"Patient","id":"u","text":"\xff\xfe"}', "UTF8_INVALID"),
    "duplicate keys": (b'{"resourceType":"Patient","id":"d","id":"e"}', "JSON_DUPLICATE_KEY"),
    "not a resource": (b'{"id":"no-type"}', "FHIR_RESOURCE_INVALID"),
}


@pytest.mark.parametrize("case", BAD_LINES)
def test_one_bad_line_among_good_ones(healix, tmp_path, table_row, case):
    bad, code = BAD_LINES[case]
    file = tmp_path / "ward/patients.ndjson"
    file.parent.mkdir()
    file.write_bytes(ndjson(GOOD[:3] + [bad] + GOOD[3:]))
    answer, [entry] = take_in(healix, file)
    assert entry["code"] == code
    assert (entry["offset"], entry["length"]) == (len(ndjson(GOOD[:3])), len(bad))
    assert stored_ids(healix) == [id_of(line) for line in GOOD]
    assert answer["reasons"] == {code: 1}
    table_row("Bad input", case=case, code=code, position=place_of(entry),
              kept=kept_of(answer))

    file.write_bytes(ndjson(GOOD + CORRECTED))  # the second run completes the work
    again, _ = take_in(healix, file)
    assert (again["written"], again["duplicate"], again["quarantined"]) == (1, 5, 0)
    assert stored_ids(healix) == sorted(id_of(line) for line in GOOD + CORRECTED)


def test_bad_line_is_shown_with_its_bytes(healix, tmp_path):
    bad = b'{"resourceType":"Patient","id":oops}'
    file = tmp_path / "ward/patients.ndjson"
    file.parent.mkdir()
    file.write_bytes(ndjson(GOOD[:1] + [bad] + GOOD[1:]))
    _, [entry] = take_in(healix, file)
    assert healix.json("quarantine", "show", entry["id"])["kept"] == bad.decode()


def test_strict_turns_quarantine_into_exit_3(healix, tmp_path):
    file = tmp_path / "ward/patients.ndjson"
    file.parent.mkdir()
    file.write_bytes(ndjson(GOOD + [b"{]"]))
    assert healix.run("ingest", "--strict", file).returncode == 3
    assert stored_ids(healix) == [id_of(line) for line in GOOD]


def test_dry_run_finds_the_same_and_writes_nothing(healix, tmp_path):
    file = tmp_path / "ward/patients.ndjson"
    file.parent.mkdir()
    file.write_bytes(ndjson(GOOD + [bad for bad, _ in BAD_LINES.values()] + GOOD[:1]))
    checked = healix.json("ingest", "--check", file)
    assert not healix.json("receipt", "list")
    assert not healix.json("quarantine", "list")
    assert "raw.fhir" not in [entry["name"] for entry in healix.json("table", "list")]
    taken, _ = take_in(healix, file)
    for name in ("found", "written", "duplicate", "quarantined", "bytes", "types", "reasons"):
        assert checked[name] == taken[name], name


def test_truncated_json(healix, tmp_path, table_row):
    whole = ndjson(GOOD)
    file = tmp_path / "ward/patients.ndjson"
    file.parent.mkdir()
    file.write_bytes(whole[:-20])
    answer, [entry] = take_in(healix, file)
    assert entry["code"] == "INPUT_TRUNCATED"
    assert entry["offset"] == len(ndjson(GOOD[:-1]))
    assert stored_ids(healix) == [id_of(line) for line in GOOD[:-1]]
    table_row("Bad input", case="truncated JSON", code=entry["code"], position=place_of(entry),
              kept=kept_of(answer))

    file.write_bytes(whole)  # fetched again: the second run completes the work
    answer, _ = take_in(healix, file)
    assert (answer["written"], answer["duplicate"]) == (1, 4)
    assert stored_ids(healix) == [id_of(line) for line in GOOD]


def test_bundle_with_one_bad_entry(healix, tmp_path, table_row):
    people = [patient(f"b{i}") for i in range(4)]
    text = bundle(people)
    bad = line_of(people[2]).replace(b",", b", ").replace(b":", b": ")
    assert text.count(bad) == 1
    broken = bad.replace(b'"Patient"', b'"Patient",,')
    file = tmp_path / "ward/bundle.json"
    file.parent.mkdir()
    file.write_bytes(text.replace(bad, broken))
    answer, [entry] = take_in(healix, file)
    assert entry["code"] == "JSON_INVALID"
    assert entry["offset"] <= text.index(bad) < entry["offset"] + entry["length"]
    assert stored_ids(healix) == ["b0", "b1", "b3"]
    table_row("Bad input", case="Bundle with one bad entry", code=entry["code"],
              position=place_of(entry), kept=kept_of(answer))

    file.write_bytes(text)
    answer, _ = take_in(healix, file)
    assert (answer["written"], answer["duplicate"]) == (1, 3)


def test_ragged_csv(healix, tmp_path, table_row):
    file = tmp_path / "lab/results.csv"
    file.parent.mkdir()
    file.write_text("id,code,value\n1,a,5\n2,b\n3,c,6,7\n4,\"d\ne\",8\n5,f,9\n")
    answer, entries = take_in(healix, file)
    assert [(entry["code"], entry["line"]) for entry in entries] == [
        ("CSV_INVALID", 3), ("CSV_INVALID", 4)]
    rows = healix.sql("SELECT id, code, value FROM raw.lab_results ORDER BY id")
    assert rows == [{"id": "1", "code": "a", "value": "5"}, {"id": "4", "code": "d\ne", "value": "8"},
                    {"id": "5", "code": "f", "value": "9"}]
    table_row("Bad input", case="ragged CSV", code="CSV_INVALID",
              position=" and ".join(place_of(entry) for entry in entries),
              kept=kept_of(answer))

    again, _ = take_in(healix, file)  # the same file again adds nothing
    assert (again["written"], again["duplicate"], again["quarantined"]) == (0, 3, 2)
    (tmp_path / "lab/corrected.csv").write_text("id,code,value\n2,b,6\n3,c,7\n")
    corrected, _ = take_in(healix, tmp_path / "lab/corrected.csv")
    assert (corrected["written"], corrected["quarantined"]) == (2, 0)


BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE Patient [<!ENTITY a0 "ha">""" + b"".join(
    f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">'.encode() for i in range(1, 12)) + b"""]>
<Patient xmlns="http://hl7.org/fhir"><id value="&a11;"/></Patient>"""


def test_xml_bomb(healix, tmp_path, table_row):
    folder = tmp_path / "ward"
    folder.mkdir()
    (folder / "bomb.xml").write_bytes(BILLION_LAUGHS)
    (folder / "good.xml").write_text(
        '<Patient xmlns="http://hl7.org/fhir"><id value="x1"/><active value="true"/></Patient>')
    answer, [entry] = take_in(healix, folder)
    assert entry["code"] == "XML_INVALID" and entry["file"].endswith("bomb.xml")
    assert stored_ids(healix) == ["x1"]
    table_row("Bad input", case="XML bomb", code=entry["code"], position=place_of(entry),
              kept=kept_of(answer))

    (folder / "bomb.xml").write_text(
        '<Patient xmlns="http://hl7.org/fhir"><id value="x2"/><active value="true"/></Patient>')
    answer, _ = take_in(healix, folder)
    assert (answer["written"], answer["duplicate"], answer["quarantined"]) == (1, 1, 0)
    assert stored_ids(healix) == ["x1", "x2"]


def test_json_that_is_no_fhir_at_all(healix, tmp_path):
    file = tmp_path / "ward/settings.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"colour": "blue"}))
    answer, [entry] = take_in(healix, file)
    assert (answer["written"], entry["code"]) == (0, "FHIR_RESOURCE_INVALID")


def test_columns_of_a_parquet_file_do_not_hide_where_its_rows_lie(healix, tmp_path):
    (tmp_path / "ward").mkdir()
    file = tmp_path / "ward/places.parquet"
    pyarrow.parquet.write_table(
        pyarrow.table({"_pos": [5, 9, 1], "_FILE": ["a", "b", "c"]}), file)
    take_in(healix, file)
    [table] = [one["name"] for one in healix.json("table", "list") if "places" in one["name"]]
    rows = healix.sql(f'SELECT _pos, "_FILE", hx_offset FROM {table} ORDER BY hx_offset')
    assert [tuple(row.values()) for row in rows] == [(5, "a", 0), (9, "b", 1), (1, "c", 2)]
