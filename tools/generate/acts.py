#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns spec/acts.yaml into an X-macro list: HEALIX_ACT(kName, number, "name", class, "text")."""
import re
import sys

import yaml

FIELDS = {"number": int, "name": str, "class": str, "description": str}
CLASSES = {"change": "kChange", "disclosure": "kDisclosure", "browse": "kBrowse"}


def constant(name: str) -> str:
    return "k" + "".join(part.capitalize() for part in re.split(r"[._]", name))


def check(entries: list) -> None:
    numbers, names = set(), set()
    for entry in entries:
        if set(entry) != set(FIELDS):
            sys.exit(f"acts.yaml: {entry.get('name')}: fields must be {sorted(FIELDS)}")
        for field, kind in FIELDS.items():
            if not isinstance(entry[field], kind):
                sys.exit(f"acts.yaml: {entry['name']}.{field} must be {kind.__name__}")
        if not re.fullmatch(r"[a-z]+\.[a-z_]+", entry["name"]):
            sys.exit(f"acts.yaml: bad name {entry['name']}")
        if entry["class"] not in CLASSES:
            sys.exit(f"acts.yaml: {entry['name']}: class must be one of {sorted(CLASSES)}")
        if entry["number"] in numbers or entry["name"] in names:
            sys.exit(f"acts.yaml: {entry['name']} or its number stands twice")
        numbers.add(entry["number"])
        names.add(entry["name"])


def main() -> None:
    source, target = sys.argv[1:3]
    with open(source, encoding="utf-8") as handle:
        entries = yaml.safe_load(handle)
    check(entries)
    lines = ["// Generated from spec/acts.yaml. (constant, number, name, class, description)"]
    for entry in entries:
        description = entry["description"].replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'HEALIX_ACT({constant(entry["name"])}, {entry["number"]}, "{entry["name"]}", '
                     f'{CLASSES[entry["class"]]}, "{description}")')
    with open(target, "w", encoding="utf-8") as handle:
        handle.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
