# SPDX-License-Identifier: Apache-2.0
"""Runs docs/tour/tour.sh, and masks what differs from run to run when two outputs are compared.

    HEALIX_BIN=build/release/bin/healix python test/tour_output.py    # writes docs/tour/tour.txt anew
"""
import os
import pathlib
import re
import subprocess
import tempfile

TOUR = pathlib.Path(__file__).parents[1] / "docs" / "tour"

# In this order; everything else must be equal, word for word. The page itself shows one real run.
MASKS = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
    (r"\b[0-9a-f]{64}\b", "<sha256>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?(\+00)?", "<time>"),
    (r"\b\d{15,19}\b", "<snapshot>"),
]


def run_tour(program: str) -> str:
    with tempfile.TemporaryDirectory(prefix="tour-") as folder:
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("HEALIX_")}
        done = subprocess.run([TOUR / "tour.sh", folder], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False,
                              env={**environment, "HEALIX_BIN": program})
        if done.returncode != 0:
            raise AssertionError(f"the tour ended with {done.returncode}:\n{done.stdout[-3000:]}")
        return done.stdout.replace(os.path.realpath(folder), "/tmp/tour").strip() + "\n"


def masked(text: str) -> str:
    """Masks, then squeezes the blanks and rules of tables, whose width hangs on what was masked."""
    for pattern, name in MASKS:
        text = re.sub(pattern, name, text)
    lines = [re.sub(r" {2,}", " ", re.sub(r"-{3,}", "---", line)).strip()
             for line in text.splitlines()]
    return "\n".join(lines)


if __name__ == "__main__":
    (TOUR / "tour.txt").write_text(run_tour(os.environ["HEALIX_BIN"]))
