# SPDX-License-Identifier: Apache-2.0
"""A function that would make a value over the memory limit is refused before memory is taken."""
import pytest
from peak_memory import run_and_measure

LIMIT_BYTES = 64 << 20
# AddressSanitizer would keep 256 MiB of what was freed.
SMALL = {"HEALIX_ENGINE_MEMORY_BYTES_MAX": "64MiB", "ASAN_OPTIONS": "quarantine_size_mb=16"}
TEXT = "repeat('x', 20000000)"

CALLS = [
    "repeat('x', 2000000000)", "array_to_string(list_resize([1], 500000000, 1), ',')",
    "printf('%2000000000d', 1)", "format('{:2000000000}', 1)", "lpad('x', 2000000000, 'y')",
    "rpad('x', 2000000000, 'y')", "damerau_levenshtein(repeat('a', 30000), repeat('b', 30000))",
    "len(range(100000000))", f"string_split({TEXT}, '')",
    f"replace({TEXT}, 'x', repeat('y', 100))", f"regexp_replace({TEXT}, 'x', repeat('y', 100), 'g')",
    "json_pretty(repeat('[', 30000) || repeat(']', 30000))", "bitstring('1', 2000000000)",
]


@pytest.fixture(scope="module")
def idle_peak(module_home, tmp_path_factory) -> int:
    command = [module_home.program, "--home", module_home.home, "sql", "-c", "SELECT 1"]
    return run_and_measure(command, tmp_path_factory.mktemp("idle"), {**module_home.env, **SMALL})[1]


@pytest.mark.parametrize("call", CALLS)
def test_a_value_over_the_limit_is_refused(module_home, tmp_path, table_row, idle_peak, call):
    assert module_home.error("sql", "-c", f"SELECT {call}", env=SMALL) == "MEMORY_EXCEEDED"
    command = [module_home.program, "--home", module_home.home, "sql", "-c", f"SELECT {call}"]
    _, peak = run_and_measure(command, tmp_path, {**module_home.env, **SMALL}, expected_exit=1)
    grown = peak - idle_peak
    table_row("Values over the memory limit of 64 MiB", call=call, grown=f"{grown >> 20} MiB")
    assert grown < 5 * LIMIT_BYTES


# Their states lie in memory that DuckDB does not count; the operating system holds their process.
AGGREGATES = [
    "median(i) FROM range(150000000) t(i)", "quantile_cont(i, 0.5) FROM range(150000000) t(i)",
    "PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY i) FROM range(150000000) t(i)",
    "mode(i) FROM range(25000000) t(i)", "histogram(i) FROM range(15000000) t(i)",
    "entropy(i) FROM range(25000000) t(i)",
]


# The sanitizer ends a process that gets no memory; without it the program says what was missing.
REFUSALS = ("MEMORY_EXCEEDED", "ENGINE_FAILED")


@pytest.fixture
def small(tmp_path) -> dict[str, str]:
    """As SMALL; what the sanitizer has to say about the child goes to a file."""
    return {**SMALL, "ASAN_OPTIONS": f"{SMALL['ASAN_OPTIONS']}:log_path={tmp_path}/sanitizer"}


@pytest.mark.parametrize("call", AGGREGATES)
def test_a_state_over_the_limit_is_refused(module_home, tmp_path, table_row, idle_peak, small, call):
    command = [module_home.program, "--home", module_home.home, "sql", "-c", f"SELECT {call}"]
    _, peak = run_and_measure(command, tmp_path, {**module_home.env, **small}, expected_exit=1)
    assert module_home.error("sql", "-c", f"SELECT {call}", env=small) in REFUSALS
    grown = peak - idle_peak
    table_row("Values over the memory limit of 64 MiB", call=call, grown=f"{grown >> 20} MiB")
    assert grown < 5 * LIMIT_BYTES


def test_a_view_over_such_an_aggregate_is_held_to_the_limit(module_home, small):
    module_home.sql("CREATE VIEW main.middle AS SELECT median(i) AS m FROM range(150000000) t(i)")
    assert module_home.error("sql", "-c", "SELECT m FROM main.middle", env=small) in REFUSALS
    assert module_home.sql("SELECT median(i) AS m FROM range(5) t(i)") == [{"m": 2.0}]
