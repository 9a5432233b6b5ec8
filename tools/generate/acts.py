#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns spec/acts.yaml into an X-macro list: HEALIX_ACT(kName, number, "name", class, "text")."""
import sys

import registry

FIELDS = {"number": int, "name": str, "class": str, "description": str}
CLASSES = {"change": "kChange", "disclosure": "kDisclosure", "browse": "kBrowse"}


def main() -> None:
    source, target = sys.argv[1:3]
    entries = registry.load(source)
    registry.check_fields(source, entries, FIELDS, r"[a-z]+\.[a-z_]+")
    for entry in entries:
        if entry["class"] not in CLASSES:
            registry.fail(source, f"{entry['name']}: class must be one of {sorted(CLASSES)}")
    registry.write(target, registry.macro_list(
        "Generated from spec/acts.yaml. (constant, number, name, class, description)", "HEALIX_ACT",
        [[registry.constant(entry["name"]), entry["number"], registry.quote(entry["name"]),
          CLASSES[entry["class"]], registry.quote(entry["description"])] for entry in entries]))


if __name__ == "__main__":
    main()
