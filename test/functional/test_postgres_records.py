# SPDX-License-Identifier: Apache-2.0
"""Homes whose records lie in PostgreSQL: several share one database, and others may be in the way."""
import concurrent.futures
import threading

import psycopg
import pytest
from fhir_files import patients, write_ndjson


@pytest.fixture
def two_homes(healix_at, postgres, tmp_path):
    """Two homes with one `records.connection`, made at the same moment."""
    homes = [healix_at(tmp_path / name, HEALIX_RECORDS_CONNECTION=postgres)
             for name in ("north", "south")]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for done in pool.map(lambda home: home.run("init", home.home), homes):
            assert done.returncode == 0, done.stderr
    return homes


def test_homes_that_share_a_database_do_not_see_each_other(two_homes, tmp_path):
    counts = {}
    for number, home in enumerate(two_homes):
        path = write_ndjson(tmp_path / f"files{number}/people.ndjson",
                            patients(10 + number, prefix=f"h{number}-"))
        receipt = home.json("ingest", path)["receipt"]
        counts[receipt] = home.sql("SELECT count(*) AS n FROM raw.patient")[0]["n"]
        assert [line["receipt"] for line in home.json("receipt", "list")] == [receipt]
        assert home.json("receipt", "verify", receipt)["valid"]
        report = home.json("doctor")
        assert report["healthy"]
        assert any("PostgreSQL" in check["text"] for check in report["checks"])
    assert list(counts.values()) == [10, 11]


def schemas_of(postgres: str) -> list[str]:
    with psycopg.connect(postgres) as connection:
        return [row[0] for row in connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'healix%' ORDER BY 1")]


class Disturber:
    """Writes the rows that every commit writes, without changing them: a commit that began before
    and ends after such a write can't be serialized and must run again."""

    def __init__(self, postgres: str, schema: str):
        self.statement = f"UPDATE {schema}.table_pointers SET version = version"
        self.postgres = postgres
        self.writes = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            while not self.stop.wait(0.001):
                self.writes += max(0, connection.execute(self.statement).rowcount)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def test_an_ingest_with_others_in_the_way_loses_nothing(two_homes, postgres, tmp_path):
    home = two_homes[0]
    home.json("ingest", write_ndjson(tmp_path / "first/people.ndjson", patients(1)))
    path = write_ndjson(tmp_path / "many/people.ndjson",
                        patients(600, prefix="many", filler_bytes=2000))
    catalogs = [name for name in schemas_of(postgres) if name.endswith("_catalog")]
    assert len(catalogs) == 2, "a schema per home"
    [schema] = [name for name in catalogs if rows_in(postgres, name)]
    with Disturber(postgres, schema) as disturber:
        answer = home.json("ingest", path, env={"HEALIX_INGEST_BATCH_BYTES_MAX": "64KiB"})
    assert disturber.writes > 10
    assert answer["found"] == answer["written"] == 600
    assert home.json("receipt", "verify", answer["receipt"])["valid"]
    assert home.sql("SELECT count(*) AS n, count(DISTINCT id) AS ids FROM raw.patient") == [
        {"n": 601, "ids": 601}]


def rows_in(postgres: str, schema: str) -> int:
    with psycopg.connect(postgres) as connection:
        return connection.execute(f"SELECT count(*) FROM {schema}.table_pointers").fetchone()[0]
