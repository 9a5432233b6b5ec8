# SPDX-License-Identifier: Apache-2.0
"""The tally of `./dev test` counts every case once and hides no broken run."""

import json
import pathlib
import subprocess
import sys

TALLY = pathlib.Path(__file__).parents[2] / "tools" / "dev" / "tally.py"

GOOGLE_TEST = """<testsuites><testsuite name="S">
  <testcase name="A" status="run" result="completed" classname="S"/>
  <testcase name="B" status="run" result="completed" classname="S"><failure message="no"/></testcase>
  <testcase name="C" status="run" result="skipped" classname="S"><skipped message="x_test.cc:3&#x0A;no server"/></testcase>
  <testcase name="DISABLED_D" status="notrun" result="suppressed" classname="S"/>
</testsuite></testsuites>"""
ALL_PASSED = '<testsuites><testsuite><testcase name="A" status="run" classname="S"/></testsuite></testsuites>'


def tally(reports):
    done = subprocess.run([sys.executable, TALLY, reports], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[-1], done.returncode


def write_cpp(reports, command, status, cases=None):
    """One CTest program that ended with `status` and, when `cases` is given, wrote that report."""
    folder = reports / "cpp-dev"
    (folder / "cases").mkdir(parents=True)
    (folder / "programs.json").write_text(json.dumps({"tests": [{"name": "x", "command": command}]}))
    body = "<failure message=''/>" if status == "fail" else ""
    (folder / "ctest.xml").write_text(f'<testsuite><testcase name="x" status="{status}">{body}</testcase></testsuite>')
    if cases is not None:
        (folder / "cases" / "x_test.xml").write_text(cases)


def write_functional(reports, status, cases):
    folder = reports / "functional-default"
    folder.mkdir(parents=True)
    (folder / "status").write_text(f"{status}\n")
    if cases is not None:
        (folder / "pytest.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")


def test_counts_each_google_test_case(tmp_path):
    write_cpp(tmp_path, ["/b/x_test"], "fail", GOOGLE_TEST)
    assert tally(tmp_path) == ("1 passed, 1 failed, 2 skipped", 1)


def test_leak_after_passing_cases_is_a_failure(tmp_path):
    write_cpp(tmp_path, ["/b/x_test"], "fail", ALL_PASSED)
    assert tally(tmp_path) == ("1 passed, 1 failed, 0 skipped", 1)


def test_crash_without_report_is_a_failure(tmp_path):
    write_cpp(tmp_path, ["/b/x_test"], "fail")
    assert tally(tmp_path) == ("0 passed, 1 failed, 0 skipped", 1)


def test_counts_replayed_seeds(tmp_path):
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for name in "abc":
        (seeds / name).write_text(name)
    write_cpp(tmp_path, ["/b/json_fuzz", str(seeds)], "run")
    assert tally(tmp_path) == ("3 passed, 0 failed, 0 skipped", 0)


def test_missing_ctest_report_is_a_failure(tmp_path):
    (tmp_path / "cpp-dev").mkdir()
    assert tally(tmp_path) == ("0 passed, 1 failed, 0 skipped", 1)


def test_counts_pytest_cases(tmp_path):
    write_functional(
        tmp_path, 1, '<testcase name="a"/><testcase name="b"><skipped message="why"/></testcase>'
        '<testcase name="c"><failure message="no"/></testcase>')
    assert tally(tmp_path) == ("1 passed, 1 failed, 1 skipped", 1)


def test_pytest_breaking_off_is_a_failure(tmp_path):
    write_functional(tmp_path, 4, None)
    assert tally(tmp_path) == ("0 passed, 1 failed, 0 skipped", 1)


def test_no_matching_pytest_case_is_no_failure(tmp_path):
    write_functional(tmp_path, 5, "")
    assert tally(tmp_path) == ("0 passed, 0 failed, 0 skipped", 0)


def test_prints_the_tables_of_cpp_tests_with_what_python_adds(tmp_path):
    row = '<testcase name="A" status="run" classname="S"><properties>{}</properties></testcase>'
    cell = '<property name="{}" value="{{&quot;point&quot;: &quot;p&quot;, &quot;{}&quot;: 3}}"/>'
    write_cpp(tmp_path, ["/b/x_test"], "run",
              f"<testsuites><testsuite>{row.format(cell.format('table 1: Hits', 'lost'))}</testsuite></testsuites>")
    write_functional(tmp_path, 0, row.format(cell.format("table: Hits", "killed"))
                     + row.format(cell.format("table: Other", "killed")))
    done = subprocess.run([sys.executable, "-I", TALLY, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["---- Hits ----", "point  lost  killed", "p      3     3",
                                        "3 passed, 0 failed, 0 skipped"]
