"""The `churn` command with an accident in it, of which it dies by SIGKILL: `python crashing.py ACCIDENT ...`,
where ACCIDENT is `write:NAME`, in the middle of writing that file; `ledger:N` or `run:N`, before the N-th
rename while the ledger, or the run's set of tables, is published. The arguments after it are the command's;
`ledger FILE --shop NAME --map ...` stages and publishes without Dagster, in a second."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import FrameType

from churn_pipeline.cli import main
from churn_pipeline.cli.arguments import parse_mapping
from churn_pipeline.core import store as storage
from churn_pipeline.ingest.ledger import publish_ledger as publish
from churn_pipeline.runtime import run_folder


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


def die_before_rename(number: int, publication: Callable[..., None]) -> None:
    """Counts the renames while the publication is at work."""
    seen, rename = count(1), Path.replace

    def counted(self: Path, target: Path) -> Path:
        if any(frame.f_code is publication.__code__ for frame in _frames()) and next(seen) == number:
            die()
        return rename(self, target)

    Path.replace = counted


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def ledger(file: str, shop: str, maps: list[str]) -> None:
    from churn_pipeline.core.settings import Settings
    from churn_pipeline.ingest.stage import stage_uploads
    from churn_pipeline.shop.config import ColumnField
    from churn_pipeline.shop.directory import load_shop

    settings, mapping = Settings(), parse_mapping([m.removeprefix("--map=") for m in maps])
    known = {ColumnField(field): column for field, column in mapping.items()}
    stage_uploads(settings, load_shop(settings, shop), [Path(file)], mapping=known, exact_mapping=True)
    publish.publish_staged(settings, shop, "run")


if __name__ == "__main__":
    accident, _, where = sys.argv.pop(1).partition(":")
    if accident == "write":
        die_in_writing(where)
    else:
        die_before_rename(
            int(where), {"ledger": publish.finish_publication, "run": run_folder.publish_run}[accident]
        )
    if sys.argv[1] == "ledger":
        ledger(sys.argv[2], sys.argv[4], sys.argv[5:])
    else:
        main()
