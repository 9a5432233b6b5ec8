# SPDX-License-Identifier: Apache-2.0
"""Section 6, what stands in a folder where files should be: links that lead nowhere or in a circle, pipes,
sockets and devices, what may not be read, names that are no text or too long. Each stands in the receipt,
nothing waits for ever, and the good neighbours are taken in.
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess

import pytest
from fhir_files import id_of, ndjson, patients, write_ndjson
from taking_in import kept_of, stored_ids, take_in

GOOD = patients(5)
REST = patients(2, prefix="rest")
SECONDS_TO_SAY_SO = 120  # a hang would last for ever


def ids(lines) -> list[str]:
    return sorted(id_of(line) for line in lines)


@pytest.fixture
def ward(tmp_path) -> pathlib.Path:
    """A folder with one good file."""
    folder = tmp_path / "ward"
    write_ndjson(folder / "good.ndjson", GOOD)
    return folder


def as_a_user(healix, *words) -> subprocess.CompletedProcess:
    """Runs the program as one whom permissions bind. Root is left without the right to pass them."""
    command = [healix.program, "--home", str(healix.home), *map(str, words), "--json"]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("as root this needs setpriv")
        rights = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--inh-caps={rights}", f"--bounding-set={rights}", *command]
    return subprocess.run(command, capture_output=True, timeout=SECONDS_TO_SAY_SO, check=False,
                          env={**os.environ, **healix.env})


def check_one_is_left(healix, ward, table_row, case: str, code: str) -> dict:
    """The good file is taken, the other stands in quarantine, in the receipt, and for --strict."""
    done = as_a_user(healix, "ingest", ward)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["written"], answer["reasons"]) == (len(GOOD), {code: 1})
    assert (answer["found"], answer["quarantined"]) == (len(GOOD) + 1, 1)
    assert healix.json("receipt", "verify", answer["receipt"])["valid"]
    [entry] = healix.json("quarantine", "list")
    assert (entry["code"], entry["extent"]) == (code, "rest")
    [account] = [one for one in answer["files"] if one["file"] == entry["file"]]
    assert (account["kind"], account["sha256"]) == ("unreadable", "") and code in account["error"]
    assert as_a_user(healix, "ingest", "--strict", ward).returncode == 3
    assert healix.json("quarantine", "list") == [entry]  # the second time is the same entry
    assert as_a_user(healix, "ingest", "--check", ward).returncode == 0
    assert stored_ids(healix) == ids(GOOD)
    table_row("Bad input", case=case, code=code, position=pathlib.PurePath(entry["file"]).name,
              kept=kept_of(answer))
    return entry


def test_link_that_leads_nowhere(healix, ward, table_row):
    (ward / "gone.ndjson").symlink_to("nowhere.ndjson")
    check_one_is_left(healix, ward, table_row, "a link that leads nowhere", "FILE_NOT_FOUND")
    write_ndjson(ward / "nowhere.ndjson", REST)
    redriven = healix.json("quarantine", "redrive")
    assert (redriven["written"], redriven["kept"]) == (len(REST), 0)
    assert stored_ids(healix) == ids(GOOD + REST)


def test_links_in_a_circle(healix, ward, table_row):
    (ward / "a.ndjson").symlink_to("b.ndjson")
    (ward / "b.ndjson").symlink_to("a.ndjson")
    answer, entries = take_in(healix, ward)
    assert answer["reasons"] == {"FILE_NOT_FOUND": 2} and stored_ids(healix) == ids(GOOD)
    assert len(entries) == 2
    table_row("Bad input", case="links in a circle", code="FILE_NOT_FOUND", position="a.ndjson",
              kept=kept_of(answer))


def test_link_to_a_folder_above_is_passed(healix, ward, table_row):
    (ward / "inner").mkdir()
    write_ndjson(ward / "inner/rest.ndjson", REST)
    (ward / "inner/up").symlink_to("..")
    answer, entries = take_in(healix, ward)
    assert not entries and answer["duplicate"] == 0
    assert [(one["rule"], one["file"]) for one in answer["ignored"]] == [
        ("link-to-parent-folder", str(ward / "inner/up"))]
    assert stored_ids(healix) == ids(GOOD + REST)
    assert healix.run("ingest", "--strict", ward).returncode == 0  # nothing is left out
    table_row("Bad input", case="a link to a folder above", code="none, it is passed",
              position="inner/up", kept=kept_of(answer))


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_is_no_file_is_not_opened(healix, ward, table_row, kind):
    path = ward / "other.ndjson"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made, pathlib_cwd(ward):
            made.bind(path.name)
    else:
        path.symlink_to("/dev/zero")
    check_one_is_left(healix, ward, table_row, f"a {kind}", "UNSUPPORTED")
    stayed = healix.json("quarantine", "redrive", timeout_s=SECONDS_TO_SAY_SO)["stayed"]
    assert [item["code"] for item in stayed] == ["UNSUPPORTED"]
    done = healix.run("ingest", path, timeout_s=SECONDS_TO_SAY_SO)  # also when it is named
    assert done.returncode == 0


class pathlib_cwd:
    """Runs a block in a folder: the path of a socket must be short."""

    def __init__(self, folder):
        self.folder, self.before = folder, os.getcwd()

    def __enter__(self):
        os.chdir(self.folder)

    def __exit__(self, *_):
        os.chdir(self.before)


def test_folder_without_permission(healix, ward, table_row):
    closed = ward / "closed"
    write_ndjson(closed / "rest.ndjson", REST)
    closed.chmod(0)
    entry = check_one_is_left(healix, ward, table_row, "a folder without permission",
                              "PERMISSION_DENIED")
    assert entry["file"] == str(closed)
    closed.chmod(0o700)
    answer, still = take_in(healix, ward)
    assert answer["written"] == len(REST) and not still
    assert stored_ids(healix) == ids(GOOD + REST)


def test_file_without_permission(healix, ward, table_row):
    closed = write_ndjson(ward / "rest.ndjson", REST)
    closed.chmod(0)
    entry = check_one_is_left(healix, ward, table_row, "a file without permission",
                              "PERMISSION_DENIED")
    assert entry["length"] == len(ndjson(REST))  # all of its bytes are in quarantine
    done = as_a_user(healix, "quarantine", "redrive")
    assert [item["code"] for item in json.loads(done.stdout)["stayed"]] == ["PERMISSION_DENIED"]
    closed.chmod(0o600)
    redriven = healix.json("quarantine", "redrive")
    assert (redriven["written"], redriven["kept"]) == (len(REST), 0)
    assert not healix.json("quarantine", "list")
    assert take_in(healix, ward)[0]["duplicate"] == len(GOOD + REST)


def test_folders_deeper_than_the_limit(healix, ward, table_row):
    write_ndjson(ward / "/".join(["d"] * 70) / "deep.ndjson", REST)
    check_one_is_left(healix, ward, table_row, "71 folders in each other", "LIMIT_EXCEEDED")


def test_name_that_is_no_utf8(healix, ward, table_row):
    """It is read; its place is told with %XX for each byte that is no text, and found again by it."""
    folder = os.fsencode(ward)
    odd = folder + b"/m\xfcller 100%.ndjson"
    with open(odd, "wb") as file:
        file.write(ndjson(REST + [b"{]"]))
    place = str(ward).replace("%", "%25") + "/m%FCller 100%25.ndjson"
    done = subprocess.run([healix.program, "--home", str(healix.home), "ingest", "--json", folder],
                          capture_output=True, check=True, env={**os.environ, **healix.env})
    answer = json.loads(done.stdout.decode("utf-8", "strict"))
    assert (answer["written"], answer["quarantined"]) == (len(GOOD + REST), 1)
    assert place in [one["file"] for one in answer["files"]]
    assert healix.json("receipt", "verify", answer["receipt"])["valid"]
    [entry] = healix.json("quarantine", "list")
    assert entry["file"] == place
    [traced] = healix.json("trace", "raw.patient", id_of(REST[0]))
    assert (traced["file"], traced["match"]) == (place, "exact")

    with open(odd, "wb") as file:  # an error that names it stays text
        file.write(b"\x1f\x8b\x08 no gzip at all")
    done = subprocess.run([healix.program, "--home", str(healix.home), "ingest", "--json", folder],
                          capture_output=True, check=True, env={**os.environ, **healix.env})
    assert json.loads(done.stdout.decode("utf-8", "strict"))["reasons"] == {"ARCHIVE_INVALID": 1}
    table_row("Bad input", case="a name that is no UTF-8", code="none, it is read",
              position="m%FCller 100%25.ndjson", kept=kept_of(answer))


def test_names_of_tables_are_cut(healix, ward, table_row):
    """Two files whose long names differ at their end only are two tables."""
    for end in "ab":
        (ward / ("n" * 246 + end + ".csv")).write_text(f"id\n{end}\n", encoding="utf-8")
    answer, entries = take_in(healix, ward)
    tables = [name for name in answer["types"] if name.startswith("ward_n")]
    assert not entries and len(tables) == 2
    rows = [row["id"] for table in tables for row in healix.sql(f"SELECT id FROM raw.{table}")]
    assert sorted(rows) == ["a", "b"]
    table_row("Bad input", case="a CSV whose name has 251 bytes", code="none, it is read",
              kept=kept_of(answer))
