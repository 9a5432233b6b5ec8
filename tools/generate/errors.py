#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns spec/errors.yaml into an X-macro list: HEALIX_ERROR(Name, NUMBER, ...)."""
import re
import sys

import yaml

FIELDS = {"number": int, "name": str, "retryable": bool, "http": int,
          "sqlstate": str, "fhir": str, "operator": str, "action": str}


def constant(name: str) -> str:
    return "k" + "".join(part.capitalize() for part in name.split("_"))


def check(entries: list) -> None:
    numbers, names = set(), set()
    for entry in entries:
        if set(entry) != set(FIELDS):
            sys.exit(f"errors.yaml: {entry.get('name')}: fields must be {sorted(FIELDS)}")
        for field, kind in FIELDS.items():
            if not isinstance(entry[field], kind):
                sys.exit(f"errors.yaml: {entry['name']}.{field} must be {kind.__name__}")
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", entry["name"]):
            sys.exit(f"errors.yaml: bad name {entry['name']}")
        if len(entry["sqlstate"]) != 5:
            sys.exit(f"errors.yaml: {entry['name']}: an SQLSTATE has five characters")
        if entry["number"] in numbers or entry["name"] in names:
            sys.exit(f"errors.yaml: {entry['name']} or its number stands twice")
        numbers.add(entry["number"])
        names.add(entry["name"])


def main() -> None:
    source, target = sys.argv[1:3]
    with open(source, encoding="utf-8") as handle:
        entries = yaml.safe_load(handle)
    check(entries)
    quote = lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    lines = ["// Generated from spec/errors.yaml. (constant, number, name, retryable, http, sqlstate, fhir, operator, action)"]
    for entry in entries:
        lines.append("HEALIX_ERROR({}, {}, {}, {}, {}, {}, {}, {}, {})".format(
            constant(entry["name"]), entry["number"], quote(entry["name"]),
            "true" if entry["retryable"] else "false", entry["http"], quote(entry["sqlstate"]),
            quote(entry["fhir"]), quote(entry["operator"]), quote(entry["action"])))
    with open(target, "w", encoding="utf-8") as handle:
        handle.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
