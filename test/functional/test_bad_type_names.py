# SPDX-License-Identifier: Apache-2.0
"""Whatever records and files are called, good records are seen and no ingest stops."""
import itertools

import pytest
from fhir_files import line_of, patients, write_ndjson
from taking_in import kept_of, take_in

GOOD = patients(3)
NO_TYPES = ["PATIENT", "Fhir", "Envelope", "FHIR", "EnvelopE", "Fhir_object", "patient", "P", ""]


def of_type(name: str) -> bytes:
    return line_of({"resourceType": name, "id": "odd"})


@pytest.mark.parametrize("name", NO_TYPES)
@pytest.mark.parametrize("place", ["first", "last"])
def test_what_is_no_type_is_quarantined(healix, tmp_path, table_row, name, place):
    lines = [of_type(name)] + GOOD if place == "first" else GOOD + [of_type(name)]
    answer, [entry] = take_in(healix, write_ndjson(tmp_path / "ward/a.ndjson", lines))
    assert entry["code"] == "FHIR_RESOURCE_INVALID"
    assert entry["offset"] == (0 if place == "first" else sum(len(line) + 1 for line in GOOD))
    assert healix.sql("SELECT count(*) AS n FROM raw.patient") == [{"n": len(GOOD)}]
    table_row("Bad input", case=f"resourceType {name!r} comes {place}", code=entry["code"],
              kept=kept_of(answer))


def test_types_that_differ_by_case_are_seen_in_one_view(healix, tmp_path):
    for number, names in enumerate(itertools.permutations(["Patient", "PatienT"])):
        source = f"ward{number}"
        for name in names:
            take_in(healix, write_ndjson(tmp_path / source / f"{name}.ndjson", [of_type(name)]))
    rows = healix.sql("SELECT source, count(*) AS n FROM raw.patient GROUP BY ALL ORDER BY ALL")
    assert rows == [{"source": "ward0", "n": 2}, {"source": "ward1", "n": 2}]


@pytest.mark.parametrize("order", [0, 1])
def test_tables_called_like_views_and_tables_of_healix(healix, tmp_path, order):
    """A CSV called like each of them, before or behind the FHIR records."""
    for source in ("fhir", "patient", "envelope", "raw"):
        folder = tmp_path / source
        folder.mkdir()
        for stem in ("object", "patient", "Envelope", "fhir", ""):
            (folder / f"{stem or '.'}.csv").write_text(f"a,b\n1,{stem}\n")
    large = [line_of({"resourceType": "Patient", "id": "large", "text": {"div": "x" * 100_000}})]
    tabular = [tmp_path / source for source in ("fhir", "patient", "envelope", "raw")]
    fhir = [write_ndjson(tmp_path / "ward/a.ndjson", GOOD + large)]
    small = {"HEALIX_INGEST_INLINE_BYTES_MAX": "64KiB"}
    for path in (tabular + fhir, fhir + tabular)[order]:
        answer, entries = take_in(healix, path, env=small)
        assert entries == [] and answer["written"] > 0
    assert healix.sql("SELECT count(*) AS n FROM raw.patient") == [{"n": len(GOOD) + 1}]
    assert healix.sql("SELECT a, b FROM raw.fhir_object_2") == [{"a": "1", "b": "object"}]
