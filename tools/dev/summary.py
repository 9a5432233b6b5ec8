#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows what an ingest left in a home: rows per table, receipt totals, five questions with their SQL and
answers, sizes and rates, what to try next. Asks the healix program only; standard library only."""

import argparse
import fnmatch
import json
import pathlib
import subprocess
import sys

QUESTIONS_SHOWN = 5


class Healix:
    """Runs the healix program on one home and reads its JSON."""

    def __init__(self, program, home):
        self.program = program
        self.home = home

    def ask(self, *arguments):
        """The JSON on standard output, or None when healix refused; the refusal is kept in `error`."""
        command = [self.program, *arguments, "--home", self.home]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.error = done.stderr.strip()
        return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else None

    def sql(self, statement):
        return self.ask("sql", "--format", "json", "-c", statement)


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}")


def show_rows(rows):
    """Prints rows (a list of objects) as a table, numbers to the right."""
    if not rows:
        print("  (no rows)")
        return
    names = list(rows[0])
    cells = [[text_of(row.get(name)) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(names)]
    right = [all(isinstance(row.get(name), (int, float)) for row in rows) for name in names]
    for line in [names, *cells]:
        padded = (cell.rjust(width) if to_right else cell.ljust(width)
                  for cell, width, to_right in zip(line, widths, right))
        print("  " + "  ".join(padded).rstrip())


def text_of(value):
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else str(value)


def mib(count_of_bytes):
    return f"{count_of_bytes / 2**20:,.1f} MiB"


def table_names(healix):
    """Names of all tables and views, as `schema.name`."""
    answer = healix.ask("table", "list", "--json")
    if isinstance(answer, dict):
        answer = answer.get("tables", [])
    return [entry["table"] if "table" in entry else entry["name"] for entry in answer or []]


def show_tables(healix, names):
    heading("Rows per table")
    rows = []
    for name in names:
        counted = healix.sql(f"SELECT count(*) AS n FROM {name}")
        rows.append({"table": name, "rows": counted[0]["n"] if counted else None})
    show_rows(rows)


def show_receipt(healix, ingest):
    heading(f"Receipt {ingest.get('receipt', '')}")
    found, classes = ingest["found"], ["written", "duplicate", "quarantined"]
    print(f"  found {found:,} = " + " + ".join(f"{name} {ingest[name]:,}" for name in classes))
    if found != sum(ingest[name] for name in classes):
        print("  THE SUM IS WRONG: please report this")
    verified = healix.ask("receipt", "verify", str(ingest.get("receipt", "")), "--json")
    print("  signature verified" if verified is not None else f"  NOT VERIFIED: {healix.error}")


class Question:
    """One file of the questions folder."""

    def __init__(self, path):
        lines = path.read_text(encoding="utf-8").splitlines()
        self.words = self.header(lines, "question")
        self.needs = self.header(lines, "needs")
        self.statement = "\n".join(line for line in lines if not line.startswith("--"))

    @staticmethod
    def header(lines, name):
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(f"-- {name}:"))

    def statement_for(self, names):
        """The SQL with its table filled in, or None when the home has no such table."""
        matches = fnmatch.filter(names, self.needs)
        return self.statement.replace("{table}", matches[0]) if matches else None


def show_questions(healix, folder, names):
    heading("Five questions")
    shown = 0
    for path in sorted(folder.glob("*.sql")):
        question = Question(path)
        statement = question.statement_for(names)
        if statement is None or shown == QUESTIONS_SHOWN:
            continue
        shown += 1
        print(f"\n{shown}. {question.words}\n")
        print("\n".join("     " + line for line in statement.splitlines()) + "\n")
        rows = healix.sql(statement)
        if rows is None:
            print(f"  refused: {healix.error}")
            continue
        show_rows(rows)


def show_sizes(home, ingest, seconds):
    heading("Sizes and rates")
    kept = sum(path.stat().st_size for path in pathlib.Path(home).rglob("*") if path.is_file())
    taken = ingest["bytes"]
    taken = taken.get("found", taken.get("total", 0)) if isinstance(taken, dict) else taken
    print(f"  read {mib(taken)} in {seconds:.1f} s: {mib(taken / seconds)}/s, {ingest['found'] / seconds:,.0f} records/s")
    print(f"  the home holds {mib(kept)}, {kept / max(taken, 1):.2f} of what was read")


def show_next(healix, names):
    heading("What to try next")
    program, home = healix.program, healix.home
    print(f"  export HEALIX_HOME={home}")
    print(f"  {program} receipt list               # one receipt per ingest, every byte in it")
    print(f"  {program} quarantine list            # what could not be read, with reason and place")
    if "raw.patient" in names:
        patient = healix.sql("SELECT min(id) AS id FROM raw.patient")
        if patient:
            print(f"  {program} trace raw.patient {patient[0]['id']}   # back to the bytes it came from")
    shown = healix.ask("table", "show", "raw.fhir", "--json") if "raw.fhir" in names else None
    if shown:
        print("  any Iceberg reader opens the tables, for example in Python:")
        print("    from pyiceberg.table import StaticTable")
        print(f"    StaticTable.from_metadata('{shown['metadata_location']}').scan(limit=5).to_arrow()")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--healix", required=True)
    parser.add_argument("--home", required=True)
    parser.add_argument("--ingest", required=True, type=pathlib.Path, help="what `healix ingest --json` printed")
    parser.add_argument("--ingest-us", required=True, type=int, help="how long it took, in microseconds")
    parser.add_argument("--questions", required=True, type=pathlib.Path)
    options = parser.parse_args()

    healix = Healix(options.healix, options.home)
    ingest = json.loads(options.ingest.read_text())
    names = table_names(healix)
    show_tables(healix, names)
    show_receipt(healix, ingest)
    show_questions(healix, options.questions, names)
    show_sizes(options.home, ingest, options.ingest_us / 1e6)
    show_next(healix, names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
