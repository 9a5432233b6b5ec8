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


# --- what must not pass unnoticed ---

@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_output_file_needs_a_folder_that_is_there(healix, tmp_path, ending):
    file = tmp_path / f"absent/rows.{ending}"
    assert healix.error("sql", "-c", "SELECT 1 AS n", "-o", file) == "FILE_NOT_FOUND"
    assert not file.parent.exists()


def test_output_file_can_not_lie_in_the_home(healix, tmp_path):
    (tmp_path / "link").symlink_to(healix.home)
    for file in (healix.home / "rows.parquet", healix.home / "warehouse/rows.arrow",
                 tmp_path / "link/rows.parquet", healix.home / "keys/../rows.arrow"):
        assert healix.run("sql", "-c", "SELECT 1 AS n", "-o", file).returncode == 2
    assert not list(healix.home.rglob("rows.*"))


def test_a_file_with_a_nul_runs_nothing(healix, tmp_path):
    file = tmp_path / "script.sql"
    file.write_bytes(b"CREATE TABLE a AS SELECT 1 AS x;\0CREATE TABLE b AS SELECT 1 AS x;")
    assert healix.error("sql", file) == "SQL_SYNTAX"
    assert healix.sql("SHOW TABLES") == []


def test_a_file_that_is_not_utf8_is_named_so(healix, tmp_path):
    file = tmp_path / "script.sql"
    file.write_bytes(b"SELECT 'caf\xe9' AS x")
    assert healix.error("sql", file) == "UTF8_INVALID"


@pytest.mark.parametrize("statement", ["SELEC 1", "SELECT 1 FROM", "SELECT nope FROM t",
                                       "SELECT * FROM nowhere", "SELECT lower(1, 2)", "SELECT $1"])
def test_an_error_is_one_line(healix, statement):
    healix.json("sql", "-c", "CREATE TABLE t (a INTEGER)")
    done = healix.run("sql", "-c", statement)
    assert done.returncode == 1
    [line, action] = done.stderr.splitlines()
    assert line.startswith("error[") and "LINE 1" not in line and action.startswith("  ")


SECRET = "ZEBRA77"


@pytest.mark.parametrize("expression", [
    "timezone(v, now())", "v::INTEGER", "error(v)", "json_extract('{}', '$.[' || v)",
    "(SELECT count(*) FROM json_each('{}', '$.[' || v))", "regexp_matches('a', '(' || v)",
    "date_trunc(v, now())", "strftime(now(), '%' || v)", "v::TIMESTAMPTZ AT TIME ZONE 'UTC'",
    "CAST('{\"a\":' || v || '}' AS JSON)", "format('{:' || v || '}', 1)", "v::UUID",
    "printf('%' || v, 1)", "v::DECIMAL(3,1)", "encode(v)::BIT", "from_hex(v)", "v::BOOLEAN"])
def test_an_error_holds_no_value_of_a_record(healix, expression):
    healix.json("sql", "-c", f"CREATE TABLE t AS SELECT '{SECRET}-' || i AS v FROM range(2) r(i)")
    done = healix.run("sql", "-c", f"SELECT {expression} AS x FROM t")
    assert SECRET not in done.stderr, done.stderr
    done = healix.run("sql", "-c", f"CREATE TABLE u AS SELECT ({expression})::VARCHAR AS x FROM t")
    assert SECRET not in done.stderr, done.stderr


def test_an_error_of_a_pivot_holds_no_value_of_a_record(healix):
    healix.json("sql", "-c", f"CREATE TABLE t AS SELECT '{SECRET}' AS v, 1 AS \"{SECRET}\" "
                             "UNION ALL SELECT 'zebra77', 1")
    done = healix.run("sql", "-c", "PIVOT (SELECT v, 1 AS n FROM t) ON v USING sum(nope)")
    assert done.returncode == 1 and SECRET not in done.stderr


def test_record_count_is_what_a_select_counts(healix):
    def told() -> tuple:
        [listed] = [table for table in healix.json("table", "list") if table["name"] == "main.r"]
        [counted] = healix.sql("SELECT count(*) AS n FROM r")
        assert listed["record_count"] == healix.json("table", "show", "main.r")["record_count"]
        return listed["record_count"], counted["n"]

    for statement, rows in [("CREATE TABLE r (a INTEGER)", 0), ("INSERT INTO r VALUES (1), (2), (3)", 3),
                            ("DELETE FROM r WHERE a = 1", 2), ("DELETE FROM r WHERE a >= 2", 0),
                            ("INSERT INTO r VALUES (4)", 1)]:
        healix.json("sql", "-c", statement)
        assert told() == (rows, rows), statement
