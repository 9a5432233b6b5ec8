#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns spec/errors.yaml into an X-macro list: HEALIX_ERROR(Name, NUMBER, ...)."""
import sys

import registry

FIELDS = {"number": int, "name": str, "retryable": bool, "http": int,
          "sqlstate": str, "fhir": str, "operator": str, "action": str}


def row(entry: dict) -> list:
    return [registry.constant(entry["name"]), entry["number"], registry.quote(entry["name"]),
            str(entry["retryable"]).lower(), entry["http"],
            *(registry.quote(entry[field]) for field in ("sqlstate", "fhir", "operator", "action"))]


def main() -> None:
    source, target = sys.argv[1:3]
    entries = registry.load(source)
    registry.check_fields(source, entries, FIELDS, r"[A-Z][A-Z0-9_]*")
    for entry in entries:
        if len(entry["sqlstate"]) != 5:
            registry.fail(source, f"{entry['name']}: an SQLSTATE has five characters")
    registry.write(target, registry.macro_list(
        "Generated from spec/errors.yaml. (constant, number, name, retryable, http, sqlstate, fhir, "
        "operator, action)", "HEALIX_ERROR", [row(entry) for entry in entries]))


if __name__ == "__main__":
    main()
