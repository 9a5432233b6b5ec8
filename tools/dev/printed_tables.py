# SPDX-License-Identifier: Apache-2.0
"""Tables that tests fill row by row, as properties of their reports: what was proven, case by case.

Python adds rows by `table_row` (test/conftest.py), C++ by AddTableRow (base/testing/table_row.h).
Rows that agree in their first cell and fill different columns are one: several tests may each fill a cell.
"""
import json
import re

PROPERTY = re.compile(r"table(?: \d+)?: (.+)")


class Tables:
    """Rows by title, in the order in which they came."""

    def __init__(self):
        self.rows: dict[str, list[dict]] = {}

    def add(self, property_name: str, value: str) -> None:
        """Takes the property of a report; those that are no row are passed over."""
        if match := PROPERTY.fullmatch(property_name):
            add_row(self.rows.setdefault(match[1], []), json.loads(value))


def add_row(rows: list[dict], new: dict) -> None:
    """Appends a row, or fills what is free in the row of the same first cell."""
    first = next(iter(new))
    for row in rows:
        if row.get(first) == new[first] and not set(row) & set(new) - {first}:
            row.update(new)
            return
    rows.append(new)


def table_lines(rows: list[dict]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names] + [[str(row.get(name, "")) for name in names] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
            for line in cells]
