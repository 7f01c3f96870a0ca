"""Any delivered file into cells, by what it holds rather than by its name."""

from pathlib import Path

from churn_pipeline.errors import BadInput
from churn_pipeline.ingest.raw import RawTable
from churn_pipeline.ingest.read_csv import read_csv
from churn_pipeline.settings import Settings


def read_file(path: Path, settings: Settings) -> RawTable:
    """The cells of a file.

    Raises:
        BadInput: the file is missing, empty, too large, of no known kind, or damaged.
    """
    check_size(path, settings)
    return read_csv(path, path.name, "utf-8")


def check_size(path: Path, settings: Settings) -> None:
    """BadInput for a file that is missing, empty or over the limit."""
    if not path.is_file():
        raise BadInput(f"{path} is not there or is no file: check the path.")
    size = path.stat().st_size
    if size == 0:
        raise BadInput(f"{path.name} is empty (0 bytes): deliver a file with a header row and one row per purchase.")
    if size > settings.max_upload_mb * 1_000_000:
        raise BadInput(
            f"{path.name} has {size / 1e6:,.0f} MB, the limit is {settings.max_upload_mb} MB: split it by period, or raise CHURN_MAX_UPLOAD_MB."
        )
