# SPDX-License-Identifier: Apache-2.0
"""Section 4: a million small Bundles end, after compaction, with at most twice the ideal count of
files. Here 20,000 of them, with batches small enough that each partition gets many files first.
"""
import math

from fhir_files import bundle, patient
from taking_in import take_in

BUNDLES = 20_000
TARGET_BYTES = 2**20
SMALL = {"HEALIX_INGEST_BATCH_BYTES_MAX": "1MiB", "HEALIX_TABLES_TARGET_FILE_BYTES": str(TARGET_BYTES)}


def observation(number: int) -> dict:
    return {"resourceType": "Observation", "id": f"o-{number:06}", "status": "final",
            "subject": {"reference": f"Patient/p-{number:06}"}, "valueInteger": number * number,
            "meta": {"security": [{"code": "HTEST"}]}}


def write_bundles(folder):
    for number in range(BUNDLES):
        path = folder / f"{number // 500:03}" / f"{number:06}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bundle([patient(f"p-{number:06}"), observation(number)]))


def ideal_files(table: dict, partitions: int) -> int:
    return max(partitions, math.ceil(table["file_bytes"] / TARGET_BYTES))


def test_many_small_bundles_end_in_few_files(healix, tmp_path, table_row):
    write_bundles(tmp_path / "ward")
    answer, _ = take_in(healix, tmp_path / "ward", env=SMALL)
    assert answer["written"] == 2 * BUNDLES and answer["quarantined"] == 0
    # raw.fhir has one partition per source and type, raw.envelope is not partitioned.
    for name, partitions in {"raw.fhir": 2, "raw.envelope": 1}.items():
        before = healix.json("table", "show", name)
        healix.json("table", "compact", name, env=SMALL)
        after = healix.json("table", "show", name)
        ideal = ideal_files(after, partitions)
        assert before["file_count"] > 2 * ideal >= after["file_count"]
        assert after["record_count"] == before["record_count"]
        table_row(f"{BUNDLES} Bundle files", table=name, rows=after["record_count"],
                  files_before=before["file_count"], files_after=after["file_count"], ideal=ideal)
    assert healix.sql("SELECT count(*) AS n FROM raw.fhir") == [{"n": 2 * BUNDLES}]
    assert healix.json("receipt", "verify", answer["receipt"])["files"] == BUNDLES
