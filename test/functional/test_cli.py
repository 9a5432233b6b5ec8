# SPDX-License-Identifier: Apache-2.0
"""The fixed names of the command line: exit codes, JSON, errors, locations. Others build on them."""
import json
import os
import pathlib
import pty
import re
import subprocess

import pytest
from fhir_files import bundle, line_of, ndjson, patient, patients, sha256, write_ndjson

COMMANDS = ["init", "ingest", "sql", "table", "quarantine", "receipt", "trace", "synth", "jobs",
            "version", "doctor"]
VIEW_COLUMNS = ["id", "version_id", "last_updated", "source", "file", "offset", "length", "hash",
                "arrived_at", "deleted", "resource"]


@pytest.fixture
def filled(healix, tmp_path):
    """A home with three patients and one bad line of the source `ward3`."""
    lines = patients(3)
    healix.file = write_ndjson(tmp_path / "Ward-3/people.ndjson", lines + [b"{]"])
    healix.lines = lines
    healix.answer = healix.json("ingest", healix.file)
    return healix


# ---- help and usage ------------------------------------------------------------------------------

@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_has_an_example(healix, command):
    done = healix.run(command, "--help")
    assert done.returncode == 0 and not done.stderr
    assert re.search(rf"Example: .*healix.* {command}\b", done.stdout), done.stdout


def test_help_of_the_program_names_every_command(healix):
    text = healix.run("--help").stdout
    assert all(re.search(rf"^\s+{command}\b", text, re.M) for command in COMMANDS), text


@pytest.mark.parametrize("words", [[], ["fetch"], ["ingest"], ["sql"], ["sql", "-c", "x", "file"],
                                   ["synth", "--patients", "0", "-o", "x"], ["table", "show"],
                                   ["sql", "--format", "xml", "-c", "SELECT 1"]],
                         ids=lambda words: " ".join(words) or "nothing")
def test_usage_errors_exit_with_2(healix, words):
    done = healix.run(*words)
    assert done.returncode == 2 and done.stderr and not done.stdout


def test_without_a_home_is_a_usage_error(program, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "HEALIX_HOME"}
    done = subprocess.run([program, "sql", "-c", "SELECT 1"], capture_output=True, text=True,
                          cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 2 and "error[USAGE]" in done.stderr


def test_home_by_environment(filled):
    done = subprocess.run([filled.program, "receipt", "list", "--json"], capture_output=True,
                          text=True, check=True,
                          env={**os.environ, **filled.env, "HEALIX_HOME": str(filled.home)})
    assert [line["receipt"] for line in json.loads(done.stdout)] == [filled.answer["receipt"]]


# ---- JSON and errors -----------------------------------------------------------------------------

def test_every_command_answers_json_and_nothing_else(filled, tmp_path):
    filled.sql("CREATE TABLE main.visits AS SELECT 1 AS id")
    receipt, [entry] = filled.answer["receipt"], filled.json("quarantine", "list")
    calls = [["init", tmp_path / "other"], ["ingest", filled.file], ["ingest", "--check", filled.file],
             ["sql", "-c", "SELECT 1 AS n"], ["table", "list"], ["table", "show", "raw.fhir"],
             ["table", "history", "raw.fhir"], ["table", "expire", "raw.fhir"],
             ["table", "compact", "raw.fhir"], ["quarantine", "list"],
             ["quarantine", "show", entry["id"]], ["quarantine", "redrive"], ["receipt", "list"],
             ["receipt", "show", receipt], ["receipt", "verify", receipt],
             ["trace", "raw.patient", "p-00000"],
             ["synth", "--patients", 1, "-o", tmp_path / "synth"], ["jobs"], ["jobs", "list"],
             ["version"], ["doctor"]]
    for words in calls:
        done = filled.run(*words, "--json")
        assert done.returncode == 0, f"{words}: {done.stderr}"
        json.loads(done.stdout)
        assert not done.stderr, f"{words}: {done.stderr}"
    filled.sql("DROP TABLE main.visits")
    assert filled.json("table", "undrop", "main.visits")["name"] == "main.visits"


def test_errors_are_a_code_and_a_sentence_on_standard_error(filled):
    done = filled.run("sql", "-c", "SELECT * FROM raw.nothing")
    assert done.returncode == 1 and not done.stdout
    assert re.match(r"error\[TABLE_NOT_FOUND\]: .+\n", done.stderr)


def test_errors_with_json_are_an_object(filled):
    done = filled.run("sql", "-c", "SELECT * FROM raw.nothing", "--json")
    assert done.returncode == 1 and not done.stdout
    error = json.loads(done.stderr)["error"]
    assert error["code"] == "TABLE_NOT_FOUND" and error["message"]


@pytest.mark.parametrize("words, code", [
    (["receipt", "show", "no-such"], "RECEIPT_NOT_FOUND"),
    (["receipt", "verify", "no-such"], "RECEIPT_NOT_FOUND"),
    (["quarantine", "show", "999"], "QUARANTINE_NOT_FOUND"),
    (["trace", "raw.patient", "no-such"], "RECORD_NOT_FOUND"),
    (["table", "show", "raw.nothing"], "TABLE_NOT_FOUND"),
    (["ingest", "--source", "Ward 3", "/etc/hostname"], "SOURCE_NAME_INVALID"),
    (["sql", "-c", "SELEKT 1"], "SQL_SYNTAX"),
    (["sql", "-c", "SELECT * FROM read_csv('/etc/passwd')"], "SQL_REFUSED"),
    (["sql", "-c", "COPY (SELECT 1) TO '/tmp/x'"], "SQL_REFUSED"),
    (["jobs", "cancel", "no-such"], "JOB_NOT_FOUND")], ids=lambda value: str(value)[:40])
def test_failures_have_their_code(filled, words, code):
    assert filled.error(*words) == code


def test_an_error_tells_nothing_from_inside_a_record(healix, tmp_path):
    secret = b'{"resourceType":"Patient","id":"x","name":"Mustermann",,}'
    file = write_ndjson(tmp_path / "ward/people.ndjson", [secret])
    done = healix.run("ingest", file)
    assert done.returncode == 0 and "Mustermann" not in done.stdout + done.stderr
    assert "Mustermann" not in json.dumps(healix.json("quarantine", "list"))


def test_progress_is_quiet_in_a_pipe(healix, tmp_path):
    file = write_ndjson(tmp_path / "ward/people.ndjson", patients(3000))
    done = healix.run("ingest", file)
    assert done.returncode == 0 and not done.stderr and "\r" not in done.stdout


def test_progress_shows_on_a_terminal(healix, tmp_path):
    file = write_ndjson(tmp_path / "ward/people.ndjson", patients(3000))
    read_end, write_end = pty.openpty()
    done = subprocess.run([healix.program, "--home", healix.home, "ingest", file],
                          stdout=subprocess.PIPE, stderr=write_end, check=False,
                          env={**os.environ, **healix.env})
    os.close(write_end)
    shown = os.read(read_end, 65536).decode()
    os.close(read_end)
    assert done.returncode == 0 and "left" in shown and "/s" in shown


# ---- ingest --------------------------------------------------------------------------------------

def test_ingest_json_has_its_totals_on_top(filled):
    assert {name: filled.answer[name] for name in ("found", "written", "duplicate", "quarantined")
            } == {"found": 4, "written": 3, "duplicate": 0, "quarantined": 1}
    assert filled.answer["bytes"] == filled.file.stat().st_size
    assert filled.answer["receipt"] == filled.json("receipt", "list")[0]["receipt"]


def test_ingest_again_finds_duplicates_only(filled):
    again = filled.json("ingest", filled.file)
    assert (again["found"], again["written"], again["duplicate"], again["quarantined"]) == (4, 0, 3, 1)


def test_source_is_named_after_the_folder_unless_told(filled):
    filled.json("ingest", "--source", "clinic", filled.file)
    rows = filled.sql("SELECT source, count(*) AS n FROM raw.fhir GROUP BY source ORDER BY source")
    assert rows == [{"source": "clinic", "n": 3}, {"source": "ward3", "n": 3}]


def test_strict_is_exit_3_and_its_answer_is_the_same(filled):
    done = filled.run("ingest", "--strict", "--json", filled.file)
    assert done.returncode == 3 and json.loads(done.stdout)["quarantined"] == 1


# ---- views and tables ----------------------------------------------------------------------------

def test_raw_view_has_exactly_these_columns(filled):
    assert list(filled.sql("SELECT * FROM raw.patient LIMIT 1")[0]) == VIEW_COLUMNS


def test_raw_view_says_where_each_row_came_from(filled):
    for row in filled.sql("SELECT * FROM raw.patient"):
        data = filled.file.read_bytes()[row["offset"]:row["offset"] + row["length"]]
        assert row["resource"].encode() == data and row["hash"] == sha256(data)
        assert pathlib.Path(row["file"]) == filled.file and row["deleted"] is False


def test_raw_view_has_one_row_per_version(filled, tmp_path):
    newer = patient("p-00000", active=True)
    newer["meta"]["versionId"] = "2"
    filled.json("ingest", write_ndjson(tmp_path / "Ward-3/more.ndjson", [line_of(newer)]))
    rows = filled.sql("SELECT version_id FROM raw.patient WHERE id = 'p-00000'")
    assert sorted(str(row["version_id"]) for row in rows) == ["2", "None"]


def test_delete_entry_is_a_tombstone(filled, tmp_path):
    file = tmp_path / "Ward-3/deleted.json"
    file.write_text(json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"request": {"method": "DELETE", "url": "Patient/p-00001"}}]}))
    filled.json("ingest", file)
    rows = filled.sql("SELECT deleted FROM raw.patient WHERE id = 'p-00001' ORDER BY deleted")
    assert [row["deleted"] for row in rows] == [False, True]


def test_table_show_has_its_fixed_names(filled):
    shown = filled.json("table", "show", "raw.fhir")
    assert shown["record_count"] == 3
    assert shown["snapshot_id"] == filled.json("table", "history", "raw.fhir")[-1]["snapshot_id"]
    assert shown["metadata_location"].startswith("file:///")
    assert pathlib.Path(shown["metadata_location"].removeprefix("file://")).is_file()


def test_time_travel_by_snapshot(filled):
    before = filled.json("table", "show", "raw.fhir")["snapshot_id"]
    filled.json("ingest", write_ndjson(filled.file.parent / "more.ndjson", patients(4, "q")))
    count = "SELECT count(*) AS n FROM raw.fhir"
    assert filled.sql(count) == [{"n": 7}]
    assert filled.sql(f"{count} AT (VERSION => {before})") == [{"n": 3}]


def test_trace_goes_back_to_the_bytes(filled):
    [traced] = filled.json("trace", "raw.patient", "p-00002")
    assert traced["source_bytes"].encode() == filled.lines[2]
    assert traced["match"] == "exact" and traced["hash"] == sha256(filled.lines[2])


def test_trace_says_when_the_source_changed(filled):
    filled.file.write_bytes(ndjson(list(reversed(filled.lines))))
    assert filled.error("trace", "raw.patient", "p-00002") in ("TRACE_MISMATCH", "INPUT_VANISHED")


def test_bundle_resource_is_cut_out_exactly(healix, tmp_path):
    people = [patient("b0"), patient("b1", name=[{"family": "Tést"}])]
    file = tmp_path / "ward/bundle.json"
    file.parent.mkdir()
    file.write_bytes(bundle(people))
    healix.json("ingest", file)
    [row] = healix.sql("SELECT resource FROM raw.patient WHERE id = 'b1'")
    assert json.loads(row["resource"]) == people[1]


@pytest.mark.parametrize("words", [["foo"], ["table", "foo"], ["sql", "-c", "SELECT 1", "--format", "xml"],
                                   [], ["table", "show"], ["ingest", "--nope"], ["x\x1b[31m"]])
def test_a_usage_error_is_an_error_as_any_other(healix, words):
    said = healix.run(*words).stderr
    assert said.startswith("error[USAGE]: ") and len(said.splitlines()) == 2
    assert all(c.isprintable() or c == "\n" for c in said)
    assert json.loads(healix.run(*words, "--json").stderr)["error"]["code"] == "USAGE"


def test_a_home_is_not_taken_in(healix, tmp_path):
    (healix.home.parent / "people.ndjson").write_text('{"resourceType":"Patient","id":"1"}\n')
    (tmp_path / "link").symlink_to(healix.home / "warehouse")
    for path in (healix.home.parent, healix.home, healix.home / "warehouse", tmp_path / "link"):
        assert healix.error("ingest", path) == "INVALID_ARGUMENT"
    assert healix.json("ingest", healix.home.parent / "people.ndjson")["written"] == 1
