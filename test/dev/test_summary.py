# SPDX-License-Identifier: Apache-2.0
"""The summary of `./dev run` shows what a home holds and doesn't hide refusals. A stand-in answers as healix."""

import json
import pathlib
import subprocess
import sys

import pytest

TOOLS = pathlib.Path(__file__).parents[2] / "tools" / "dev"

STAND_IN = """#!/usr/bin/env python3
import json, sys
arguments = sys.argv[1:]
if arguments[0] == "table" and arguments[1] == "list":
    print(json.dumps([{"name": "raw.fhir"}, {"name": "raw.patient"}, {"name": "raw.nj_person"}]))
elif arguments[0] == "table":
    print(json.dumps({"metadata_location": "file:///w/m.json"}))
elif arguments[0] == "receipt":
    sys.exit(print("error[RECEIPT_INVALID]: no.", file=sys.stderr) or 1) if "bad" in arguments else print("{}")
elif "FROM raw.nj_person" in arguments[-3] and "from_year" in arguments[-3]:
    sys.exit(print("error[SQL_REFUSED]: floor is not allowed.", file=sys.stderr) or 1)
else:
    print(json.dumps([{"n": 1234, "id": "p1"}]))
"""


@pytest.fixture
def summarise(tmp_path):
    program = tmp_path / "healix"
    program.write_text(STAND_IN)
    program.chmod(0o755)

    def run(receipt, written):
        ingest = {"found": 5, "written": written, "duplicate": 1, "quarantined": 1, "bytes": 2**20, "receipt": receipt}
        (tmp_path / "ingest.json").write_text(json.dumps(ingest))
        done = subprocess.run(
            [sys.executable, TOOLS / "summary.py", "--healix", program, "--home", tmp_path, "--ingest",
             tmp_path / "ingest.json", "--ingest-us", "500000", "--questions", TOOLS / "questions"],
            capture_output=True, text=True, check=True)
        return done.stdout

    return run


def test_shows_tables_receipt_questions_and_rates(summarise):
    text = summarise("r1", 3)
    assert "raw.patient    1,234" in text
    assert "found 5 = written 3 + duplicate 1 + quarantined 1" in text
    assert "signature verified" in text
    assert "1. How many patients are there, by gender?" in text
    assert "2.0 MiB/s, 10 records/s" in text
    assert "trace raw.patient p1" in text
    assert "file:///w/m.json" in text


def test_asks_only_what_the_tables_can_answer(summarise):
    text = summarise("r1", 3)
    assert "Which conditions do most patients have?" not in text
    assert "FROM raw.nj_person" in text


def test_shows_a_refused_question(summarise):
    assert "refused: error[SQL_REFUSED]: floor is not allowed." in summarise("r1", 3)


def test_shows_a_wrong_sum_and_a_broken_signature(summarise):
    text = summarise("bad", 2)
    assert "THE SUM IS WRONG" in text
    assert "NOT VERIFIED: error[RECEIPT_INVALID]" in text
