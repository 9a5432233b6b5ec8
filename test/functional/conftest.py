# SPDX-License-Identifier: Apache-2.0
"""What the functional tests share: the program under test, homes, and the shared data."""
import json
import os
import pathlib
import subprocess

import pytest


class Healix:
    """Calls the program on one home folder. Every call is a process of its own, as for a user."""

    def __init__(self, program: str, home: pathlib.Path):
        self.program = program
        self.home = home

    def run(self, *words: object, env: dict | None = None, timeout_s: int = 600,
            cwd: pathlib.Path | None = None) -> subprocess.CompletedProcess:
        command = [self.program, "--home", str(self.home), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, cwd=cwd,
                              env={**os.environ, **(env or {})}, check=False)

    def json(self, *words: object, **options):
        """Runs a command with --json, which must succeed, and returns its answer."""
        done = self.run(*words, "--json", **options)
        assert done.returncode == 0, f"{words}: exit {done.returncode}: {done.stderr[-2000:]}"
        return json.loads(done.stdout)

    def sql(self, statement: str, **options) -> list:
        return self.json("sql", "-c", statement, **options)

    def error(self, *words: object, **options) -> str:
        """Runs a command with --json, which must fail, and returns its error code."""
        done = self.run(*words, "--json", **options)
        assert done.returncode == 1, f"{words}: exit {done.returncode}, expected 1"
        return json.loads(done.stderr)["error"]["code"]


@pytest.fixture(scope="session")
def program() -> str:
    path = os.environ.get("HEALIX_BIN", "")
    if not path or not os.access(path, os.X_OK):
        pytest.fail("HEALIX_BIN must name the program under test; ./dev test sets it")
    return path


@pytest.fixture
def healix(program, tmp_path) -> Healix:
    """A program with a fresh home."""
    made = Healix(program, tmp_path / "home")
    done = made.run("init", made.home)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="session")
def shared():
    """Returns a function from a relative path to the shared file; skips where it is absent."""
    def find(relative: str) -> pathlib.Path:
        path = pathlib.Path(os.environ.get("HEALIX_SHARED", "absent")) / relative
        if path.exists():
            return path
        if os.environ.get("HEALIX_SHARED_REQUIRED") == "1":
            pytest.fail(f"HEALIX_SHARED_REQUIRED=1, but this is absent: {relative}")
        pytest.skip(f"shared data is absent: {relative}")
    return find
