# SPDX-License-Identifier: Apache-2.0
"""Gate 3: kill -9 at every sync point, then look whether what was acknowledged is still true.

One kill: take the sync point that was hit least, an action that passes it and a random pass of it; let
the program kill itself there (HEALIX_KILL_AT); check the home; run the action again to its end; check
again. HEALIX_TEST_KILLS kills, and more until each point was hit three times; many of them in two homes at
a time.
"""
import collections
import concurrent.futures
import os
import pathlib
import random
import re
import threading

import pytest
from crash_story import SMALL, Story, answer_of, was_killed

HITS = "Crash: hits at sync points"  # the other column is filled by src/app/power_loss_test.cc
HITS_PER_POINT = 3
KILLS_PER_HOME = 24
KILLS_ALONE_MAX = 100
SECONDS_PER_KILL = 30  # for the time limit only


def kills_wanted() -> int:
    kills = int(os.environ.get("HEALIX_TEST_KILLS", "50"))
    return min(kills, 50) if os.environ.get("HEALIX_TEST_CONFIG") else kills


def points_in_sources() -> set[str]:
    """Every name that is given to SyncPoint()."""
    sources = pathlib.Path(__file__).parents[2] / "src"
    return {name for path in sources.rglob("*.cc") if not path.name.endswith("_test.cc")
            for name in re.findall(r'SyncPoint\("([a-z_.]+)"\)', path.read_text())}


class Coverage:
    """Which points there are, what passes them how often, and how often each was hit. Threads: any."""

    def __init__(self, seed: int):
        self.lock = threading.Lock()
        self.random = random.Random(seed)
        self.passes: dict[str, dict[str, int]] = {}  # point -> action -> passes in one run
        self.hits: collections.Counter[str] = collections.Counter()
        self.misses: collections.Counter[tuple[str, str]] = collections.Counter()

    def learn(self, action: str, log: str) -> None:
        with self.lock:
            for point, count in collections.Counter(log.split()).items():
                self.passes.setdefault(point, {})[action] = count

    def next_target(self) -> tuple[str, str, int]:
        """Returns the point hit least, an action that passes it, and which pass to kill at. An
        action that lived through (it had less to do this time) is tried less often and earlier."""
        with self.lock:
            fewest = min(self.hits[point] for point in self.passes)
            point = self.random.choice(sorted(p for p in self.passes if self.hits[p] == fewest))
            actions = self.passes[point]
            fewest_misses = min(self.misses[point, action] for action in actions)
            action = self.random.choice(
                sorted(a for a in actions if self.misses[point, a] == fewest_misses))
            passes = actions[action] if fewest_misses == 0 else 1
            return point, action, self.random.randint(1, passes)

    def note(self, point: str, action: str, hit: bool) -> None:
        with self.lock:
            if hit:
                self.hits[point] += 1
            else:
                self.misses[point, action] += 1
            assert self.misses.total() <= 3 * self.hits.total() + 50, "kills don't come"

    def is_enough(self, kills: int) -> bool:
        with self.lock:
            return (self.hits.total() >= kills
                    and min(self.hits[point] for point in self.passes) >= HITS_PER_POINT)


def begin_story(new_home, folder, coverage: Coverage) -> Story:
    """A home with something in it. Each action then runs once unharmed, which tells its points."""
    folder.mkdir()
    story = Story(new_home(folder.name), folder)
    story.healix.sql("CREATE TABLE main.visits AS SELECT i AS id, i % 5 AS ward "
                     "FROM range(0, 20) t(i)")
    story.visits = set(range(20))
    first = story.ingest_new_file()
    first.settle(answer_of(story.run(first, {})))
    for make in story.makers().values():
        action = make()
        log = folder / "passed.log"
        action.settle(answer_of(story.run(action, {"HEALIX_SYNC_LOG": str(log)})))
        coverage.learn(action.name, log.read_text() if log.exists() else "")
        log.unlink(missing_ok=True)
    story.check_after_crash()
    story.check_totals()
    return story


def kill_once(story: Story, coverage: Coverage) -> None:
    point, name, at_pass = coverage.next_target()
    action = story.makers()[name]()
    done = story.run(action, {"HEALIX_KILL_AT": f"{point}:{at_pass}"})
    coverage.note(point, name, hit=was_killed(done))
    if not was_killed(done):
        action.settle(answer_of(done))
        return
    story.check_after_crash()
    answer = answer_of(story.run(action, {})) if action.can_repeat() else None
    action.settle(answer)
    story.check_after_crash()
    story.check_receipts(story.receipts[-1:])


def live_and_die(new_home, folder, coverage: Coverage, kills: int) -> None:
    """One home that is killed until it has had its share."""
    story = begin_story(new_home, folder, coverage)
    for _ in range(KILLS_PER_HOME):
        if coverage.is_enough(kills):
            break
        kill_once(story, coverage)
    story.check_totals()
    story.check_receipts(story.receipts)


@pytest.mark.timeout(kills_wanted() * SECONDS_PER_KILL + 1800)
def test_nothing_acknowledged_is_lost_by_kill_9(new_home, tmp_path, table_row):
    kills = kills_wanted()
    seed = int(os.environ.get("HEALIX_TEST_SEED", str(random.randrange(10**6))))
    print(f"HEALIX_TEST_SEED={seed}")  # shown when the test fails
    coverage = Coverage(seed)
    at_a_time = 2 if kills > KILLS_ALONE_MAX else 1
    homes = 0
    with concurrent.futures.ThreadPoolExecutor(at_a_time) as pool:
        while homes == 0 or not coverage.is_enough(kills):
            lives = [pool.submit(live_and_die, new_home, tmp_path / f"story{homes + i}", coverage,
                                 kills) for i in range(at_a_time)]
            homes += at_a_time
            for life in lives:
                life.result()
    assert points_in_sources() <= set(coverage.passes)
    for point in sorted(points_in_sources()):
        table_row(HITS, point=point, kill_9=coverage.hits[point])
    table_row(HITS, point=f"all, seed {seed}, {homes} homes", kill_9=coverage.hits.total())


def test_a_sync_point_that_is_never_passed_kills_nothing(new_home):
    """The guard of this file: were the variable ignored, the test above would run forever."""
    home = new_home("home")
    assert home.run("doctor", "--json", env={**SMALL, "HEALIX_KILL_AT": "no.such.point:1"}
                    ).returncode == 0
    assert was_killed(home.run("sql", "-c", "CREATE TABLE main.t AS SELECT 1 AS n",
                               env={"HEALIX_KILL_AT": "*:1"}))
