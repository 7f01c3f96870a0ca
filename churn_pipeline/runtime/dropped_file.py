"""The dropped file that a run was started for, named in the run's tags: it goes in, to quarantine, or waits
for a mapping."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from churn_pipeline.core.errors import AnswerNeeded, BadInput, MappingNeeded
from churn_pipeline.core.settings import Settings
from churn_pipeline.runtime.processes import HIDDEN
from churn_pipeline.shop.directory import shop_store

FILE_TAG, SHA_TAG = f"{HIDDEN}file", f"{HIDDEN}sha256"
NAME_TAG = "file"
"""What people see of it: the file's name."""
ROUTE = "file_drop"


@contextmanager
def kept_on_bad_input(settings: Settings, shop: str, tags: Mapping[str, str]) -> Iterator[None]:
    """Where the block raises BadInput, the dropped file goes to quarantine with the reason; after
    MappingNeeded it waits for a mapping."""
    from churn_pipeline.ingest.ledger.files_held_back import await_mapping, stop_waiting

    folder = shop_store(settings, shop).folder
    if SHA_TAG in tags:
        stop_waiting(folder, tags[SHA_TAG])
    try:
        yield
    except MappingNeeded as error:
        if SHA_TAG in tags:
            await_mapping(
                folder,
                tags[SHA_TAG],
                Path(tags[FILE_TAG]).name,
                str(error),
                question=isinstance(error, AnswerNeeded),
            )
        raise
    except BadInput as error:
        quarantine_dropped(settings, shop, tags, str(error))
        raise


def quarantine_dropped(settings: Settings, shop: str, tags: Mapping[str, str], reason: str) -> Path | None:
    """Moves the run's dropped file to quarantine with the reason and how to retry; returns where it lies,
    None if there is none."""
    from churn_pipeline.ingest.ledger.files_held_back import quarantine

    file = Path(tags[FILE_TAG]) if FILE_TAG in tags else None
    if file is None or not file.is_file():
        return None
    return quarantine(settings, shop, file, f"{reason} To try again, put the file back into {file.parent}.")
