# SPDX-License-Identifier: Apache-2.0
"""What the functional tests share: the program under test, homes, and the shared data."""
import contextlib
import json
import os
import pathlib
import subprocess
import uuid

import psycopg
import pytest


class Healix:
    """Calls the program on one home folder. Every call is a process of its own, as for a user.
    `env` holds what the configuration under test adds to the environment."""

    def __init__(self, program: str, home: pathlib.Path, env: dict[str, str] | None = None):
        self.program = program
        self.home = home
        self.env = env or {}

    def run(self, *words: object, env: dict | None = None, timeout_s: int = 600,
            cwd: pathlib.Path | None = None) -> subprocess.CompletedProcess:
        command = [self.program, "--home", str(self.home), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, cwd=cwd,
                              env={**os.environ, **self.env, **(env or {})}, check=False)

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


def configuration() -> str:
    """The text of the configuration under test (test/configs), empty for the default one."""
    path = os.environ.get("HEALIX_TEST_CONFIG")
    return pathlib.Path(path).read_text(encoding="utf-8") if path else ""


@contextlib.contextmanager
def postgres_database():
    """A database of its own on the private server; yields its connection string."""
    server = os.environ["HEALIX_TEST_POSTGRES"]
    name = f"home_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield psycopg.conninfo.make_conninfo(server, dbname=name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres():
    """The connection string of an empty database on the private server."""
    with postgres_database() as connection:
        yield connection


@pytest.fixture
def healix_at(program):
    """Returns a function that gives the program for a home folder that is not made yet."""
    return lambda home, **env: Healix(program, home, env)


@contextlib.contextmanager
def home_maker(program: str, folder: pathlib.Path):
    """Yields a function that makes a home of that name under the configuration under test."""
    with contextlib.ExitStack() as databases:
        def make(name: str) -> Healix:
            text, env = configuration(), {}
            if "{postgres}" in text:
                env["HEALIX_RECORDS_CONNECTION"] = databases.enter_context(postgres_database())
            made = Healix(program, folder / name / "home", env)
            made.home.parent.mkdir(exist_ok=True)
            done = made.run("init", made.home)
            assert done.returncode == 0, done.stderr
            if text and not env:
                (made.home / "settings.yaml").write_text(text, encoding="utf-8")
            return made
        yield make


@pytest.fixture
def new_home(program, tmp_path):
    with home_maker(program, tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def new_module_home(program, tmp_path_factory):
    """Makes homes that the tests of one file share; they only read what its first fixture wrote."""
    with home_maker(program, tmp_path_factory.mktemp("module")) as make:
        yield make


@pytest.fixture(scope="module")
def module_home(new_module_home):
    return new_module_home("home")


@pytest.fixture
def healix(new_home) -> Healix:
    """A program with a fresh home."""
    return new_home("healix")


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
