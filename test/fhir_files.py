# SPDX-License-Identifier: Apache-2.0
"""Makes small FHIR inputs whose every record is known to the test."""
import hashlib
import json
import pathlib


def patient(identity: str, **more: object) -> dict:
    """A Patient that says it is test data, as every resource made here."""
    return {"resourceType": "Patient", "id": identity,
            "meta": {"security": [{"code": "HTEST"}]}, **more}


def line_of(resource: dict) -> bytes:
    return json.dumps(resource, separators=(",", ":")).encode()


def patients(count: int, prefix: str = "p", filler_bytes: int = 0) -> list[bytes]:
    """Lines of NDJSON, without line ends; `filler_bytes` makes each that much longer."""
    return [line_of(patient(f"{prefix}-{i:05}", text={"div": f"{i:05}" + "x" * filler_bytes}))
            for i in range(count)]


def ndjson(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def write_ndjson(path: pathlib.Path, lines: list[bytes]) -> pathlib.Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(ndjson(lines))
    return path


def bundle(resources: list[dict]) -> bytes:
    entries = [{"fullUrl": f"https://example.org/{one.get('id', i)}", "resource": one}
               for i, one in enumerate(resources)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def id_of(line: bytes) -> str:
    return json.loads(line)["id"]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
