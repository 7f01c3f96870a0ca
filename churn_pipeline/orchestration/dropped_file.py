"""The file that a run was started for by the file-drop sensor, named in the run's tags: what goes in with it, and its quarantine."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from churn_pipeline.errors import BadInput
from churn_pipeline.orchestration.file_drop import is_partial
from churn_pipeline.settings import Settings
from churn_pipeline.shops import shop_folder
from churn_pipeline.storage import table_path

FILE_TAG, SHA_TAG, ROUTE = "churn/file", "churn/sha256", "file_drop"


@contextmanager
def quarantine_on_bad_input(settings: Settings, shop: str, tags: Mapping[str, str]) -> Iterator[None]:
    """Quarantines the dropped file with the reason when the block raises BadInput; the error goes on."""
    try:
        yield
    except BadInput as error:
        quarantine_dropped(settings, shop, tags, str(error))
        raise


def quarantine_dropped(settings: Settings, shop: str, tags: Mapping[str, str], reason: str) -> Path | None:
    """Moves the run's dropped file to quarantine with the reason and how to retry; returns where it lies, None if there is none."""
    from churn_pipeline.ingest.quarantine import quarantine

    file = Path(tags[FILE_TAG]) if FILE_TAG in tags else None
    if file is None or not file.is_file():
        return None
    return quarantine(settings, shop, file, f"{reason} To try again, put the file back into {file.parent}.")


def files_of_run(settings: Settings, shop: str, files: list[str], tags: Mapping[str, str]) -> list[Path]:
    """The files to ingest: those asked for and, for a new shop, the dropped ones that came before and still lie there, oldest first.

    A month alone is too short a history to begin with: the quality gate refuses it, it stays where it is, and goes in with the next.
    """
    asked = [Path(file) for file in files]
    if FILE_TAG not in tags or table_path(shop_folder(settings, shop), "transactions").exists():
        return asked
    last = Path(tags[FILE_TAG])
    if not last.is_file():
        return asked
    lying = [p for p in last.parent.iterdir() if p.is_file() and not p.is_symlink() and not is_partial(p.name) and p.stat().st_size]
    earlier = [p for p in lying if (p.stat().st_mtime_ns, p.name) < (last.stat().st_mtime_ns, last.name)]
    return [*sorted(earlier, key=lambda p: (p.stat().st_mtime_ns, p.name)), *asked]
