"""The `churn` command with an accident in it: `python crashing.py write:NAME ...` dies of SIGKILL in the middle of writing a file,
`rename:N` before the N-th rename of a publication. The arguments after the accident are the command's; `ledger FILE --shop NAME --map ...`
stages and publishes without Dagster, in a second."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from churn_pipeline import storage
from churn_pipeline.cli import main
from churn_pipeline.cli.arguments import parse_mapping
from churn_pipeline.ingest import publish
from churn_pipeline.orchestration import run_folder


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_in_writing(name: str) -> None:
    """Half of the file is on the disk, and not yet renamed."""
    replacing = storage.replacing

    @contextmanager
    def half(path: Path) -> Iterator[Path]:
        with replacing(path) as part:
            yield part
            if path.name == name:
                os.truncate(part, part.stat().st_size // 2)
                die()

    storage.replacing = half


def die_before_rename(number: int) -> None:
    """Counts the renames while the ledger, or a run, is being published."""
    seen, rename = count(1), Path.replace

    def counted(self: Path, target: Path) -> Path:
        publishing = {frame.f_code.co_name for frame in _frames()} & {run_folder.publish_run.__name__, publish.finish_publication.__name__}
        if publishing and next(seen) == number:
            die()
        return rename(self, target)

    Path.replace = counted


def _frames() -> Iterator:
    frame = sys._getframe(1)
    while frame:
        yield frame
        frame = frame.f_back


def ledger(file: str, shop: str, maps: list[str]) -> None:
    from churn_pipeline.ingest.stage import stage_uploads
    from churn_pipeline.settings import Settings
    from churn_pipeline.shops import ColumnField, load_shop

    settings, mapping = Settings(), parse_mapping([m.removeprefix("--map=") for m in maps])
    known = {ColumnField(field): column for field, column in mapping.items()}
    stage_uploads(settings, load_shop(settings, shop), [Path(file)], mapping=known, exact_mapping=True)
    publish.publish_staged(settings, shop, "run")


if __name__ == "__main__":
    accident, _, where = sys.argv.pop(1).partition(":")
    die_in_writing(where) if accident == "write" else die_before_rename(int(where))
    if sys.argv[1] == "ledger":
        ledger(sys.argv[2], sys.argv[4], sys.argv[5:])
    else:
        main()
