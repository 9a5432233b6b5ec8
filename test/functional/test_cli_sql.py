# SPDX-License-Identifier: Apache-2.0
"""`healix sql`: its formats, its files, where its statements come from."""
import csv
import datetime
import decimal
import io
import json
import os
import subprocess

import pyarrow
import pyarrow.parquet
import pytest

VALUES = """SELECT * FROM (VALUES
  (1, 'plain', 1.5::DOUBLE, 12.30::DECIMAL(8,2), DATE '2024-02-29', true),
  (2, 'with "quotes", commas and
a line end', NULL, NULL, NULL, NULL),
  (3, 'ünïcode 🩺', -0.25, 0.01, DATE '1969-12-31', false)) t(id, text, score, cost, day, good)
ORDER BY id"""
TEXTS = ["plain", 'with "quotes", commas and\na line end', "ünïcode 🩺"]


def test_json_is_one_array_of_objects(healix):
    assert healix.run("sql", "--format", "json", "-c", "SELECT 3 AS n").stdout.strip() in (
        '[{"n": 3}]', '[{"n":3}]')


def test_json_values_have_their_types(healix):
    rows = healix.sql(VALUES)
    assert [row["text"] for row in rows] == TEXTS
    assert rows[0]["id"] == 1 and rows[0]["score"] == 1.5 and rows[0]["good"] is True
    assert rows[1]["score"] is None and rows[2]["day"] == "1969-12-31"


def test_json_of_no_rows_is_an_empty_array(healix):
    assert healix.sql("SELECT 1 AS n WHERE false") == []


def test_csv_is_rfc_4180(healix):
    done = healix.run("sql", "--format", "csv", "-c", VALUES)
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert [row["text"] for row in rows] == TEXTS
    assert [row["score"] for row in rows] == ["1.5", "", "-0.25"]


def test_table_is_for_people(healix):
    lines = healix.run("sql", "-c", "SELECT 7 AS answer, 'x' AS name").stdout.splitlines()
    assert lines[0].split() == ["answer", "name"]
    assert ["7", "x"] in [line.split() for line in lines]


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_output_file_has_equal_rows(healix, tmp_path, ending):
    file = tmp_path / f"rows.{ending}"
    done = healix.run("sql", "-c", VALUES, "-o", file)
    assert done.returncode == 0, done.stderr
    if ending == "parquet":
        table = pyarrow.parquet.read_table(file)
    else:
        with pyarrow.memory_map(str(file)) as source:
            table = pyarrow.ipc.open_file(source).read_all()
    rows = table.to_pylist()
    assert [row["text"] for row in rows] == TEXTS
    assert [row["id"] for row in rows] == [1, 2, 3]
    assert [row["score"] for row in rows] == [1.5, None, -0.25]
    assert [row["cost"] for row in rows] == [decimal.Decimal("12.30"), None, decimal.Decimal("0.01")]
    assert [row["day"] for row in rows] == [datetime.date(2024, 2, 29), None,
                                            datetime.date(1969, 12, 31)]


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_output_file_may_be_relative(healix, tmp_path, ending):
    done = healix.run("sql", "-c", "SELECT 1 AS n", "-o", f"rows.{ending}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / f"rows.{ending}").is_file()


def test_output_file_of_another_kind_is_a_usage_error(healix, tmp_path):
    done = healix.run("sql", "-c", "SELECT 1", "-o", tmp_path / "rows.xlsx")
    assert done.returncode == 2 and not (tmp_path / "rows.xlsx").exists()


def test_failed_query_leaves_no_output_file(healix, tmp_path):
    file = tmp_path / "rows.parquet"
    statement = "SELECT CASE WHEN i < 99999 THEN i ELSE CAST('x' || i AS INTEGER) END AS n " \
                "FROM range(0, 100000) t(i)"
    assert healix.error("sql", "-c", statement, "-o", file) == "QUERY_FAILED"
    assert not list(tmp_path.glob("rows*"))


def test_statements_come_from_a_file(healix, tmp_path):
    file = tmp_path / "statements.sql"
    file.write_text("CREATE TABLE main.t AS SELECT 1 AS n;\nINSERT INTO main.t SELECT 2;\n"
                    "SELECT n FROM main.t ORDER BY n;\n")
    assert healix.json("sql", file) == [{"n": 1}, {"n": 2}]


def test_statements_come_from_standard_input(healix):
    done = subprocess.run([healix.program, "--home", healix.home, "--json", "sql", "-"],
                          input="SELECT 5 AS n", capture_output=True, text=True, check=True,
                          env={**os.environ, **healix.env})
    assert json.loads(done.stdout) == [{"n": 5}]


def test_nothing_runs_when_a_later_statement_does_not_parse(healix):
    assert healix.error("sql", "-c", "CREATE TABLE main.t AS SELECT 1 AS n; SELEKT") == "SQL_SYNTAX"
    assert healix.error("sql", "-c", "SELECT * FROM main.t") == "TABLE_NOT_FOUND"


@pytest.mark.parametrize("statement", [
    "ATTACH '/tmp/other.db'", "INSTALL httpfs", "LOAD httpfs", "PRAGMA database_list",
    "SET memory_limit = '100GB'", "SELECT * FROM '/etc/passwd'", "SELECT getenv('HOME')",
    "SELECT * FROM duckdb_settings()", "SELECT content FROM read_text('/etc/passwd')",
    "EXPORT DATABASE '/tmp/x'", "CALL pragma_version()",
    "SELECT * FROM glob('/*')", "CREATE TABLE main.t AS SELECT * FROM read_blob('/etc/passwd')"])
def test_nothing_outside_the_tables_can_be_reached(healix, statement):
    assert healix.error("sql", "-c", statement) in ("SQL_REFUSED", "SQL_SYNTAX", "TABLE_NOT_FOUND")
