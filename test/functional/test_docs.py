# SPDX-License-Identifier: Apache-2.0
"""The commands in the documents work: every block fenced as ```sh run is run, page by page, in an
empty folder where `healix` is on the path and HEALIX_HOME names a home that is not there yet.
"""
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh run\n(.*?)^```$", re.M | re.S)
PAGES = sorted(str(page.relative_to(ROOT)) for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
               if BLOCK.search(page.read_text()))


def test_there_are_pages_with_commands():
    assert "README.md" in PAGES


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_page_work(program, tmp_path, page):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/healix").symlink_to(program)
    (tmp_path / "work").mkdir()
    script = "set -euxo pipefail\n" + "\n".join(BLOCK.findall((ROOT / page).read_text()))
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path / "work", capture_output=True,
                          text=True, check=False,
                          env={**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
                               "HEALIX_HOME": str(tmp_path / "home")})
    assert done.returncode == 0, done.stderr[-3000:]
