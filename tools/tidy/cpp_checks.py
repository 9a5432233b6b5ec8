# SPDX-License-Identifier: Apache-2.0
"""Rules for C++ below src/. Each takes a Tree and yields Findings."""
import functools
import pathlib
import posixpath
import re

from checks import BANNED
from tree import Finding, line_of, matches

FUNCTION_LINES_MAX = 70
NOT_CODE = re.compile(
    r'R"(\w*)\((?:.|\n)*?\)\1"'          # raw string
    r'|"(?:\\.|[^"\\\n])*"'              # string
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"  # character, but not a digit separator
    r"|//[^\n]*|/\*(?:.|\n)*?\*/"        # comment
    r"|^[ \t]*#(?:\\\n|[^\n])*",         # preprocessor line with its continuations
    re.MULTILINE)
FILE_WRITES = r"\b(std::ofstream|std::fstream|fopen|fwrite|freopen)\b|(?<![\w>])::(open|openat|creat|pwrite)\s*\("


@functools.lru_cache(maxsize=None)
def code_only(text: str) -> str:
    """Blanks out comments, strings and preprocessor lines; every line keeps its number."""
    return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def functions(text: str):
    """Yields first line, last line and heading of each function body that is in no other."""
    code = code_only(text)
    start, depth, heading_from = None, 0, 0
    initializer_depths = []
    for match in re.finditer(r"[{};]", code):
        symbol, at = match[0], match.start()
        if symbol == "{":
            # clang-format puts a space before a body, none before the braces of a value.
            if re.match(r"[\w>)\]({,]", code[at - 1:at] or " "):
                initializer_depths.append(depth)
            elif start is None and is_function_heading(code[heading_from:at].strip()):
                start = (at, code[heading_from:at].strip(), depth)
            depth += 1
        elif symbol == "}":
            depth -= 1
            if initializer_depths and initializer_depths[-1] == depth:
                initializer_depths.pop()
                continue
            if start is not None and depth == start[2]:
                yield line_of(code, start[0]), line_of(code, at), start[1]
                start = None
        if not initializer_depths:
            heading_from = match.end()


def is_function_heading(heading: str) -> bool:
    scope = r"(inline\s+)?(namespace|class|struct|enum|union|extern|template\b.*\b(class|struct))\b"
    is_scope = re.match(scope, heading, re.DOTALL) and not heading.endswith(")")
    return "(" in heading and not is_scope and not re.search(r"=\s*$", heading)


def check_function_length(tree):
    """A function ends within 70 lines."""
    for path, text in tree.cpp():
        for first, last, heading in functions(text):
            if last - first + 1 > FUNCTION_LINES_MAX:
                name = re.search(r"([\w:~]+)\s*\(", heading)
                yield Finding(path, first, "function", f"{name[1] if name else '?'}() has {last - first + 1} "
                              f"lines; at most {FUNCTION_LINES_MAX}")


def check_declared_names(tree):
    """Types, namespaces and macros say what they are."""
    declared = r"\b(?:class|struct|enum class|namespace|concept|using|#\s*define)\s+([A-Za-z_]\w*)"
    for path, text in tree.cpp():
        for line, match in matches(text, declared):
            words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", match[1])
            for word in {word.lower() for word in words} & set(BANNED):
                yield Finding(path, line, "name", f"`{word}` in {match[1]} says nothing", False)


@functools.lru_cache(maxsize=1)
def third_party_table() -> list:
    """Rows of third_party.txt: pattern of the include, the modules that may."""
    rows = []
    text = (pathlib.Path(__file__).parent / "third_party.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if words:
            rows.append((re.compile(words[0]), set(words[1:])))
    return rows


def check_third_party(tree):
    """A heavy library is included by the modules that wrap it, and by nobody else."""
    for path, text in tree.cpp():
        for line, match in matches(text, r'(?m)^\s*#\s*include\s*[<"]([^>"]+)[>"]'):
            for pattern, modules in third_party_table():
                may = tree.module_of(path) in modules or ("tests" in modules and path.endswith("_test.cc"))
                if pattern.fullmatch(match[1]) and not may:
                    yield Finding(path, line, "third-party",
                                  f"<{match[1]}> belongs in {', '.join(sorted(modules))}")


def check_internal_headers(tree):
    """Headers named *_internal.h are seen by their own module only."""
    for path, text in tree.cpp():
        for line, match in matches(text, r'(?m)^\s*#\s*include\s*"([^"]+_internal\.h)"'):
            owner = tree.module_of(f"src/{match[1]}") or posixpath.dirname(match[1])
            if owner != tree.module_of(path):
                yield Finding(path, line, "internal", f"{match[1]} is internal to {owner}", False)


def check_header_head(tree):
    """A header begins with licence, #pragma once and one sentence on what it is for."""
    for path, text in tree.cpp(".h"):
        lines = text.split("\n")
        if len(lines) < 3 or lines[1] != "#pragma once":
            yield Finding(path, 2, "header", "line 2 must be #pragma once", False)
        elif not re.match(r"/// @file [A-Z]", lines[2]):
            yield Finding(path, 3, "header", "line 3 must be `/// @file` and what the header does", False)
        else:
            head = "\n".join(lines[2:8])
            if not re.match(r"/// @file [^\n]+(\n/// [^\n]+)*?[.:]($|\s)", head):
                yield Finding(path, 3, "header", "the @file text must be a sentence", False)


def check_examples(tree):
    """An `Example` label names a test that exists."""
    tests = set()
    for path, text in tree.cpp(".cc"):
        tests.update(f"{suite}.{name}" for suite, name in
                     re.findall(r"\b(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", text))
    for path, text in tree.cpp(".h"):
        for line, match in matches(text, r"(?m)\bExample  (\w+\.\w+)"):
            if match[1] not in tests:
                yield Finding(path, line, "example", f"there is no test {match[1]}", False)


def check_file_writes(tree):
    """Every byte that the program writes goes through base/io."""
    for path, text in tree.cpp():
        is_test = path.endswith(("_test.cc", "_bench.cc")) or path.startswith("src/base/testing/")
        if is_test or path.startswith("src/base/io/"):
            continue
        for line, match in matches(code_only(text), FILE_WRITES):
            yield Finding(path, line, "file-write", f"`{match[0].strip()}`: use base::FileSystem")


ALL = [check_function_length, check_declared_names, check_third_party, check_internal_headers,
       check_header_head, check_examples, check_file_writes]
