# SPDX-License-Identifier: Apache-2.0
"""The two-minute tour prints what docs/tour/tour.txt says it prints."""
import difflib

from tour_output import TOUR, masked, run_tour


def test_tour_prints_what_its_page_shows(program):
    page, now = (TOUR / "tour.txt").read_text(), run_tour(program)
    difference = "\n".join(difflib.unified_diff(
        masked(page).splitlines(), masked(now).splitlines(), "tour.txt", "now", lineterm=""))
    assert not difference, f"{difference}\nif it is meant: python test/tour_output.py"
