# SPDX-License-Identifier: Apache-2.0
"""The home folder: made once, locked while in use, its format numbered, its keys private."""
import base64
import contextlib
import json
import sqlite3
import stat

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fhir_files import patients, write_ndjson


def mode_of(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_of_a_home_leaves_it_as_it_is(healix, tmp_path):
    healix.json("ingest", write_ndjson(tmp_path / "ward/people.ndjson", patients(2)))
    before = healix.json("receipt", "list")
    key = [path.read_bytes() for path in sorted((healix.home / "keys").iterdir())]
    healix.json("init", healix.home)
    assert healix.json("receipt", "list") == before
    assert [path.read_bytes() for path in sorted((healix.home / "keys").iterdir())] == key


def test_init_refuses_a_folder_with_other_things(healix, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cat.jpg").write_bytes(b"cat")
    assert healix.error("init", tmp_path / "photos") == "HOME_FOLDER_FOREIGN"


def test_a_folder_that_is_no_home_is_refused(healix, tmp_path):
    healix.home = tmp_path / "nothing"
    assert healix.error("sql", "-c", "SELECT 1") == "HOME_NOT_FOUND"


def test_a_home_of_a_newer_format_is_refused_and_left_alone(healix):
    format_file = healix.home / "format"
    newer = str(int(format_file.read_text()) + 1)
    format_file.write_text(newer + "\n")
    for words in (["sql", "-c", "SELECT 1"], ["init", healix.home], ["doctor"]):
        assert healix.error(*words) == "HOME_TOO_NEW"
    assert format_file.read_text().strip() == newer


def test_keys_are_private(healix):
    assert mode_of(healix.home / "keys") == 0o700
    keys = list((healix.home / "keys").iterdir())
    assert keys and all(mode_of(path) == 0o600 for path in keys)


def test_a_key_that_others_can_read_is_refused(healix):
    for path in (healix.home / "keys").iterdir():
        path.chmod(0o644)
    assert healix.error("sql", "-c", "SELECT 1") == "KEY_INVALID"


@pytest.mark.parametrize("text, code", [("ingest: {colour: blue}", "SETTING_UNKNOWN"),
                                        ("ingest: {depth_max: 3}", "SETTING_INVALID"),
                                        ("]", "SETTING_INVALID")])
def test_bad_settings_are_named(healix, text, code):
    (healix.home / "settings.yaml").write_text(text)
    assert healix.error("doctor") == code


def test_environment_overrules_the_file(healix):
    (healix.home / "settings.yaml").write_text("ingest: {depth_max: 100}\n")
    def depth(**options):
        settings = healix.json("doctor", **options)["settings"]
        return [(one["value"], one["origin"]) for one in settings
                if one["name"] == "ingest.depth_max"]
    assert depth() == [("100", "file")]
    assert depth(env={"HEALIX_INGEST_DEPTH_MAX": "50"}) == [("50", "environment")]


def test_a_changed_receipt_is_found_out(healix, tmp_path):
    """Somebody who can write the home's files makes a receipt say more than it did."""
    if "HEALIX_RECORDS_CONNECTION" in healix.env:
        pytest.skip("records are not files of the home")
    answer = healix.json("ingest", write_ndjson(tmp_path / "ward/people.ndjson", patients(5)))
    with contextlib.closing(sqlite3.connect(healix.home / "catalog.db")) as records, records:
        records.execute("UPDATE ingest_receipts SET json = replace(json, '5', '6')")
    assert healix.error("receipt", "verify", answer["receipt"]) == "SIGNATURE_INVALID"


def test_a_receipt_can_be_checked_without_healix(healix, tmp_path):
    """The lines of docs/receipts.md: a common library accepts it, and refuses a changed one."""
    answer = healix.json("ingest", write_ndjson(tmp_path / "ward/people.ndjson", patients(5)))
    document = healix.json("receipt", "show", answer["receipt"])

    def raw(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    key = Ed25519PublicKey.from_public_bytes(raw(document["key"]))
    key.verify(raw(document["signature"]), document["receipt"].encode())
    assert json.loads(document["receipt"])["totals"]["written"] == 5
    forged = document["receipt"].replace('"written":5', '"written":6').encode()
    with pytest.raises(InvalidSignature):
        key.verify(raw(document["signature"]), forged)
