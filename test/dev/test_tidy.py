# SPDX-License-Identifier: Apache-2.0
"""Each house rule finds its bad example and lets the good one pass; and the project is tidy."""
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/tidy"))

import checks  # noqa: E402
import cpp_checks  # noqa: E402
import tidy  # noqa: E402
from tree import Tree  # noqa: E402

LICENSE = "// SPDX-License-Identifier: Apache-2.0\n"
HEAD = LICENSE + "#pragma once\n/// @file Counts apples.\n"
MODULE = "# SPDX-License-Identifier: Apache-2.0\nhealix_module(\n  NAME base/apples LAYER 0\n"


def rules_of(check, files: dict) -> list:
    return [finding.rule for finding in check(Tree(files))]


def body(lines: int) -> str:
    return "int Count(int apples) {\n" + "  ++apples;\n" * (lines - 2) + "}\n"


BAD = [
    (checks.check_license_line, {"src/a.cc": "int a;\n"}),
    (checks.check_license_line, {"tools/a.sh": "#!/usr/bin/env bash\nset -e\n"}),
    (checks.check_file_size, {"src/a.h": "\n" * 301}),
    (checks.check_file_size, {"src/a.cc": "\n" * 501}),
    (checks.check_file_size, {"src/a.cc": "\n" * 1001}),
    (checks.check_file_names, {"src/base/apples/string_util.h": ""}),
    (checks.check_file_names, {"src/base/common/a.h": ""}),
    (checks.check_unfinished, {"docs/a.md": "TO" "DO: write this"}),
    (checks.check_unfinished, {"src/a.cc": "// FIX" "ME later"}),
    (checks.check_machine_paths, {"docs/a.md": "see `/work" "/shared/x`"}),
    (checks.check_machine_paths, {"tools/a.sh": "curl https://pypi.or" "g/x"}),
    (checks.check_module_readme, {"src/base/apples/CMakeLists.txt": MODULE}),
    (checks.check_module_readme, {"src/base/apples/CMakeLists.txt": MODULE, "src/base/apples/README.md": "# x\n" * 31}),
    (checks.check_file_lists, {"src/base/apples/CMakeLists.txt": MODULE, "src/base/apples/a.cc": ""}),
    (checks.check_file_lists, {"src/base/apples/CMakeLists.txt": MODULE + "  SOURCES a.cc)"}),
    (checks.check_file_lists, {"src/base/apples/CMakeLists.txt": MODULE, "src/base/apples/fuzz/a_fuzz.cc": ""}),
    (checks.check_settings_used, {"spec/settings.yaml": "- {name: tree.apples_max}\n", "src/a.cc": "Get(setting::kTreeApples)"}),
    (checks.check_settings_used, {"spec/settings.yaml": "- {name: tree.apples}\n", "src/a_test.cc": "Get(setting::kTreeApples)"}),
    (cpp_checks.check_function_length, {"src/a.cc": body(71)}),
    (cpp_checks.check_function_length, {"src/a.h": "class A {\n" + body(71) + "};\n"}),
    (cpp_checks.check_function_length, {"src/a.cc": "A::A() : b_{1} {\n" + "x();\n" * 70 + "}\n"}),
    (cpp_checks.check_declared_names, {"src/a.h": "class AppleManager {};\n"}),
    (cpp_checks.check_declared_names, {"src/a.h": "namespace string_util {\n"}),
    (cpp_checks.check_third_party, {"src/base/apples/CMakeLists.txt": MODULE, "src/base/apples/a.cc": "#include <duckdb.hpp>\n"}),
    (cpp_checks.check_third_party, {"src/base/apples/CMakeLists.txt": MODULE, "src/base/apples/a.cc": '#include "openssl/evp.h"\n'}),
    (cpp_checks.check_internal_headers, {"src/base/apples/CMakeLists.txt": MODULE, "src/base/pears/CMakeLists.txt": MODULE,
                                         "src/base/pears/a.cc": '#include "base/apples/core_internal.h"\n'}),
    (cpp_checks.check_header_head, {"src/a.h": LICENSE + "#ifndef A\n"}),
    (cpp_checks.check_header_head, {"src/a.h": LICENSE + "#pragma once\n// counts\n"}),
    (cpp_checks.check_header_head, {"src/a.h": LICENSE + "#pragma once\n/// @file Counts apples\nint a;\n"}),
    (cpp_checks.check_examples, {"src/a.h": HEAD + "/// Example  AppleTest.Counts\n", "src/a_test.cc": "TEST(AppleTest, Eats) {}"}),
    (cpp_checks.check_file_writes, {"src/a.cc": "std::ofstream out(path);"}),
    (cpp_checks.check_file_writes, {"src/a.cc": "int f = ::open(path, O_WRONLY);"}),
]

GOOD = [
    (checks.check_license_line, {"src/a.cc": LICENSE, "dev": "#!/usr/bin/env bash\n# SPDX-License-Identifier: Apache-2.0\n"}),
    (checks.check_file_size, {"src/a.h": "\n" * 300, "src/a.cc": "\n" * 500, "src/fuzz/seeds/a.cc": "\n" * 2000}),
    (checks.check_file_names, {"src/base/apples/utility_bill.h": ""}),
    (checks.check_unfinished, {"docs/a.md": "mastodons and fixes"}),
    (checks.check_machine_paths, {"docs/a.md": "put it in ${X}/work/shared, or in work/shared"}),
    (checks.check_module_readme, {"src/base/apples/CMakeLists.txt": MODULE, "src/base/apples/README.md": "# apples\nCounts.\n"}),
    (checks.check_file_lists, {"src/base/apples/CMakeLists.txt": MODULE + "SOURCES a.cc FUZZ fuzz/b.cc)",
                               "src/base/apples/a.cc": "", "src/base/apples/fuzz/b.cc": ""}),
    (checks.check_settings_used, {"spec/settings.yaml": "- {name: tree.apples_max}\n",
                                  "src/a.cc": "Get(base::setting::kTreeApplesMax)"}),
    (cpp_checks.check_function_length, {"src/a.cc": body(70) + body(70)}),
    (cpp_checks.check_function_length, {"src/a.cc": "namespace a {\n" + "int x = 1'000;\n" * 90 + "}\n"}),
    (cpp_checks.check_function_length, {"src/a.cc": 'const char* k = "{";  // {\n' + "int x;\n" * 90}),
    (cpp_checks.check_declared_names, {"src/a.h": "class Utility {};\nusing CommonsTax = int;\n"}),
    (cpp_checks.check_third_party, {"src/lakehouse/engine/CMakeLists.txt": MODULE, "src/lakehouse/engine/a.cc": "#include <duckdb.hpp>\n"}),
    (cpp_checks.check_internal_headers, {"src/base/apples/CMakeLists.txt": MODULE,
                                         "src/base/apples/fuzz/a.cc": '#include "base/apples/core_internal.h"\n'}),
    (cpp_checks.check_header_head, {"src/a.h": HEAD, "src/b.h": LICENSE + "#pragma once\n/// @file Counts apples and\n/// pears.\n"}),
    (cpp_checks.check_examples, {"src/a.h": HEAD + "/// Example  AppleTest.Counts\n", "src/a_test.cc": "TEST_F(AppleTest, Counts) {}"}),
    (cpp_checks.check_file_writes, {"src/base/io/a.cc": "::open(path, 0);", "src/a.cc": "// fopen\nfiles->open(path);"}),
]


@pytest.mark.parametrize("check, files", BAD)
def test_a_bad_example_is_found(check, files):
    assert rules_of(check, files)


@pytest.mark.parametrize("check, files", GOOD)
def test_a_good_example_passes(check, files):
    assert rules_of(check, files) == []


def test_every_rule_has_both_examples():
    for check in tidy.ALL_CHECKS:
        assert check in [bad for bad, _ in BAD], check.__name__
        assert check in [good for good, _ in GOOD], check.__name__


def findings_with(waivers: str, lines: int = 301) -> list:
    found = list(checks.check_file_size(Tree({"src/a.h": "\n" * lines})))
    return [finding.rule for finding in tidy.apply_waivers(found, waivers)]


def test_a_waiver_takes_one_finding_away():
    assert findings_with("at-most 0") == ["size"]
    assert findings_with("at-most 1\nsrc/a.h size it is a table") == []


def test_waivers_only_shrink():
    assert findings_with("at-most 1\nsrc/a.h size it is a table", lines=10) == ["waiver"]
    assert findings_with("at-most 0\nsrc/a.h size it is a table") == ["waiver"]
    assert findings_with("at-most 1\nsrc/a.h size") == ["size", "waiver"]


def test_what_is_not_waivable_stays():
    assert "size" in findings_with("at-most 1\nsrc/a.h size it is a table", lines=1001)


def test_the_project_is_tidy():
    run = subprocess.run([sys.executable, "-B", str(ROOT / "tools/tidy/tidy.py")],
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stdout
