# SPDX-License-Identifier: Apache-2.0
"""One home that is killed again and again, and what the world outside knows about it.

The oracle is this process: it wrote the input files, so it knows each record by Python's json, and it
keeps the receipts that healix acknowledged. healix itself is asked only for what it holds.
"""
import dataclasses
import gzip
import json
import os
import pathlib
import signal
import subprocess
import time
from collections.abc import Callable

from fhir_files import id_of, ndjson, patients, sha256, write_ndjson

# Small enough that one file is several batches and every commit also expires snapshots.
SMALL = {"HEALIX_INGEST_BATCH_BYTES_MAX": "64KiB", "HEALIX_TABLES_SNAPSHOTS_MAX": "4",
         "HEALIX_TABLES_DROP_RETENTION_HOURS": "0"}
LONG_AGO = time.time() - 10 * 24 * 3600
RECORDS_PER_FILE = 80
FILLER_BYTES = 1800  # so that a file is two full batches and a bit
LARGE_RECORD_BYTES = 6000  # over the limit of the ingest before a redrive
SMALL_RECORDS = {"HEALIX_INGEST_RECORD_BYTES_MAX": "4KiB"}
BAD_LINE = b'{"resourceType": "Patient", "id": oops}'

Row = tuple[str, str]  # id and hash


@dataclasses.dataclass
class Action:
    """One command. `settle` is called once the command is known to be done, with its answer if the
    program lived long enough to print one."""
    name: str
    words: list
    settle: Callable[[dict | list | None], None]
    can_repeat: Callable[[], bool]


class Story:
    def __init__(self, healix, folder: pathlib.Path):
        self.healix = healix
        self.folder = folder
        self.receipts: list[str] = []  # acknowledged
        self.files: dict[str, list[Row]] = {}  # path -> rows it must have, in the file's order
        self.complete: set[str] = set()
        self.visits: set[int] = set()
        self.made = 0

    def run(self, action: Action, env: dict) -> subprocess.CompletedProcess:
        return self.healix.run(*action.words, "--json", env={**SMALL, **env})

    # ---- the actions -------------------------------------------------------------------------

    def ingest_new_file(self) -> Action:
        """A new file: good records, one that is no JSON, and one that an earlier file had."""
        self.made += 1
        lines = patients(RECORDS_PER_FILE, prefix=f"f{self.made}", filler_bytes=FILLER_BYTES)
        known = patients(1, prefix="f1", filler_bytes=FILLER_BYTES)
        first = self.made == 1
        path = write_ndjson(self.folder / f"hospital/file{self.made:04}.ndjson",
                            lines + [BAD_LINE] + ([] if first else known))
        self.files[str(path)] = [(id_of(line), sha256(line)) for line in lines]
        return self._ingest("ingest new", path)

    def redrive(self) -> Action:
        """A file is taken in first whose last record is over the limit; the redrive has a higher
        limit. It also tries all bad lines again, which stay."""
        self.made += 1
        lines = (patients(2, prefix=f"f{self.made}", filler_bytes=FILLER_BYTES)
                 + patients(1, prefix=f"g{self.made}", filler_bytes=LARGE_RECORD_BYTES))
        path = write_ndjson(self.folder / f"hospital/file{self.made:04}.ndjson", lines)
        rows = [(id_of(line), sha256(line)) for line in lines]
        self.files[str(path)] = rows[:2]
        ingest = self._ingest("ingest before redrive", path)
        ingest.settle(answer_of(self.run(ingest, SMALL_RECORDS)))
        self.files[str(path)] = rows
        self.complete.discard(str(path))

        def settle(answer):
            self.complete.add(str(path))
            if answer is not None:
                self.receipts.extend(answer["receipts"])
        return Action("redrive", ["quarantine", "redrive"], settle, can_repeat=lambda: True)

    def redrive_torn_file(self) -> Action:
        """A file is taken in first whose end is missing; the redrive finds it whole."""
        self.made += 1
        lines = patients(RECORDS_PER_FILE, prefix=f"f{self.made}", filler_bytes=FILLER_BYTES)
        path = self.folder / f"hospital/file{self.made:04}.ndjson.gz"
        whole = gzip.compress(ndjson(lines), compresslevel=0)
        path.write_bytes(whole[:len(whole) * 3 // 4])
        self.files[str(path)] = [(id_of(line), sha256(line)) for line in lines]
        answer_of(self.run(self._ingest("ingest torn", path), {}))
        path.write_bytes(whole)

        def settle(answer):
            self.complete.add(str(path))
            if answer is not None:
                self.receipts.extend(answer["receipts"])
        return Action("redrive torn", ["quarantine", "redrive"], settle, can_repeat=lambda: True)

    def ingest_known_file(self) -> Action:
        return self._ingest("ingest known", pathlib.Path(sorted(self.complete)[0]))

    def _ingest(self, name: str, path: pathlib.Path) -> Action:
        def settle(answer):
            self.complete.add(str(path))
            if answer is not None:
                assert answer["found"] == (answer["written"] + answer["duplicate"]
                                           + answer["quarantined"])
                self.receipts.append(answer["receipt"])
        return Action(name, ["ingest", path], settle, can_repeat=lambda: True)

    def insert(self) -> Action:
        self.made += 1
        new = set(range(self.made * 100, self.made * 100 + 10))
        return self._change("insert", f"INSERT INTO main.visits SELECT i, i % 5 FROM "
                            f"range({min(new)}, {max(new) + 1}) t(i)", self.visits | new)

    def delete(self) -> Action:
        self.made += 1
        gone = {number for number in self.visits if number % 7 == self.made % 7}
        return self._change("delete", f"DELETE FROM main.visits WHERE id % 7 = {self.made % 7}",
                            self.visits - gone)

    def _change(self, name: str, statement: str, after: set[int]) -> Action:
        """A statement is done whole or not at all; the table tells which."""
        before = set(self.visits)

        def settle(_answer):
            self.visits = after
            assert self.stored_visits() == sorted(after)

        def can_repeat() -> bool:
            stored = self.stored_visits()
            assert stored in (sorted(before), sorted(after)), "a statement was done by half"
            return stored == sorted(before)
        return Action(name, ["sql", "-c", statement], settle, can_repeat)

    def upkeep(self, name: str, *words: str) -> Action:
        return Action(name, ["table", *words], settle=lambda _answer: None,
                      can_repeat=lambda: True)

    def compact_visits(self) -> Action:
        """Inserts first, so that there is something to compact each time."""
        insert = self.insert()
        insert.settle(answer_of(self.run(insert, {})))
        return self.upkeep("compact visits", "compact", "main.visits")

    def remove_orphans(self) -> Action:
        """Leaves files beside those of the table, older than the safety age, as crashes do."""
        self.made += 1
        location = self.healix.json("table", "show", "raw.fhir")["location"]
        for number in range(4):
            orphan = pathlib.Path(location.removeprefix("file://")) / f"data/{self.made}-{number}"
            orphan.write_bytes(b"nobody names this file")
            os.utime(orphan, (LONG_AGO, LONG_AGO))
        return self.upkeep("remove orphans", "orphans", "raw.fhir")

    def purge(self) -> Action:
        """Drops two tables first, so that there is something to purge."""
        for _ in range(2):
            self.made += 1
            name = f"main.gone{self.made}"
            self.healix.sql(f"CREATE TABLE {name} AS SELECT i FROM range(10) t(i)")
            self.healix.sql(f"DROP TABLE {name}")
        return self.upkeep("purge", "purge")

    def init_another_home(self) -> Action:
        self.made += 1
        home = self.folder / f"another{self.made}"
        return Action("init", ["init", home], settle=lambda _answer: None, can_repeat=lambda: True)

    def synthesise(self) -> Action:
        """An export with a manifest is whole. Files of one without are never overwritten."""
        self.made += 1
        folder = self.folder / f"export{self.made}"

        def settle(answer):
            manifest = folder / "manifest.json"
            assert manifest.exists() or answer is None
            for output in json.loads(manifest.read_text())["output"] if manifest.exists() else []:
                lines = (folder / f"{output['type']}.ndjson").read_text().splitlines()
                assert len(lines) == output["count"]
        return Action("synth", ["synth", "--patients", "1", "--seed", "1", "-o", folder], settle,
                      can_repeat=lambda: False)

    def makers(self) -> dict[str, Callable[[], Action]]:
        """What makes an action, by the action's name."""
        return {"ingest new": self.ingest_new_file,
                "insert": self.insert,
                "delete": self.delete,
                "ingest known": self.ingest_known_file,
                "redrive": self.redrive,
                "redrive torn": self.redrive_torn_file,
                "compact fhir": lambda: self.upkeep("compact fhir", "compact", "raw.fhir"),
                "compact visits": self.compact_visits,
                "expire": lambda: self.upkeep("expire", "expire", "raw.fhir"),
                "remove orphans": self.remove_orphans,
                "purge": self.purge,
                "init": self.init_another_home,
                "synth": self.synthesise}

    # ---- what must hold ----------------------------------------------------------------------

    def stored_visits(self) -> list[int]:
        return [row["id"] for row in self.healix.sql("SELECT id FROM main.visits ORDER BY id")]

    def check_after_crash(self) -> None:
        """Every file of every table is there, and each source file shows whole batches from its
        front: nothing lost behind a gap, nothing twice, nothing that was never sent."""
        assert self.healix.json("doctor")["healthy"]
        assert all(job["state"] in ("queued", "done") for job in self.healix.json("jobs", "list"))
        stored = self._stored_rows()
        assert set(stored) <= set(self.files)
        for path, rows in stored.items():
            expected = self.files[path]
            assert rows == expected[:len(rows)], f"{path}: not the front of what was sent"
            if path in self.complete:
                assert len(rows) == len(expected), f"{path}: acknowledged records are missing"

    def check_receipts(self, receipts: list[str]) -> None:
        for receipt in receipts:
            assert self.healix.json("receipt", "verify", receipt)["valid"]

    def check_totals(self) -> None:
        """All receipts together say `written` as often as there are rows. What a killed run
        committed stands in the receipt of the run that completed the file."""
        lines = self.healix.json("receipt", "list")
        known = {line["receipt"] for line in lines}
        assert set(self.receipts) <= known, "an acknowledged receipt is gone"
        rows = self.healix.sql("SELECT count(*) AS n FROM raw.fhir")[0]["n"]
        assert sum(line["written"] for line in lines) == rows
        assert rows == sum(len(self.files[path]) for path in self.complete)

    def _stored_rows(self) -> dict[str, list[Row]]:
        stored: dict[str, list[Row]] = {}
        for row in self.healix.sql(
                'SELECT file, id, hash FROM raw.fhir ORDER BY file, "offset"'):
            stored.setdefault(row["file"], []).append((row["id"], row["hash"]))
        return stored


def was_killed(done: subprocess.CompletedProcess) -> bool:
    return done.returncode == -signal.SIGKILL


def answer_of(done: subprocess.CompletedProcess):
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr[-2000:]}"
    return json.loads(done.stdout)
