# SPDX-License-Identifier: Apache-2.0
"""Section 6: a line of 300 MB is put aside in bounded memory, and reading goes on behind it."""
import json

import pytest
from fhir_files import id_of, patients
from peak_memory import run_and_measure
from taking_in import kept_of, place_of

MIB = 2**20
LINE_BYTES = 300_000_000
# One record of 64 MiB, a buffer that grew to it, and the program.
RSS_BYTES_MAX = 512 * MIB
# AddressSanitizer would keep 256 MiB of what was freed, and the figure would be about that.
KEEP_LITTLE = {"ASAN_OPTIONS": "quarantine_size_mb=16"}


@pytest.fixture
def large_file(tmp_path):
    """A good line, 300 MB of one resource, two good lines."""
    good = patients(3)
    path = tmp_path / "ward/large.ndjson"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.write(good[0] + b"\n")
        head, tail = b'{"resourceType":"Patient","id":"large","text":"', b'"}'
        file.write(head)
        written = len(head) + len(tail)
        while written < LINE_BYTES:
            written += file.write(b"x" * min(MIB, LINE_BYTES - written))
        file.write(tail + b"\n" + good[1] + b"\n" + good[2] + b"\n")
    yield path, good
    path.unlink()


def test_the_measure_leaves_out_the_runner(tmp_path):
    held = bytearray(b"x" * (256 * MIB))
    _, peak_bytes = run_and_measure(["/bin/true"], tmp_path)
    assert len(held) > 4 * peak_bytes


def test_a_line_of_300_mb(healix, large_file, table_row, tmp_path):
    path, good = large_file
    out, peak_bytes = run_and_measure(
        [healix.program, "--home", healix.home, "ingest", path, "--json"], tmp_path,
        {**healix.env, **KEEP_LITTLE})
    [entry] = healix.json("quarantine", "list")
    assert entry["code"] == "RECORD_TOO_LARGE"
    assert (entry["offset"], entry["length"]) == (len(good[0]) + 1, LINE_BYTES)
    assert len(healix.json("quarantine", "show", entry["id"])["kept"]) <= 64 * 1024
    ids = [row["id"] for row in healix.sql("SELECT id FROM raw.patient ORDER BY id")]
    assert ids == [id_of(line) for line in good]
    assert peak_bytes < RSS_BYTES_MAX, f"{peak_bytes / MIB:.0f} MiB"
    table_row("Bad input", case="a line of 300 MB", code=entry["code"],
              position=place_of(entry), kept=kept_of(json.loads(out)),
              memory=f"{peak_bytes / MIB:.0f} MiB")
