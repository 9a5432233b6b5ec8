# SPDX-License-Identifier: Apache-2.0
"""The engine in a child process: what happens to it, to its parent, and to the statement."""
import os
import pathlib
import signal
import subprocess
import time

import pytest

CHILD = {"HEALIX_ENGINE_PROCESS": "child"}
ENDLESS = "SELECT count(*) AS n FROM range(100000000000) t(i) WHERE hash(i) = 1"
RUNAWAY = "SELECT length(repeat('x', 3000000000)) AS n"  # texts that DuckDB itself does not count


def workers_of(parent: int) -> list[int]:
    """The ids of the engine's processes below that one."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(stat[1]) == parent and b"engine-worker" in words:
            found.append(int(folder.name))
    return found


def is_alive(process: int) -> bool:
    try:
        state = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(condition):
    for _ in range(6000):
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    pytest.fail("waited for a minute in vain")


@pytest.fixture
def endless(healix):
    """A program whose engine computes in a child, and the child's id."""
    program = subprocess.Popen(
        [healix.program, "--home", str(healix.home), "--json", "sql", "-c", ENDLESS],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **healix.env, **CHILD})
    worker = wait_until(lambda: workers_of(program.pid))[0]
    yield program, worker
    program.kill()
    program.communicate()


def test_the_child_dies_with_its_parent(endless):
    program, worker = endless
    program.send_signal(signal.SIGKILL)
    program.wait()
    wait_until(lambda: not is_alive(worker))


def test_a_child_that_dies_fails_the_statement_only(endless, healix):
    program, worker = endless
    os.kill(worker, signal.SIGKILL)
    _, errors = program.communicate()
    assert program.returncode == 1
    assert "ENGINE_FAILED" in errors
    assert healix.sql("SELECT 42 AS n", env=CHILD) == [{"n": 42}]


def test_runaway_memory_is_refused(healix):
    assert healix.error("sql", "-c", RUNAWAY, env=CHILD) in ("MEMORY_EXCEEDED", "ENGINE_FAILED")


def test_another_word_for_the_process_is_refused(healix):
    assert healix.error("doctor", env={"HEALIX_ENGINE_PROCESS": "thread"}) == "SETTING_INVALID"


def test_the_worker_is_not_for_people(program):
    done = subprocess.run([program, "engine-worker"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "engine-worker" not in subprocess.run([program, "--help"], capture_output=True,
                                                 text=True, check=True).stdout
