# SPDX-License-Identifier: Apache-2.0
"""Prints, at the end of a run, the tables that tests filled: what was proven, case by case.

A test adds a row by `table_row("Bad input", case="…", code="…")`. Rows travel as properties of the
test's report, so they arrive from every worker process and stand in the JUnit file too.
"""
import json

import pytest
from printed_tables import Tables, table_lines


@pytest.fixture
def table_row(record_property):
    """Returns a function that adds one row to the table of that title."""
    def add(title: str, **cells: object) -> None:
        record_property(f"table: {title}", json.dumps(cells, default=str))
    return add


def pytest_terminal_summary(terminalreporter):
    tables = Tables()
    # A report that passed its teardown is filed under the empty category.
    for report in (one for filed in terminalreporter.stats.values() for one in filed):
        if getattr(report, "when", "") == "teardown":
            for name, value in report.user_properties:
                tables.add(name, value)
    for title, rows in sorted(tables.rows.items()):
        terminalreporter.section(title, sep="-")
        for line in table_lines(rows):
            terminalreporter.write_line(line)
