#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns spec/settings.yaml into an X-macro list and the page docs/generated/settings.md.

settings.py SPEC --table OUT.inc    HEALIX_SETTING(constant, value_type, name, kind, ...)
settings.py SPEC --page OUT.md      writes the page
settings.py SPEC --check-page MD    fails when the page is not what --page would write
"""
import pathlib
import re
import sys

import registry

UNITS = {"bytes": "std::int64_t", "count": "std::int64_t", "ratio": "std::int64_t",
         "ms": "std::chrono::milliseconds", "hours": "std::chrono::hours"}
SUFFIXES = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
FIELDS = {"integer": {"unit", "min", "max"}, "boolean": set(), "text": set(), "choice": {"choices"}}


def number(value) -> int:
    match = re.fullmatch(r"(\d+)([KMGT]iB)?", str(value))
    if not match:
        sys.exit(f"settings.yaml: {value!r} is not a number")
    return int(match[1]) * SUFFIXES.get(match[2], 1)


def check(entries: list) -> None:
    names = set()
    for entry in entries:
        name = entry.get("name", "?")
        if not re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", name) or name in names:
            sys.exit(f"settings.yaml: {name} is no name or stands twice")
        names.add(name)
        expected = {"name", "type", "default", "description"} | FIELDS.get(entry.get("type"), {"?"})
        if set(entry) != expected:
            sys.exit(f"settings.yaml: {name}: fields must be {sorted(expected)}")
        if entry["type"] == "choice" and entry["default"] not in entry["choices"]:
            sys.exit(f"settings.yaml: {name}: the default is not a choice")
        if entry["type"] == "integer":
            low, value, high = (number(entry[field]) for field in ("min", "default", "max"))
            if entry["unit"] not in UNITS or not low <= value <= high < 2**63:
                sys.exit(f"settings.yaml: {name}: unknown unit or default out of range")


def value_type(entry: dict) -> str:
    if entry["type"] == "integer":
        return UNITS[entry["unit"]]
    return "bool" if entry["type"] == "boolean" else "std::string"


def default_text(entry: dict) -> str:
    if entry["type"] == "integer":
        return str(number(entry["default"]))
    return str(entry["default"]).lower() if entry["type"] == "boolean" else entry["default"]


def table(entries: list) -> str:
    quote = registry.quote
    return registry.macro_list(
        "Generated from spec/settings.yaml. (constant, value type, name, kind, unit, default,"
        " min, max, choices, description)", "HEALIX_SETTING",
        [[registry.constant(entry["name"]), value_type(entry), quote(entry["name"]),
          "k" + entry["type"].capitalize(), quote(entry.get("unit", "")),
          quote(default_text(entry)), number(entry.get("min", 0)), number(entry.get("max", 0)),
          quote("|".join(entry.get("choices", []))), quote(entry["description"])]
         for entry in entries])


def allowed(entry: dict) -> str:
    if entry["type"] == "integer":
        return f"{entry['min']} to {entry['max']} {entry['unit']}"
    return {"boolean": "true, false", "text": "text"}.get(entry["type"]) or ", ".join(entry["choices"])


def page(entries: list) -> str:
    lines = ["<!-- SPDX-License-Identifier: Apache-2.0 -->",
             "<!-- Generated from spec/settings.yaml by tools/generate/settings.py: change it there. -->",
             "# Settings", "",
             "A setting has its default, unless `settings.yaml` in the home folder names another value, unless the",
             "environment does: `ingest.record_bytes_max` is there `HEALIX_INGEST_RECORD_BYTES_MAX`. Sizes may be",
             "written as `64MiB`. A name that is not in this table is an error that names the nearest one.", "",
             "| name | default | allowed | what it does |", "|---|---|---|---|"]
    for entry in entries:
        default = entry["default"] if entry["default"] != "" else "empty"
        lines.append(f"| `{entry['name']}` | {default} | {allowed(entry)} | {entry['description']} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    spec, mode, target = sys.argv[1:4]
    entries = registry.load(spec)
    check(entries)
    text = table(entries) if mode == "--table" else page(entries)
    if mode != "--check-page":
        registry.write(target, text)
    elif pathlib.Path(target).read_text(encoding="utf-8") != text:
        sys.exit(f"{target} is stale: run tools/generate/settings.py {spec} --page {target}")


if __name__ == "__main__":
    main()
