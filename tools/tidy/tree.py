# SPDX-License-Identifier: Apache-2.0
"""Holds the files that are checked, and what was found in them."""
import dataclasses
import posixpath
import re


@dataclasses.dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str
    waivable: bool = True

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


class Tree:
    """Maps paths to texts. Data for tests is not ours to style."""

    def __init__(self, files: dict):
        self.files = {path: text for path, text in files.items()
                      if "/seeds/" not in path and "/testdata/" not in path}

    def cpp(self, *endings: str):
        """Yields path and text of C++ files below src/ that have one of the endings."""
        for path, text in self.files.items():
            if path.startswith("src/") and path.endswith(endings or (".h", ".cc")):
                yield path, text

    def modules(self):
        """Yields folder and CMakeLists text of each module."""
        for path, text in self.files.items():
            if path.startswith("src/") and path.endswith("/CMakeLists.txt") and "healix_module(" in text:
                yield posixpath.dirname(path), text

    def module_of(self, path: str) -> str:
        """Returns `room/module` of a file below src/, or "" outside of modules."""
        folder = posixpath.dirname(path)
        while folder.startswith("src/"):
            if f"{folder}/CMakeLists.txt" in self.files:
                return folder.removeprefix("src/")
            folder = posixpath.dirname(folder)
        return ""


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def matches(text: str, pattern: str):
    """Yields line number and match of a pattern."""
    for match in re.finditer(pattern, text):
        yield line_of(text, match.start()), match
