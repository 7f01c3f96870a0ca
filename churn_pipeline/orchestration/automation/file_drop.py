"""What the file-drop sensor decides in one tick, as one pure function over what lies in the folders and what
it remembers.

A file is taken when it is complete: it has not changed for a while, or it was renamed from `NAME.part`. It is
taken once for what is in it: the key of its run is the shop and the SHA-256. To force a file whose run
failed, touch it or put it there again; a file that waited for its shop's mapping is taken up by itself once
there is one."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

PARTIAL_SUFFIXES = (".part", ".filepart", ".crdownload", ".tmp")
EMPTY_FACTOR = 10  # an empty file may still be filled: it settles so many times longer

Stamp = tuple[int, int]
"""A file's modification time (ns since the epoch) and size (bytes)."""


@dataclass(frozen=True)
class Cursor:
    """What the sensor remembers, of present files only: `SHOP/NAME` -> stamp of those whose run was asked
    for, and of all others."""

    submitted: dict[str, Stamp] = field(default_factory=dict)
    waiting: dict[str, Stamp] = field(default_factory=dict)

    @staticmethod
    def parse(text: str | None) -> "Cursor":
        """The cursor as Dagster stores it; an empty one at the first tick."""
        document = json.loads(text) if text else {}
        parts = [
            {k: (v[0], v[1]) for k, v in document.get(part, {}).items()} for part in ("submitted", "waiting")
        ]
        return Cursor(*parts)

    def dump(self) -> str:
        """The cursor as text: {"submitted": {"SHOP/NAME": [mtime_ns, size]}, "waiting": {...}}."""
        return json.dumps({"submitted": self.submitted, "waiting": self.waiting}, sort_keys=True)


@dataclass(frozen=True)
class Attempts:
    """The runs that a shop's file content had so far: how many, and whether the last one failed."""

    runs: int = 0
    failed: bool = False


@dataclass(frozen=True)
class FileRun:
    """A run to ask for: the shop, the file's name in its folder, its SHA-256, and the run key."""

    shop: str
    name: str
    sha256: str
    run_key: str


@dataclass(frozen=True)
class Decision:
    """What a tick asks for, what it remembers, and how many complete files have to wait for the next tick."""

    runs: list[FileRun]
    cursor: Cursor
    backlog: int


def decide(
    present: Mapping[str, Stamp],
    cursor: Cursor,
    now_ns: int,
    *,
    settle_seconds: float,
    max_runs: int,
    sha256: Callable[[str], str | None],
    attempts: Callable[[str, str], Attempts],
    released: Collection[str] = (),
) -> Decision:
    """The decision of one tick; oldest files first.

    present: every file in the folders of the shops, `SHOP/NAME` -> stamp. sha256: hash of a file, None when
        it is gone meanwhile.
    attempts: (shop, sha256) -> its runs so far. released: names to consider anew although they are unchanged.
        Files that are gone are forgotten."""
    submitted = {
        name: stamp
        for name, stamp in cursor.submitted.items()
        if present.get(name) == stamp and name not in released
    }
    waiting = {name: stamp for name, stamp in present.items() if name not in submitted}
    complete = [name for name in waiting if _is_complete(name, present, cursor, now_ns, settle_seconds)]
    complete.sort(key=lambda name: (present[name][0], name))
    runs: list[FileRun] = []
    for name in complete[:max_runs]:
        digest = sha256(name)
        if digest is not None:
            shop, _, file_name = name.partition("/")
            key = _run_key(shop, digest, attempts(shop, digest))
            if all(run.run_key != key for run in runs):  # two files of one content in one tick are one run
                runs.append(FileRun(shop, file_name, digest, key))
            submitted[name] = waiting[name]
        del waiting[name]
    return Decision(runs, Cursor(submitted, waiting), max(0, len(complete) - max_runs))


def is_partial(name: str) -> bool:
    """Whether a file says by its name that it is still being written."""
    file_name = name.rpartition("/")[2]
    return file_name.startswith(".") or file_name.lower().endswith(PARTIAL_SUFFIXES)


def _is_complete(
    name: str, present: Mapping[str, Stamp], cursor: Cursor, now_ns: int, settle_seconds: float
) -> bool:
    if is_partial(name):
        return False
    settle = settle_seconds * (1 if present[name][1] else EMPTY_FACTOR)
    if present[name][1] and any(
        cursor.waiting.get(name + suffix, (0, -1))[1] == present[name][1] and name + suffix not in present
        for suffix in PARTIAL_SUFFIXES
    ):
        return True  # it was NAME.part at the last tick, in this size: whoever renames is done
    age = now_ns - present[name][0]
    if age < 0:
        return (
            cursor.waiting.get(name) == present[name]
        )  # a clock ahead of ours: unchanged since the last tick has to do
    return age >= settle * 1e9


def _run_key(shop: str, digest: str, attempts: Attempts) -> str:
    """The same for the same content, so that Dagster drops repetitions; a new one where the last run of it
    failed."""
    return f"{shop}:{digest}:{attempts.runs}" if attempts.failed else f"{shop}:{digest}"
