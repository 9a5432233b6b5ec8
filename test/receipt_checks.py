# SPDX-License-Identifier: Apache-2.0
"""Compares what healix says of an ingest with what the source files say."""
import collections
import dataclasses
import json
import os
import pathlib
import random

from expected_receipt import Counts, members_of

ROWS_TRACED = 1000


def classes_by_source(answer: dict) -> dict[str, dict[str, dict]]:
    """Sums the files of the receipt: source -> type -> class -> count."""
    sums = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))
    for file in answer["files"]:
        for counts in file["types"]:
            for name in ("found", "written", "duplicate", "quarantined"):
                sums[file["source"]][counts["type"]][name] += counts[name]
    return sums


def check_classes(answer: dict, expected: dict[str, dict[str, Counts]]):
    """Each class of each type of each source must agree. Yields (source, type, classes) that did."""
    said = classes_by_source(answer)
    assert set(said) == set(expected)
    for source, types in expected.items():
        assert set(said[source]) == set(types)
        for name, counts in types.items():
            classes = dataclasses.asdict(counts)
            assert dict(said[source][name]) == classes, f"{source} {name}"
            yield source, name, classes


def random_ids(healix, rows_of: str, count: int) -> list[str]:
    """Ids of rows (`raw.fhir WHERE …`), chosen by HEALIX_TEST_SEED, which is shown when the test fails."""
    seed = int(os.environ.get("HEALIX_TEST_SEED", str(random.randrange(10**6))))
    print(f"HEALIX_TEST_SEED={seed}")
    rows = healix.sql(f"SELECT DISTINCT id FROM {rows_of} ORDER BY id", timeout_s=900)
    return random.Random(seed).sample([row["id"] for row in rows], count)


def source_bytes(traced: list[dict]) -> dict[tuple[str, int], bytes]:
    """What lies at the places that a trace names, read here from files and archives."""
    places = collections.defaultdict(list)
    for row in traced:
        places[row["file"]].append(row)
    found = {}

    def cut(file: str, data: bytes) -> None:
        for row in places[file]:
            found[file, row["offset"]] = data[row["offset"]:row["offset"] + row["length"]]

    for file in [place for place in places if "!" not in place]:
        cut(file, pathlib.Path(file).read_bytes())
    for archive in {place.split("!")[0] for place in places if "!" in place}:
        for name, data in members_of(pathlib.Path(archive)):
            if f"{archive}!{name}" in places:
                cut(f"{archive}!{name}", data)
    return found


def check_rows_lead_back(healix, rows_of: str) -> int:
    """Traces random rows of FHIR JSON; each must give the very bytes of the file. Returns how many."""
    traced = healix.json("trace", "raw.fhir", *random_ids(healix, rows_of, ROWS_TRACED),
                         timeout_s=1500)
    assert len(traced) >= ROWS_TRACED
    bytes_there = source_bytes(traced)
    for row in traced:
        there = bytes_there[row["file"], row["offset"]]
        assert row["match"] == "exact" and row["source_bytes"].encode() == there
        assert json.loads(there)["resourceType"]
    return len(traced)
