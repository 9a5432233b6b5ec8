# SPDX-License-Identifier: Apache-2.0
"""Independent readers of Iceberg tables: pyiceberg, DuckDB's own iceberg extension and Spark.

Each opens a table by its metadata file alone. `rows` answers the rows of a snapshot; `totals` counts
and sums by the reader's own means, so that it prunes files and answers from statistics as it likes.
"""
import decimal
import importlib
import json
import os
import pathlib
import subprocess

import duckdb
import pyarrow.compute

Totals = tuple[int, int, str]  # rows, sum of id, sum of cost


def _totals_sql(table: str, where: str) -> str:
    return f"SELECT count(*), sum(id), sum(cost) FROM {table} WHERE {where}"


def _totals(count: int, ids: int, cost: decimal.Decimal | str) -> Totals:
    return int(count), int(ids), str(cost)


def _sorted_rows(rows) -> list[tuple]:
    return sorted((tuple(row) for row in rows), key=repr)


def _load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    package = importlib.import_module(f"duckdb_extension_{name}")
    [path] = pathlib.Path(package.__file__).parent.rglob(f"{name}.duckdb_extension")
    connection.execute(f"LOAD '{path}'")


class DuckDbReader:
    """Reads by DuckDB's iceberg extension, which shares no code with healix above the Parquet."""
    name = "duckdb-iceberg"

    def __init__(self):
        self.connection = duckdb.connect()
        _load_extension(self.connection, "avro")
        _load_extension(self.connection, "iceberg")
        self.connection.execute("SET TimeZone='UTC'")

    @staticmethod
    def _table(location: str, snapshot_id: int | None = None) -> str:
        at = f", snapshot_from_id={snapshot_id}" if snapshot_id is not None else ""
        return f"iceberg_scan('{location.removeprefix('file://')}'{at})"

    def rows(self, location: str, columns: list[str], snapshot_id: int | None = None):
        names = ", ".join(f'"{name}"' for name in columns)
        table = self._table(location, snapshot_id)
        return _sorted_rows(self.connection.execute(f"SELECT {names} FROM {table}").fetchall())

    def totals(self, location: str, where: str) -> Totals:
        sql = _totals_sql(self._table(location), where)
        return _totals(*self.connection.execute(sql).fetchone())


class PyIcebergReader:
    """Reads by pyiceberg."""
    name = "pyiceberg"

    @staticmethod
    def _scan(location: str, **options):
        from pyiceberg.table import StaticTable
        return StaticTable.from_metadata(location).scan(**options).to_arrow()

    def rows(self, location: str, columns: list[str], snapshot_id: int | None = None):
        read = self._scan(location, snapshot_id=snapshot_id).select(columns).to_pylist()
        return _sorted_rows([row[name] for name in columns] for row in read)

    def totals(self, location: str, where: str) -> Totals:
        read = self._scan(location, row_filter=where)
        return _totals(len(read), *(pyarrow.compute.sum(read[name]).as_py()
                                    for name in ("id", "cost")))


class SparkReader:
    """Asks test/spark_rows.py, which holds one Spark in a process of its own: `with SparkReader(…)`."""
    name = "spark"

    def __init__(self, peers: pathlib.Path, scratch: pathlib.Path):
        self.log = scratch / "spark.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [peers / "venv/bin/python", pathlib.Path(__file__).parent / "spark_rows.py",
                 peers / "jars", scratch], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=log, text=True, env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def _ask(self, location: str, sql: str, snapshot_id: int | None = None) -> list[list]:
        question = {"location": location, "sql": sql, "snapshot_id": snapshot_id}
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"error": self.log.read_text()[-2000:]}
        assert "error" not in answer, answer["error"]
        return answer["rows"]

    def rows(self, location: str, columns: list[str], snapshot_id: int | None = None):
        names = ", ".join(f"`{name}`" for name in columns)
        return _sorted_rows(self._ask(location, f"SELECT {names} FROM t", snapshot_id))

    def totals(self, location: str, where: str) -> Totals:
        [row] = self._ask(location, _totals_sql("t", where))
        return _totals(*row)
