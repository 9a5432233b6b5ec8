# SPDX-License-Identifier: Apache-2.0
"""Gate 1: real files in one run; per source and type each receipt class is what test/expected_receipt.py
states from the files alone; 1,000 random rows lead back to their bytes.
"""
import json
import os
import pathlib

import pytest
from expected_receipt import expected_of_fhir, expected_of_parquet, members_of
from parquet_fhir import resource_at
from receipt_checks import check_classes, check_rows_lead_back, random_ids

pytestmark = pytest.mark.timeout(1800)
PARQUET_ROWS_TRACED = 40  # of each type


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
    if "forced_spill" in os.environ.get("HEALIX_TEST_CONFIG", ""):
        # A file of fhir-parquet is one row group, which its reader holds as a whole.
        module_home.env["HEALIX_ENGINE_MEMORY_BYTES_MAX"] = "128MiB"
    module_home.answer = module_home.json("ingest", *folders.values(), timeout_s=1500)
    return module_home


def test_receipt_says_per_type_what_the_files_say(taken, folders, table_row):
    expected = {"fhirparquet": expected_of_parquet(folders["fhirparquet"])}
    for source in ("syntheahiv", "syntheams"):
        expected[source] = expected_of_fhir(members_of(folders[source] / "bundles.tar.zst"))
    for source, name, classes in check_classes(taken.answer, expected):
        table_row("Receipts of real data", source=source, type=name, **classes)


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


def test_random_rows_lead_back_to_their_bytes(taken, table_row):
    table_row("Rows led back", source="synthea-hiv and synthea-ms", match="exact bytes",
              rows=check_rows_lead_back(taken, "raw.fhir WHERE source LIKE 'synthea%'"))


@pytest.mark.parametrize("kind", ["Patient", "Encounter", "Observation"])
def test_random_parquet_rows_lead_back_to_equal_json(taken, kind, table_row):
    """What healix stored, what it composes again, and what pyarrow finds at that row are one resource."""
    view = f"raw.{kind.lower()}"
    ids = random_ids(taken, f"{view} WHERE source = 'fhirparquet'", PARQUET_ROWS_TRACED)
    traced = taken.json("trace", view, *ids, timeout_s=1500)
    assert sorted(row["id"] for row in traced) == sorted(ids)
    for row in traced:
        assert row["match"] == "canonical"
        there = resource_at(pathlib.Path(row["file"]), row["offset"], kind)
        assert json.loads(row["stored"]) == json.loads(row["source_bytes"]) == there
    table_row("Rows led back", source=f"fhir-parquet {kind}", match="canonical JSON",
              rows=len(traced))
