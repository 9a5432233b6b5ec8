# SPDX-License-Identifier: Apache-2.0
"""Independent readers of Iceberg tables: pyiceberg and DuckDB's own iceberg extension."""
import importlib
import pathlib

import duckdb


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

    def rows(self, metadata_location: str, columns: list[str], snapshot_id: int | None = None):
        path = metadata_location.removeprefix("file://")
        at = f", snapshot_from_id={snapshot_id}" if snapshot_id is not None else ""
        names = ", ".join(f'"{name}"' for name in columns)
        return sorted(self.connection.execute(
            f"SELECT {names} FROM iceberg_scan('{path}'{at})").fetchall(), key=repr)


class PyIcebergReader:
    """Reads by pyiceberg from the metadata file alone."""
    name = "pyiceberg"

    def rows(self, metadata_location: str, columns: list[str], snapshot_id: int | None = None):
        from pyiceberg.table import StaticTable
        table = StaticTable.from_metadata(metadata_location)
        scan = table.scan(snapshot_id=snapshot_id) if snapshot_id is not None else table.scan()
        read = scan.to_arrow().select(columns).to_pylist()
        return sorted((tuple(row[name] for name in columns) for row in read), key=repr)


READERS = [PyIcebergReader, DuckDbReader]
