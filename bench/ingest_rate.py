# SPDX-License-Identifier: Apache-2.0
"""Goals: at least 150 MB/s of NDJSON into raw on two cores; `SELECT 1` in under 200 ms.

The peer in the same run is DuckDB writing the same lines to Parquet without keys, hashes, receipts
or durability: the ratio says what the accounting costs.
"""
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "lib"))
from gate import Gates, Run, Work  # noqa: E402


def duckdb_seconds(folder: pathlib.Path) -> float:
    import duckdb
    connection = duckdb.connect(config={"threads": "2"})
    started = time.monotonic()
    connection.execute(
        "COPY (SELECT filename, json_extract_string(json, '$.id') AS id, json::VARCHAR AS resource "
        f"FROM read_ndjson_objects('{folder}/*.ndjson', filename = true)) "
        f"TO '{folder.parent}/peer.parquet' (FORMAT parquet, COMPRESSION zstd)")
    return time.monotonic() - started


def main() -> int:
    gates = Gates("ingest")
    with Work() as work:
        data = work / "data"
        Run("synth", "--patients", 5000, "--seed", 6, "-o", data)
        for extra in (data / "log.ndjson", data / "manifest.json"):
            extra.unlink(missing_ok=True)
        size = sum(path.stat().st_size for path in data.glob("*.ndjson"))
        rates, ratios = [], []
        for turn in range(3):
            Run("init", work / f"home{turn}")
            run = Run("--home", work / f"home{turn}", "ingest", "--source", "bench", data)
            assert run.answer["written"] == run.answer["found"] > 0
            rates.append(size / 1e6 / run.seconds)
            ratios.append(run.seconds / duckdb_seconds(data))
        print(f"{size / 1e6:.0f} MB of synthetic NDJSON, 3 turns; seconds over plain DuckDB to "
              f"Parquet: {statistics.median(ratios):.2f}")
        gates.at_least("NDJSON into raw, median", statistics.median(rates), 150, "MB/s", goal=True)
        starts = []
        for _ in range(10):
            started = time.monotonic()
            Run("--home", work / "home0", "sql", "-c", "SELECT 1 AS one")
            starts.append((time.monotonic() - started) * 1000)
        gates.check("healix sql -c 'SELECT 1', median", statistics.median(starts), 200, "ms",
                    goal=True)
    return gates.exit_code()


if __name__ == "__main__":
    sys.exit(main())
