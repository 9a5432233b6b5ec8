# SPDX-License-Identifier: Apache-2.0
"""The most memory that one command held.

Linux counts into a process's peak what its parent held when it forked (exec_mmap keeps the old
mark), so a test runner that has grown would be measured instead. A small interpreter stands between.
"""
import os
import subprocess
import sys

_BETWEEN = """
import os, sys
child = os.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss * 1024))
sys.exit(os.waitstatus_to_exitcode(status) & 255)
"""


def run_and_measure(command: list, folder, env: dict | None = None,
                    expected_exit: int = 0) -> tuple[bytes, int]:
    """Runs a command that must end so; returns its standard output and its peak in bytes.

    `folder` takes a small file; a process that the command starts is not counted.
    """
    peak = folder / "peak_bytes"
    done = subprocess.run([sys.executable, "-S", "-c", _BETWEEN, str(peak), *map(str, command)],
                          stdout=subprocess.PIPE, env={**os.environ, **(env or {})}, check=False)
    assert done.returncode == expected_exit, f"{command}: exit {done.returncode}"
    return done.stdout, int(peak.read_text())
