# SPDX-License-Identifier: Apache-2.0
"""Runs Synthea 3.3, a population simulator that knows nothing of healix."""
import enum
import os
import pathlib
import subprocess

REFERENCE_DATE = "20260101"  # so that the seed alone decides who lives
TIME_MAX_S = 1500


class Export(enum.Enum):
    """How Synthea writes FHIR R4: a Bundle per person, or a file of NDJSON per type."""
    BUNDLES = "false"
    BULK_DATA = "true"


def generate(folder: pathlib.Path, export: Export, patients: int, seed: int) -> pathlib.Path:
    """Makes so many living patients, those who died on the way, and their hospitals; returns the folder
    of FHIR files."""
    jars = pathlib.Path(os.environ["HEALIX_PEERS"]) / "jars"
    settings = {"baseDirectory": folder, "fhir.export": "true", "fhir.bulk_data": export.value,
                "hospital.fhir.export": "true", "practitioner.fhir.export": "true"}
    done = subprocess.run(
        ["java", "-Xmx1500m", "-cp", f"{jars}/*", "App", "-p", str(patients), "-s", str(seed),
         "-cs", str(seed), "-r", REFERENCE_DATE,
         *(f"--exporter.{name}={value}" for name, value in settings.items())],
        capture_output=True, text=True, timeout=TIME_MAX_S, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
    return folder / "fhir"
