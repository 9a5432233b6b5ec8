# SPDX-License-Identifier: Apache-2.0
"""Prints, at the end of a run, the tables that tests filled: what was proven, case by case.

A test adds a row by `table_row("Bad input", case="…", code="…")`. Rows travel as properties of the
test's report, so they arrive from every worker process and stand in the JUnit file too.
"""
import json

import pytest

PREFIX = "table: "


@pytest.fixture
def table_row(record_property):
    """Returns a function that adds one row to the table of that title."""
    def add(title: str, **cells: object) -> None:
        record_property(PREFIX + title, json.dumps(cells, default=str))
    return add


def rows_by_title(reports) -> dict[str, list[dict]]:
    tables: dict[str, list[dict]] = {}
    for report in reports:
        for name, value in getattr(report, "user_properties", []):
            if getattr(report, "when", "") == "teardown" and name.startswith(PREFIX):
                tables.setdefault(name.removeprefix(PREFIX), []).append(json.loads(value))
    return tables


def table_lines(rows: list[dict]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names] + [[str(row.get(name, "")) for name in names] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
            for line in cells]


def pytest_terminal_summary(terminalreporter):
    # A report that passed its teardown is filed under the empty category.
    reports = [report for filed in terminalreporter.stats.values() for report in filed]
    for title, rows in sorted(rows_by_title(reports).items()):
        terminalreporter.section(title, sep="-")
        for line in table_lines(rows):
            terminalreporter.write_line(line)
