#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the house rules that a machine can check; `./dev tidy` and a test call it.

tidy.py [FOLDER]    prints `file:line: [rule] what is wrong`; exit 1 when there is anything

The rules are the functions of checks.py and cpp_checks.py, one each; which module may include a
third-party header stands in third_party.txt, what may break a rule for now in waivers.txt.
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import checks  # noqa: E402
import cpp_checks  # noqa: E402
from tree import Finding, Tree  # noqa: E402

HERE = pathlib.Path(__file__).parent
ALL_CHECKS = checks.ALL + cpp_checks.ALL


def read_tree(folder: pathlib.Path) -> Tree:
    """Reads what git knows or would add: not what it ignores."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=folder, capture_output=True, check=True)
    files = {}
    for name in listed.stdout.decode().split("\0"):
        path = folder / name
        if name and path.is_file():
            files[name] = path.read_text(encoding="utf-8", errors="replace")
    return Tree(files)


def apply_waivers(findings: list, waivers: str) -> list:
    """Takes waived findings away; a waiver that is not needed is a finding itself."""
    kept, used = list(findings), set()
    lines = [line.split("#", 1)[0].split(maxsplit=2) for line in waivers.splitlines()]
    entries = {number: words for number, words in enumerate(lines, 1) if words}
    here = "tools/tidy/waivers.txt"
    problems = []
    limit = None
    for number, words in list(entries.items()):
        if words[0] == "at-most" and len(words) == 2 and words[1].isdigit():
            limit = int(words[1])
            del entries[number]
        elif len(words) < 3:
            problems.append(Finding(here, number, "waiver", "a waiver is: file, rule, reason"))
            del entries[number]
    for number, (path, rule, _) in entries.items():
        waived = [f for f in kept if (f.path, f.rule) == (path, rule) and f.waivable]
        if not waived:
            problems.append(Finding(here, number, "waiver", f"{path} no longer breaks {rule}: delete the line"))
        kept = [f for f in kept if f not in waived]
    if limit is None or len(entries) > limit:
        problems.append(Finding(here, 1, "waiver", f"{len(entries)} waivers, `at-most` says {limit}; the list only shrinks"))
    return kept + problems


def main() -> int:
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent.parent
    tree = read_tree(folder)
    findings = [finding for check in ALL_CHECKS for finding in check(tree)]
    findings = apply_waivers(findings, tree.files.get("tools/tidy/waivers.txt", "at-most 0"))
    for finding in sorted(findings, key=lambda f: (f.path, f.line, f.rule)):
        print(finding)
    print(f"{len(tree.files)} files, {len(ALL_CHECKS)} rules, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
