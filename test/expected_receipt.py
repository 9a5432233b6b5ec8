# SPDX-License-Identifier: Apache-2.0
"""States what a receipt must say, from the source files alone: Python's json, and pyarrow for Parquet.

Written after docs/receipts.md and the rules of issue A1, not after healix's code.
"""
import collections
import dataclasses
import hashlib
import io
import json
import pathlib
import re
import tarfile

import pyarrow.parquet
import zstandard


@dataclasses.dataclass
class Counts:
    found: int = 0
    written: int = 0
    duplicate: int = 0
    quarantined: int = 0


def members_of(archive: pathlib.Path):
    """Yields name and bytes of each file of a .tar.zst, in its order."""
    with archive.open("rb") as compressed:
        stream = zstandard.ZstdDecompressor().stream_reader(compressed)
        with tarfile.open(fileobj=io.BufferedReader(stream), mode="r|") as tar:
            for member in tar:
                if member.isfile():
                    yield member.name, tar.extractfile(member).read()


def files_in(folder: pathlib.Path):
    """Yields name and bytes of each file of a folder, in the order in which they are read."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()


def content_of(resource: dict) -> str:
    """Equal for equal content, whatever blanks and order of members; numbers as they are written."""
    return hashlib.sha256(json.dumps(resource, sort_keys=True).encode()).hexdigest()


def id_of(entry: dict) -> str:
    """A resource without id takes its fullUrl's uuid, else its content stands for it."""
    if "id" in entry["resource"]:
        return entry["resource"]["id"]
    last = re.split(r"[/:]", entry.get("fullUrl", ""))[-1]
    return last or content_of(entry["resource"])


class Versions:
    """The versions of one source that were taken in so far."""

    def __init__(self):
        self.contents = collections.defaultdict(set)  # (type, id) -> contents
        self.counts: dict[str, Counts] = collections.defaultdict(Counts)

    def take(self, entry: dict) -> None:
        resource = entry["resource"]
        counts = self.counts[resource["resourceType"]]
        counts.found += 1
        stored = self.contents[resource["resourceType"], id_of(entry)]
        content = content_of(resource)
        must_not_replace = stored and entry.get("request", {}).get("ifNoneExist")
        if content in stored or must_not_replace:
            counts.duplicate += 1
        else:
            counts.written += 1
            stored.add(content)


def entries_of(name: str, data: bytes):
    """Yields the entries of a Bundle; a resource outside one is an entry without envelope."""
    for text in data.splitlines() if name.endswith(".ndjson") else [data]:
        parsed = json.loads(text, parse_float=str, parse_int=str)
        yield from parsed["entry"] if parsed["resourceType"] == "Bundle" else [{"resource": parsed}]


def expected_of_fhir(files) -> dict[str, Counts]:
    """Of name and bytes of each file of one source, in the order in which they are read."""
    versions = Versions()
    for name, data in files:
        for entry in entries_of(name, data):
            versions.take(entry)
    return dict(versions.counts)


def expected_of_parquet(folder: pathlib.Path) -> dict[str, Counts]:
    """Each row is a record. Ids recur nowhere (asserted), so none is a duplicate."""
    counts: dict[str, Counts] = {}
    for type_folder in sorted(path for path in folder.iterdir() if path.is_dir()):
        ids: list[str] = []
        for file in sorted(type_folder.glob("*.parquet")):
            ids += pyarrow.parquet.read_table(file, columns=["id"]).column("id").to_pylist()
        assert len(set(ids)) == len(ids), f"{type_folder.name}: ids recur, state them as versions"
        counts[type_folder.name] = Counts(found=len(ids), written=len(ids))
    return counts
