# SPDX-License-Identifier: Apache-2.0
"""A million small Bundles, a file each, end after compaction with at most twice the ideal count of
files (issue A1, section 4); the peak memory of taking them in is that of any ingest.

HEALIX_BENCH_BUNDLES=100000 takes fewer. A million files hold about 4 GiB of disk.
"""
import json
import math
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from gate import Gates, Run, Work  # noqa: E402

MIB = 1 << 20
TARGET_BYTES = 128 * MIB
BUNDLES = int(os.environ.get("HEALIX_BENCH_BUNDLES", "1000000"))
# raw.fhir has one partition per source and type, raw.envelope is not partitioned.
PARTITIONS = {"raw.fhir": 2, "raw.envelope": 1}


def bundle(number: int) -> bytes:
    """One patient and one observation of theirs, about 400 bytes."""
    patient = {"resourceType": "Patient", "id": f"p-{number:07}", "birthDate": "1980-02-29"}
    observation = {"resourceType": "Observation", "id": f"o-{number:07}", "status": "final",
                   "subject": {"reference": f"Patient/p-{number:07}"}, "valueInteger": number}
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": f"urn:example:{one['id']}", "resource": one}
        for one in (patient, observation)]}).encode()


def write_bundles(folder: pathlib.Path) -> pathlib.Path:
    for number in range(BUNDLES):
        path = folder / f"{number // 1000:04}" / f"{number:07}.json"
        if number % 1000 == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(bundle(number))
    return folder


def main() -> int:
    gates = Gates("bundles")
    with Work() as work:
        source = write_bundles(work / "ward")
        home = ("--home", work / "home")
        Run("init", work / "home")
        taken = Run(*home, "ingest", source)
        counts = taken.answer
        gates.check(f"resources not written of {2 * BUNDLES}", 2 * BUNDLES - counts["written"], 0)
        gates.check(f"peak of taking them in ({BUNDLES / taken.seconds:.0f} files/s)",
                    taken.peak_bytes / MIB, 512, "MiB")
        for table, partitions in PARTITIONS.items():
            before = Run(*home, "table", "show", table).answer
            compacted = Run(*home, "table", "compact", table)
            after = Run(*home, "table", "show", table).answer
            ideal = max(partitions, math.ceil(after["file_bytes"] / TARGET_BYTES))
            gates.check(f"files of {table} to the ideal {ideal} (before: {before['file_count']})",
                        after["file_count"] / ideal, 2)
            gates.check(f"peak of compacting {table} ({compacted.seconds:.1f} s)",
                        compacted.peak_bytes / MIB, 512, "MiB")
            gates.check(f"rows of {table} that compaction lost",
                        abs(before["record_count"] - after["record_count"]), 0)
    return gates.exit_code()


if __name__ == "__main__":
    sys.exit(main())
