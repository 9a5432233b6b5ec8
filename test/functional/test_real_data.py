# SPDX-License-Identifier: Apache-2.0
"""Gate 1: real files in one run; per source and type each receipt class is what test/expected_receipt.py
states from the files alone; 1,000 random rows lead back to their bytes.
"""
import collections
import dataclasses
import json
import os
import pathlib
import random

import pytest
from expected_receipt import expected_of_bundles, expected_of_parquet, members_of

pytestmark = pytest.mark.timeout(1800)
ROWS_TRACED = 1000


@pytest.fixture(scope="module")
def folders(shared) -> dict[str, pathlib.Path]:
    """The folders by the source name that each gets."""
    return {"syntheahiv": shared("data/synthea-hiv"), "syntheams": shared("data/synthea-ms"),
            "fhirparquet": shared("data/fhir-parquet")}


@pytest.fixture(scope="module")
def taken(module_home, folders):
    """A home that has taken all three in, in one run."""
    if "tiny_batches" in os.environ.get("HEALIX_TEST_CONFIG", ""):
        pytest.skip("700 MB in batches of 64 KiB are 10,000 commits")
    module_home.answer = module_home.json("ingest", *folders.values(), timeout_s=1500)
    return module_home


def classes_by_source(answer: dict) -> dict[str, dict[str, dict]]:
    """Sums the files of the receipt: source -> type -> class -> count."""
    sums = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))
    for file in answer["files"]:
        for counts in file["types"]:
            for name in ("found", "written", "duplicate", "quarantined"):
                sums[file["source"]][counts["type"]][name] += counts[name]
    return sums


def test_receipt_says_per_type_what_the_files_say(taken, folders, table_row):
    expected = {"fhirparquet": expected_of_parquet(folders["fhirparquet"])}
    for source in ("syntheahiv", "syntheams"):
        expected[source] = expected_of_bundles(folders[source] / "bundles.tar.zst")
    said = classes_by_source(taken.answer)
    assert set(said) == set(expected)
    for source, types in expected.items():
        assert set(said[source]) == set(types)
        for name, counts in types.items():
            assert dict(said[source][name]) == dataclasses.asdict(counts), f"{source} {name}"
            table_row("Receipts of real data", source=source, type=name,
                      **dataclasses.asdict(counts))


def test_every_byte_stands_in_one_class(taken, folders):
    """After decompression; a Parquet file's bytes are those of the file."""
    read = sum(path.stat().st_size for path in folders["fhirparquet"].rglob("*.parquet"))
    for source in ("syntheahiv", "syntheams"):
        read += sum(len(data) for _, data in members_of(folders[source] / "bundles.tar.zst"))
    classes = taken.answer["byte_classes"]
    assert taken.answer["bytes"] == classes["total"] == read
    assert classes["records"] + classes["envelope"] + classes["quarantined"] == read


def test_receipt_verifies(taken):
    verified = taken.json("receipt", "verify", taken.answer["receipt"], timeout_s=900)
    assert verified["valid"] and verified["rows"] == taken.answer["written"]


def source_bytes(traced: list[dict]) -> dict[tuple[str, int], bytes]:
    """What lies at the places that a trace names, read here from the archives."""
    places = collections.defaultdict(list)
    for row in traced:
        places[row["file"]].append(row)
    found = {}
    for archive in {place.split("!")[0] for place in places}:
        for name, data in members_of(pathlib.Path(archive)):
            for row in places.get(f"{archive}!{name}", []):
                at = row["offset"]
                found[row["file"], at] = data[at:at + row["length"]]
    return found


def test_random_rows_lead_back_to_their_bytes(taken):
    seed = int(os.environ.get("HEALIX_TEST_SEED", str(random.randrange(10**6))))
    print(f"HEALIX_TEST_SEED={seed}")
    chosen = random.Random(seed)
    ids = [row["id"] for row in taken.sql("SELECT DISTINCT id FROM raw.fhir WHERE source LIKE "
                                          "'synthea%' ORDER BY id", timeout_s=900)]
    traced = taken.json("trace", "raw.fhir", *chosen.sample(ids, ROWS_TRACED), timeout_s=1500)
    assert len(traced) >= ROWS_TRACED
    bytes_there = source_bytes(traced)
    for row in traced:
        there = bytes_there[row["file"], row["offset"]]
        assert row["match"] == "exact" and row["source_bytes"].encode() == there
        assert json.loads(there)["resourceType"]


def test_random_parquet_rows_lead_back_to_equal_json(taken):
    ids = [row["id"] for row in taken.sql(
        "SELECT id FROM raw.patient WHERE source = 'fhirparquet' ORDER BY hash LIMIT 100",
        timeout_s=900)]
    traced = taken.json("trace", "raw.patient", *ids, timeout_s=1500)
    assert sorted(row["id"] for row in traced) == sorted(ids)
    assert all(row["match"] == "canonical" for row in traced)
    assert all(json.loads(row["stored"]) == json.loads(row["source_bytes"]) for row in traced)
