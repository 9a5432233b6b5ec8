# SPDX-License-Identifier: Apache-2.0
"""Gate 1 on what nobody has seen before: Synthea runs with the date as its seed; each receipt class of
each type is what test/expected_receipt.py states, and 1,000 random rows lead back to their bytes.
"""
import datetime
import os

import pytest
from expected_receipt import expected_of_fhir, files_in
from receipt_checks import check_classes, check_rows_lead_back
from synthea import Export, generate

pytestmark = pytest.mark.timeout(3600)
SEED = int(os.environ.get("HEALIX_TEST_SYNTHEA_SEED", f"{datetime.date.today():%Y%m%d}"))
PATIENTS = {Export.BULK_DATA: 100, Export.BUNDLES: 20}


@pytest.fixture(scope="module", params=Export, ids=lambda export: export.name.lower())
def taken(request, new_module_home, tmp_path_factory):
    """A home that took in the output of one run of Synthea."""
    if os.environ.get("HEALIX_TEST_PEERS") != "1":
        pytest.skip("Synthea runs with ./dev test --peers")
    if os.environ.get("HEALIX_TEST_CONFIG"):
        pytest.skip("fresh Synthea output is taken in with the default configuration")
    name = request.param.name.lower()
    folder = generate(tmp_path_factory.mktemp(name), request.param, PATIENTS[request.param], SEED)
    home = new_module_home(name)
    home.answer = home.json("ingest", "--source", "fresh", folder, timeout_s=1500)
    home.folder, home.export = folder, name
    return home


def test_receipt_says_per_type_what_the_files_say(taken, table_row):
    expected = {"fresh": expected_of_fhir(files_in(taken.folder))}
    for _, name, classes in check_classes(taken.answer, expected):
        table_row(f"Receipts of fresh Synthea, seed {SEED}", export=taken.export, type=name,
                  **classes)


def test_every_byte_stands_in_one_class(taken):
    classes = taken.answer["byte_classes"]
    read = sum(len(data) for _, data in files_in(taken.folder))
    assert classes["records"] + classes["envelope"] + classes["quarantined"] == read
    assert not taken.answer["ignored"]


def test_random_rows_lead_back_to_their_bytes(taken, table_row):
    table_row("Rows led back", source=f"fresh Synthea, {taken.export}", match="exact bytes",
              rows=check_rows_lead_back(taken, "raw.fhir"))
