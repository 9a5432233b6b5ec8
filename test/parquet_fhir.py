# SPDX-License-Identifier: Apache-2.0
"""Composes FHIR JSON from a row of FHIR Parquet by the rule of docs/fhir-parquet.md, with pyarrow alone."""
import functools
import pathlib

import pyarrow.parquet


def is_choice(kind: pyarrow.DataType) -> bool:
    """A struct without a member `id` is a FHIR choice, such as `value`."""
    return pyarrow.types.is_struct(kind) and kind.get_field_index("id") < 0


def composed_members(fields, row: dict) -> dict:
    names = {field.name for field in fields}
    members = {}
    for field in fields:
        name, value = field.name, row[field.name]
        repeats_reference = "reference" in names and name[0].isupper() and name.endswith("Id")
        if value is None or repeats_reference:
            continue
        if is_choice(field.type):
            chosen = composed_members(field.type, value)
            members |= {name + kind[0].upper() + kind[1:]: one for kind, one in chosen.items()}
        elif (made := composed(field.type, value)) not in ({}, []):
            members[name] = made
    return members


def composed(kind: pyarrow.DataType, value):
    if pyarrow.types.is_struct(kind):
        return composed_members(kind, value)
    if pyarrow.types.is_list(kind):
        return [composed(kind.value_type, item) for item in value]
    return value


@functools.cache
def _open(path: pathlib.Path) -> pyarrow.Table:
    return pyarrow.parquet.read_table(path)


def resource_at(path: pathlib.Path, row: int, resource_type: str) -> dict:
    table = _open(path)
    [values] = table.slice(row, 1).to_pylist()
    return {"resourceType": resource_type, **composed_members(table.schema, values)}
