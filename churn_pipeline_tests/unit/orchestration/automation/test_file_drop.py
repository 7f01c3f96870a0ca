"""The file-drop decision as a state machine: ticks over a small world of files, a clock and past runs."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from churn_pipeline.orchestration.automation.file_drop import Attempts, Cursor, decide

SECOND = 10**9


class World:
    """Files with their contents and times, and the runs that Dagster has seen (run keys; failed contents)."""

    def __init__(self):
        self.now, self.files, self.cursor = 1_000_000 * SECOND, {}, Cursor()
        self.keys, self.runs, self.failed = [], {}, set()

    def put(self, name, content, mtime=None):
        self.files[name] = (self.now if mtime is None else mtime, content)

    def rename(self, old, new):
        self.files[new] = self.files.pop(old)

    def wait(self, seconds):
        self.now += int(seconds * SECOND)

    def sha256(self, name):
        return hashlib.sha256(self.files[name][1].encode()).hexdigest() if name in self.files else None

    def attempts(self, shop, digest):
        return Attempts(self.runs.get((shop, digest), 0), (shop, digest) in self.failed)

    def tick(self, max_runs=10, released=()):
        """One tick; returns the names of the files whose run Dagster starts: keys it knows are dropped."""
        present = {name: (mtime, len(content)) for name, (mtime, content) in self.files.items()}
        decision = decide(
            present,
            self.cursor,
            self.now,
            settle_seconds=30,
            max_runs=max_runs,
            sha256=self.sha256,
            attempts=self.attempts,
            released=released,
        )
        self.cursor, self.backlog = Cursor.parse(decision.cursor.dump()), decision.backlog
        started = [run for run in decision.runs if run.run_key not in self.keys]
        for run in started:
            self.keys.append(run.run_key)
            self.runs[run.shop, run.sha256] = self.runs.get((run.shop, run.sha256), 0) + 1
            self.failed.discard((run.shop, run.sha256))
        return [f"{run.shop}/{run.name}" for run in started]

    def fail(self, name):
        self.failed.add((name.partition("/")[0], self.sha256(name)))


@pytest.fixture
def world():
    return World()


def test_a_file_is_taken_once_it_has_settled(world):
    world.put("kiosk/a.csv", "rows")
    assert world.tick() == []
    world.wait(20)
    world.put("kiosk/a.csv", "rows and more rows")
    world.wait(20)
    assert world.tick() == [], "it grew 20 seconds ago"
    world.wait(10)
    assert world.tick() == ["kiosk/a.csv"]
    world.wait(3600)
    assert world.tick() == []


def test_a_renamed_file_needs_no_settling(world):
    world.put("kiosk/a.csv.part", "rows")
    world.wait(1000)
    assert world.tick() == [], "a partial file is never taken, however old"
    world.put("kiosk/a.csv.part", "rows, all")
    assert world.tick() == []
    world.rename("kiosk/a.csv.part", "kiosk/a.csv")
    assert world.tick() == ["kiosk/a.csv"]


def test_a_hidden_file_is_left_alone_and_an_empty_one_gets_time_to_be_filled(world):
    world.put("kiosk/.a.csv.Xy12", "rows")
    world.put("kiosk/empty.csv", "")
    world.wait(299)
    assert world.tick() == []
    world.wait(1)
    assert world.tick() == ["kiosk/empty.csv"], "its run will say that it is empty"


def test_an_empty_file_made_by_renaming_has_to_settle_too(world):
    world.put("kiosk/a.csv.part", "")
    world.tick()
    world.rename("kiosk/a.csv.part", "kiosk/a.csv")
    assert world.tick() == []


def test_a_file_that_waited_for_a_mapping_runs_again_when_it_is_released(world):
    world.put("kiosk/a.csv", "rows")
    world.wait(60)
    world.tick()
    world.fail("kiosk/a.csv")
    assert world.tick() == []
    assert world.tick(released=["kiosk/a.csv"]) == ["kiosk/a.csv"]
    assert world.tick(released=["kiosk/a.csv"]) == [], "its run is under way"


def test_the_same_content_runs_once_per_shop(world):
    world.put("kiosk/a.csv", "rows")
    world.put("bakery/a.csv", "rows")
    world.wait(60)
    assert sorted(world.tick()) == ["bakery/a.csv", "kiosk/a.csv"]
    world.put("kiosk/a.csv", "rows")
    world.put("kiosk/copy of a.csv", "rows")
    world.wait(60)
    assert world.tick() == []


def test_changed_content_under_the_same_name_runs_again(world):
    world.put("kiosk/a.csv", "rows")
    world.wait(60)
    world.tick()
    world.put("kiosk/a.csv", "other")
    world.wait(60)
    assert world.tick() == ["kiosk/a.csv"]


def test_a_failed_file_is_forced_by_a_touch_and_only_then(world):
    world.put("kiosk/a.csv", "rows")
    world.wait(60)
    world.tick()
    world.fail("kiosk/a.csv")
    world.wait(60)
    assert world.tick() == [], "nobody asked for it"
    world.put("kiosk/a.csv", "rows")
    world.wait(60)
    assert world.tick() == ["kiosk/a.csv"]
    world.put("kiosk/a.csv", "rows")
    world.wait(60)
    assert world.tick() == [], "its second run succeeded"


def test_a_quarantined_file_that_is_put_back_runs_again(world):
    world.put("kiosk/a.csv", "rows")
    world.wait(60)
    world.tick()
    world.fail("kiosk/a.csv")
    mtime, content = world.files.pop("kiosk/a.csv")
    assert world.tick() == []
    assert world.cursor == Cursor(), "files that are gone are forgotten"
    world.put("kiosk/a.csv", content, mtime)
    assert world.tick() == ["kiosk/a.csv"]


def test_at_most_ten_a_tick_oldest_first(world):
    for k in range(25):
        world.put(f"kiosk/{24 - k:02}.csv", f"rows {k}", world.now + k)
    world.wait(60)
    first = world.tick()
    assert first == [f"kiosk/{24 - k:02}.csv" for k in range(10)]
    assert world.backlog == 15
    assert [len(world.tick()) for _ in range(3)] == [10, 5, 0]


def test_a_clock_ahead_of_ours(world):
    world.put("kiosk/a.csv", "rows", world.now + 3600 * SECOND)
    assert world.tick() == []
    assert world.tick() == ["kiosk/a.csv"]


def test_a_file_that_vanishes_while_it_is_read(world):
    world.put("kiosk/a.csv", "rows")
    world.wait(60)
    decision = decide(
        {"kiosk/a.csv": (world.now - 60 * SECOND, 4)},
        Cursor(),
        world.now,
        settle_seconds=30,
        max_runs=10,
        sha256=lambda _: None,
        attempts=world.attempts,
    )
    assert (decision.runs, decision.cursor) == ([], Cursor())


steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "remove", "wait", "tick", "fail"]),
        st.sampled_from("ab"),
        st.sampled_from(["x", "yy", "zzz"]),
    ),
    max_size=40,
)


@given(steps)
@settings(max_examples=150, deadline=None)
def test_whatever_happens_every_content_that_stays_is_run_and_none_twice_without_a_failure(story):
    world, failures = World(), 0
    for action, letter, content in story:
        name = f"kiosk/{letter}.csv"
        if action == "put":
            world.put(name, content)
        elif action == "remove":
            world.files.pop(name, None)
        elif action == "wait":
            world.wait(40)
        elif action == "tick":
            world.tick()
        elif name in world.files and world.attempts("kiosk", world.sha256(name)).runs:
            world.fail(name)
            failures += 1
    world.wait(60)
    world.tick()
    world.tick()
    for name in world.files:
        assert world.attempts("kiosk", world.sha256(name)).runs >= 1
    assert sum(world.runs.values()) <= len(world.runs) + failures
    assert set(world.cursor.submitted) | set(world.cursor.waiting) == set(world.files)
