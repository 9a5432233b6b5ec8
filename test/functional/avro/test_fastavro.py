# SPDX-License-Identifier: Apache-2.0
"""healix and fastavro read each other's Avro files, with every codec, and resolve schemas alike."""

import json
import os
import pathlib
import random
import subprocess

import fastavro
import fastavro._read_py
import pyarrow
import pytest

BUILD = pathlib.Path(os.environ.get("HEALIX_BUILD", pathlib.Path(__file__).parents[3] / "build" / "dev"))
PROGRAM = BUILD / "test" / "healix_formats_avro_test"
CODECS = ("null", "deflate", "zstandard")

POINT = {"type": "record", "name": "geo.Point", "fields": [{"name": "x", "type": "double"}, {"name": "y", "type": "float"}]}
RICH = {
    "type": "record",
    "name": "Rich",
    "doc": "one of everything",
    "fields": [
        {"name": "flag", "type": "boolean", "field-id": 1},
        {"name": "small", "type": "int", "field-id": 2},
        {"name": "large", "type": ["null", "long"], "default": None, "field-id": 3},
        {"name": "text", "type": "string"},
        {"name": "raw", "type": "bytes"},
        {"name": "point", "type": ["null", POINT, "string"]},
        {"name": "points", "type": {"type": "array", "items": "geo.Point", "element-id": 7}},
        {"name": "names", "type": {"type": "map", "values": ["null", "string"], "key-id": 8, "value-id": 9}},
        {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B", "C"]}},
        {"name": "hash", "type": {"type": "fixed", "name": "Hash", "size": 4}},
        {"name": "next", "type": ["null", "Rich"], "default": None},
    ],
}
RICH_WANTED = {
    "type": "record",
    "name": "Rich",
    "fields": [
        {"name": "text", "type": "string"},
        {"name": "small", "type": "long"},
        {"name": "grown", "aliases": ["large"], "type": ["null", "double"], "default": None},
        {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "C", "Z"], "default": "Z"}},
        {"name": "added", "type": {"type": "array", "items": "string"}, "default": ["one", "two"]},
        {"name": "raw", "type": "string"},
    ],
}


def random_point(chance):
    return {"x": chance.uniform(-1e9, 1e9), "y": float(chance.randrange(1 << 20))}


def random_rich(chance, depth=0):
    return {
        "flag": chance.random() < 0.5,
        "small": chance.randrange(-(1 << 31), 1 << 31),
        "large": chance.choice([None, 0, -(1 << 63), (1 << 63) - 1, chance.randrange(1 << 40)]),
        "text": "".join(chance.choice("aé€𝄞") for _ in range(chance.randrange(20))),
        "raw": "".join(chance.choice("abc") for _ in range(chance.randrange(50))).encode(),
        "point": chance.choice([None, "no point", random_point(chance)]),
        "points": [random_point(chance) for _ in range(chance.randrange(4))],
        "names": {str(i): chance.choice([None, "n"]) for i in range(chance.randrange(5))},
        "kind": chance.choice("ABC"),
        "hash": bytes(chance.randrange(256) for _ in range(4)),
        "next": random_rich(chance, depth + 1) if depth < 3 and chance.random() < 0.3 else None,
    }


def write(path, schema, records, codec, **options):
    with path.open("wb") as file:
        fastavro.writer(file, fastavro.parse_schema(schema), records, codec=codec, **options)


def read(path, monkeypatch):
    def read_zstandard(decoder):
        return pyarrow.BufferReader(pyarrow.input_stream(pyarrow.py_buffer(decoder.read_bytes()), compression="zstd").read())

    monkeypatch.setitem(fastavro._read_py.BLOCK_READERS, "zstandard", read_zstandard)
    with path.open("rb") as file:
        reader = fastavro._read_py.reader(file)
        return list(reader), json.loads(reader.metadata["avro.schema"]), dict(reader.metadata)


@pytest.fixture(scope="module")
def exchanged(tmp_path_factory):
    """Writes files by fastavro, lets healix rewrite them, returns (folder, records by file name)."""
    folder = tmp_path_factory.mktemp("avro")
    source, result = folder / "in", folder / "out"
    source.mkdir()
    result.mkdir()
    chance = random.Random(20261121)
    records = [random_rich(chance) for _ in range(300)]
    expected = {}
    for codec in ("null", "deflate"):
        write(source / f"rich-{codec}.avro", RICH, records, codec, sync_interval=2000, metadata={"note": "ä"})
        expected[f"rich-{codec}"] = records
    for name, schema, values in (
        ("int", "int", [0, -1, 2**31 - 1, -(2**31)]),
        ("text", ["null", "string"], [None, "", "x" * 70_000]),
        ("empty", "string", []),
        ("nested", {"type": "array", "items": {"type": "array", "items": "long"}}, [[[1, 2], []], []]),
    ):
        write(source / f"{name}.avro", schema, values, "null")
        expected[name] = values
    write(source / "wanted.avro", RICH, records, "deflate")
    (source / "wanted.reader.json").write_text(json.dumps(RICH_WANTED))
    with (source / "wanted.avro").open("rb") as file:
        expected["wanted"] = list(fastavro.reader(file, reader_schema=fastavro.parse_schema(RICH_WANTED)))
    subprocess.run(
        [PROGRAM, "--gtest_filter=ExchangeTest.Rewrites*"],
        env={**os.environ, "HEALIX_AVRO_EXCHANGE": str(folder), "GTEST_OUTPUT": ""},
        check=True,
        capture_output=True,
    )
    return result, expected


@pytest.mark.parametrize("codec", CODECS)
def test_fastavro_reads_what_healix_writes(exchanged, codec, monkeypatch):
    folder, expected = exchanged
    for name, records in expected.items():
        found, _, _ = read(folder / f"{name}.{codec}.avro", monkeypatch)
        assert found == records, name


def test_schema_attributes_and_metadata_survive(exchanged, monkeypatch):
    folder, _ = exchanged
    _, schema, metadata = read(folder / "rich-null.deflate.avro", monkeypatch)
    fields = {field["name"]: field for field in schema["fields"]}
    assert schema["doc"] == "one of everything"
    assert [fields[name]["field-id"] for name in ("flag", "small", "large")] == [1, 2, 3]
    assert fields["points"]["type"]["element-id"] == 7
    assert (fields["names"]["type"]["key-id"], fields["names"]["type"]["value-id"]) == (8, 9)
    assert metadata["note"] == "ä"
