# SPDX-License-Identifier: Apache-2.0
"""Ingests what a test made and says what became of it."""
import json
import pathlib


def take_in(healix, path: pathlib.Path, **options) -> tuple[dict, list[dict]]:
    """Ingests a path; returns the answer and what is in quarantine. The sums and the receipt hold."""
    answer = healix.json("ingest", path, **options)
    assert answer["found"] == answer["written"] + answer["duplicate"] + answer["quarantined"]
    assert healix.json("receipt", "verify", answer["receipt"])["valid"]
    return answer, healix.json("quarantine", "list")


def byte_classes(healix, answer: dict) -> dict[str, int]:
    """The bytes of an ingest by class, as its receipt says: records, envelope, quarantined, total."""
    return json.loads(healix.json("receipt", "show", answer["receipt"])["receipt"])["bytes"]


def stored_ids(healix) -> list[str]:
    return sorted(row["id"] for row in healix.sql("SELECT id FROM raw.fhir"))


def place_of(entry: dict) -> str:
    """Where a quarantined record stood, as a table shows it."""
    file = pathlib.PurePath(entry["file"]).name
    return f"{file} line {entry['line']}" if "line" in entry else f"{file} byte {entry['offset']}"


def kept_of(answer: dict) -> str:
    return f"{answer['written']} of {answer['found']}"
