# SPDX-License-Identifier: Apache-2.0
"""Rows that tests add reach the end of the run, also from another process."""
import pathlib
import subprocess
import sys

ONE_TEST = """
def test_adds_rows(table_row):
    table_row("Cells", case="first", n=1)
    table_row("Cells", case="a longer one", other=None)
    table_row("Cells", case="first", n=2)


def test_fills_a_cell(table_row):
    table_row("Cells", case="first", other="beside")
"""


def test_rows_are_printed_as_a_table(tmp_path):
    (tmp_path / "conftest.py").write_text(
        (pathlib.Path(__file__).parents[1] / "conftest.py").read_text())
    tools = pathlib.Path(__file__).parents[2] / "tools/dev"
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {tools}\n")
    (tmp_path / "test_one.py").write_text(ONE_TEST)
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", "1", "-p", "no:cacheprovider",
                           tmp_path], capture_output=True, text=True, check=False, cwd=tmp_path)
    lines = done.stdout.splitlines()
    begin = next(i for i, line in enumerate(lines) if "- Cells -" in line)
    assert sorted(lines[begin + 1:begin + 5]) == [
        "a longer one     None", "case          n  other", "first         1  beside",
        "first         2"], done.stdout
