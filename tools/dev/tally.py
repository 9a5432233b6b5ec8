#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up one test run: prints what failed, why tests were skipped, and the totals as the last line.

Usage: tally.py REPORTS. Reads REPORTS/cpp-*/ (CTest and GoogleTest reports) and
REPORTS/functional-*/ (pytest reports); exits 1 when a test failed. Standard library only.
"""

import collections
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from printed_tables import Tables, table_lines  # noqa: E402


class Tally:
    """Counts cases by outcome and remembers names of failures and reasons of skips."""

    def __init__(self):
        self.passed = 0
        self.failures = []
        self.skips = collections.Counter()

    def add(self, name, outcome, reason=""):
        if outcome == "passed":
            self.passed += 1
        elif outcome == "failed":
            self.failures.append(name)
        else:
            self.skips[reason or "no reason given"] += 1

    def line(self):
        return f"{self.passed} passed, {len(self.failures)} failed, {self.skips.total()} skipped"


def outcome_of(case):
    """Outcome and skip reason of one <testcase>, by GoogleTest, CTest or pytest."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed", ""
    skipped = case.find("skipped")
    if skipped is not None:
        lines = (skipped.get("message") or skipped.text or "").strip().splitlines()
        # GoogleTest puts the place on the first line and the reason behind it.
        return "skipped", lines[-1] if lines else ""
    if case.get("status") in ("notrun", "disabled"):
        return "skipped", "disabled"
    return "passed", ""


def cases_in(report):
    return ElementTree.parse(report).getroot().iter("testcase")


def seeds_in(arguments):
    """Number of files in the seed folders among a replay program's arguments."""
    folders = [pathlib.Path(argument) for argument in arguments]
    return sum(1 for folder in folders if folder.is_dir() for seed in folder.rglob("*") if seed.is_file())


def add_program(tally, label, ran, command, case_report):
    """Adds one CTest entry: its cases when it wrote them, its seeds when it is a replay, else itself."""
    outcome, reason = outcome_of(ran)
    name = f"{label}: {ran.get('name')}"
    if case_report.exists():
        failures_before = len(tally.failures)
        for case in cases_in(case_report):
            tally.add(f"{name} {case.get('classname')}.{case.get('name')}", *outcome_of(case))
        if outcome == "failed" and len(tally.failures) == failures_before:
            tally.add(f"{name} (crashed, leaked or timed out)", "failed")
    elif outcome == "passed" and (seeds := seeds_in(command[1:])):
        for _ in range(seeds):
            tally.add(name, "passed")
    else:
        tally.add(name, outcome, reason)


def add_cpp(tally, folder):
    """Adds the programs that CTest ran; CTest itself failing is one failure."""
    label = folder.name
    report = folder / "ctest.xml"
    if not report.exists():
        tally.add(f"{label}: CTest left no report", "failed")
        return
    programs = json.loads((folder / "programs.json").read_text()).get("tests", [])
    commands = {program["name"]: program.get("command", []) for program in programs}
    for ran in cases_in(report):
        command = commands.get(ran.get("name"), [])
        program = pathlib.Path(command[0]).name if command else ran.get("name")
        add_program(tally, label, ran, command, folder / "cases" / f"{program}.xml")


def add_functional(tally, folder):
    """Adds pytest's cases; pytest breaking off (a status besides passed, failed, none chosen) is one failure."""
    label = folder.name
    status = int((folder / "status").read_text()) if (folder / "status").exists() else -1
    failures_before = len(tally.failures)
    report = folder / "pytest.xml"
    if report.exists():
        for case in cases_in(report):
            tally.add(f"{label}: {case.get('classname')}.{case.get('name')}", *outcome_of(case))
    if status not in (0, 5) and len(tally.failures) == failures_before:
        tally.add(f"{label}: pytest ended with status {status}", "failed")


def print_tables(reports):
    """Prints the tables to which C++ tests added rows, with what Python adds to them; pytest prints the others."""
    tables = Tables()
    cpp = [case for report in sorted(reports.glob("cpp-*/cases/*.xml")) for case in cases_in(report)]
    python = [case for report in sorted(reports.glob("functional-*/pytest.xml")) for case in cases_in(report)]
    for case in cpp:
        for one in case.iter("property"):
            tables.add(one.get("name"), one.get("value"))
    titles = sorted(tables.rows)
    for case in python:
        for one in case.iter("property"):
            tables.add(one.get("name"), one.get("value"))
    for title in titles:
        print(f"---- {title} ----", *table_lines(tables.rows[title]), sep="\n")


def main(reports):
    tally = Tally()
    for folder in sorted(reports.glob("cpp-*")):
        add_cpp(tally, folder)
    for folder in sorted(reports.glob("functional-*")):
        add_functional(tally, folder)
    print_tables(reports)
    for reason, count in tally.skips.most_common():
        print(f"skipped {count}: {reason}")
    for name in tally.failures:
        print(f"FAILED {name}")
    print(tally.line())
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
