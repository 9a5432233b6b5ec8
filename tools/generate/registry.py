# SPDX-License-Identifier: Apache-2.0
"""What the generators of spec/*.yaml share: reading, checking and naming entries, writing C++."""
import pathlib
import re
import sys

import yaml


def load(path: str) -> list[dict]:
    with open(path, encoding="utf-8") as handle:
        return yaml.safe_load(handle)


def fail(path: str, message: str) -> None:
    sys.exit(f"{pathlib.Path(path).name}: {message}")


def check_fields(path: str, entries: list[dict], fields: dict[str, type], name_pattern: str) -> None:
    """Each entry has exactly these fields, a fitting name, and no number or name stands twice."""
    seen = set()
    for entry in entries:
        name = entry.get("name")
        if set(entry) != set(fields):
            fail(path, f"{name}: fields must be {sorted(fields)}")
        for field, kind in fields.items():
            if not isinstance(entry[field], kind):
                fail(path, f"{name}.{field} must be {kind.__name__}")
        if not re.fullmatch(name_pattern, name):
            fail(path, f"bad name {name}")
        if entry["number"] in seen or name in seen:
            fail(path, f"{name} or its number stands twice")
        seen |= {entry["number"], name}


def constant(name: str) -> str:
    """`IO_FAILED` and `io.failed` become `kIoFailed`."""
    return "k" + "".join(part.capitalize() for part in re.split(r"[._]", name))


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def macro_list(head: str, macro: str, rows: list[list]) -> str:
    """One call of the macro per row, below a line of comment."""
    lines = [f"// {head}"] + [f"{macro}({', '.join(map(str, row))})" for row in rows]
    return "\n".join(lines) + "\n"


def write(path: str, text: str) -> None:
    """Leaves a file that says the same already untouched, so that nothing is built again."""
    target = pathlib.Path(path)
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")
