# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: running healix with its peak memory, and printing gates."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time


def program() -> str:
    return os.environ["HEALIX_BIN"]


class Work:
    """A folder for one benchmark, removed at the end."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="healix-bench-"))

    def __enter__(self) -> pathlib.Path:
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def _tree_rss_bytes(pid: int) -> int:
    """Sums the resident memory of a process and its children, shared pages counted once each."""
    total = 0
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        try:
            with open(f"/proc/{current}/smaps_rollup", encoding="ascii") as handle:
                total += sum(int(line.split()[1]) * 1024 for line in handle
                             if line.startswith("Pss:"))
            for task in os.listdir(f"/proc/{current}/task"):
                with open(f"/proc/{current}/task/{task}/children", encoding="ascii") as handle:
                    waiting.extend(int(child) for child in handle.read().split())
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return total


class Run:
    """One finished run of healix: answer, seconds, peak memory of the whole process tree."""

    def __init__(self, *words: object):
        command = [program(), *map(str, words), "--json"]
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.peak_bytes = 0
        watching = threading.Thread(target=self._watch, args=(process,))
        watching.start()
        out, err = process.communicate()
        watching.join()
        self.seconds = time.monotonic() - started
        if process.returncode != 0:
            raise RuntimeError(f"{command}: exit {process.returncode}: {err.decode()[-1000:]}")
        self.answer = json.loads(out)

    def _watch(self, process: subprocess.Popen) -> None:
        while process.poll() is None:
            self.peak_bytes = max(self.peak_bytes, _tree_rss_bytes(process.pid))
            time.sleep(0.02)


class Gates:
    """Collects what must hold; exit_code() is 1 when something did not."""

    def __init__(self, name: str):
        self.name = name
        self.rows: list = []

    def check(self, what: str, value: float, limit: float, unit: str = "", goal: bool = False):
        holds = value <= limit
        self.rows.append({"what": what, "value": value, "limit": limit, "unit": unit,
                          "kind": "goal" if goal else "gate", "holds": holds})
        word = "holds" if holds else ("missed (goal)" if goal else "MISSED")
        print(f"{self.name:10} {what:58} {value:10.3f} <= {limit:10.3f} {unit:6} {word}", flush=True)

    def at_least(self, what: str, value: float, limit: float, unit: str = "", goal: bool = False):
        holds = value >= limit
        self.rows.append({"what": what, "value": value, "limit": limit, "unit": unit,
                          "kind": "goal" if goal else "gate", "holds": holds})
        word = "holds" if holds else ("missed (goal)" if goal else "MISSED")
        print(f"{self.name:10} {what:58} {value:10.3f} >= {limit:10.3f} {unit:6} {word}", flush=True)

    def exit_code(self) -> int:
        folder = os.environ.get("HEALIX_BENCH_RESULTS")
        if folder:
            path = pathlib.Path(folder) / f"{self.name}.json"
            path.write_text(json.dumps(self.rows, indent=1), encoding="utf-8")
        return int(any(not row["holds"] and row["kind"] == "gate" for row in self.rows))
