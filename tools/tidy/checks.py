# SPDX-License-Identifier: Apache-2.0
"""Rules for every kind of file. Each takes a Tree and yields Findings."""
import posixpath
import re

from tree import Finding, matches

LICENSED = (".h", ".cc", ".py", ".sh", ".cmake", ".yaml", ".yml", "CMakeLists.txt")
SIZED = {".h": (300, 1000), ".cc": (500, 1000), ".py": (500, 1000), ".sh": (300, 1000)}
BANNED = ("util", "utils", "helper", "helpers", "common", "misc", "manager")
# Written apart, so that this file does not find itself.
UNFINISHED = r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b"
MACHINE_PATH = r"(?<![\w.$}])/(work/(main|wt|scratch|shared)\b|ro" r"ot/|Use" r"rs/)"
REGISTRY = (r"(registry\.npmjs" r"\.org|pypi\.or" r"g|files\.pythonhosted" r"\.org|repo1\.maven" r"\.org|"
            r"proxy\.golang" r"\.org|static\.crates" r"\.io)")


def check_license_line(tree):
    """The first line names the licence; behind #! the second."""
    for path, text in tree.files.items():
        if not path.endswith(LICENSED) and path != "dev":
            continue
        lines = text.split("\n", 2)
        first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
        if "SPDX-License-Identifier: Apache-2.0" not in first:
            yield Finding(path, 1, "license", "the first line must be the SPDX licence line", False)


def check_file_size(tree):
    """Headers ask at 300 lines, sources at 500; nothing has 1,000."""
    for path, text in tree.files.items():
        ask, stop = SIZED.get(posixpath.splitext(path)[1], (None, None))
        lines = text.count("\n")
        if stop and lines > stop:
            yield Finding(path, lines, "size", f"{lines} lines; {stop} is the end", False)
        elif ask and lines > ask:
            yield Finding(path, lines, "size", f"{lines} lines; above {ask} it needs a waiver or a cut")


def check_file_names(tree):
    """Names say what a thing is."""
    for path in tree.files:
        words = re.split(r"[/._-]", path.lower())
        for word in set(words) & set(BANNED):
            yield Finding(path, 1, "name", f"`{word}` says nothing", False)


def check_unfinished(tree):
    """What is not done is an issue or is not there."""
    for path, text in tree.files.items():
        for line, match in matches(text, UNFINISHED):
            yield Finding(path, line, "unfinished", f"{match[0]} belongs in an issue", False)


def check_machine_paths(tree):
    """The project knows no machine and no registry."""
    for path, text in tree.files.items():
        for line, match in matches(text, MACHINE_PATH):
            yield Finding(path, line, "machine", f"`{match[0]}` is a path of one machine", False)
        for line, match in matches(text, REGISTRY):
            yield Finding(path, line, "machine", f"`{match[0]}`: package clients know their registry")


def check_module_readme(tree):
    """Each module says what it is for in 2 to 30 lines."""
    for folder, _ in tree.modules():
        lines = tree.files.get(f"{folder}/README.md", "").strip().split("\n")
        if not 2 <= len(lines) <= 30:
            yield Finding(f"{folder}/README.md", 1, "readme",
                          "a module has a README of 2 to 30 lines", False)


def check_file_lists(tree):
    """CMakeLists.txt names every header and source, and only those."""
    for folder, text in tree.modules():
        named = re.sub(r"#.*|\$\{\w+\}\S*", "", text)
        listed = set(re.findall(r"[\w/.-]+\.(?:cc|h)\b", named))
        there = {path.removeprefix(f"{folder}/") for path, _ in tree.cpp()
                 if path.startswith(f"{folder}/") and f"src/{tree.module_of(path)}" == folder}
        for name in sorted(there - listed):
            yield Finding(f"{folder}/{name}", 1, "file-list", "not named in CMakeLists.txt", False)
        for name in sorted(listed - there):
            yield Finding(f"{folder}/CMakeLists.txt", 1, "file-list", f"{name} is not there", False)


def check_settings_used(tree):
    """A setting that nothing reads is a promise that is not kept."""
    read = "\n".join(text for path, text in tree.cpp() if not path.endswith("_test.cc"))
    for line, match in matches(tree.files.get("spec/settings.yaml", ""), r"name: ([a-z._]+)"):
        key = "setting::k" + "".join(map(str.capitalize, re.split(r"[._]", match[1])))
        if not re.search(rf"{key}\b", read):
            yield Finding("spec/settings.yaml", line, "settings", f"nothing reads {match[1]}", False)


ALL = [check_license_line, check_file_size, check_file_names, check_unfinished,
       check_machine_paths, check_module_readme, check_file_lists, check_settings_used]
