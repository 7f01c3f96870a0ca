"""Any delivered file into cells, by what it holds rather than by its name."""

from pathlib import Path

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.ingest.files.containers import Kind, unpacked
from churn_pipeline.ingest.files.raw import RawTable, repeats_settled
from churn_pipeline.ingest.files.read_csv import read_csv, sample_text
from churn_pipeline.ingest.files.read_json import looks_like_json, read_json
from churn_pipeline.ingest.files.read_parquet import read_parquet
from churn_pipeline.ingest.files.read_spreadsheet import read_spreadsheet
from churn_pipeline.ingest.files.text_encoding import find_encoding


def read_file(
    path: Path, settings: Settings, wanted: frozenset[str] = frozenset(), sheet: str | None = None
) -> RawTable:
    """The cells of a file.

    Args:
        wanted: columns that tell which sheet of a workbook holds the purchases.
        sheet: the sheet to read; None: chosen by `wanted`, then by size.

    Raises:
        BadInput: the file is missing, empty, too large, damaged, of no kind that can be read, or has not the
            sheet asked for.
    """
    check_size(path, settings)
    return repeats_settled(_read(path, settings, wanted, sheet))


def _read(path: Path, settings: Settings, wanted: frozenset[str], sheet: str | None) -> RawTable:
    with unpacked(path, settings.max_upload_mb) as file:
        if file.kind is Kind.SPREADSHEET:
            return read_spreadsheet(file.path, path.name, wanted, sheet)
        if sheet is not None:
            raise BadInput(f"{path.name} is no workbook, so it has no sheet {sheet!r}: leave the sheet out.")
        if file.kind is Kind.PARQUET:
            return read_parquet(file.path, path.name)
        encoding = find_encoding(file.path, path.name)
        if looks_like_json(sample_text(file.path, encoding)):
            return read_json(file.path, path.name, encoding)
        return read_csv(file.path, path.name, encoding)


def check_size(path: Path, settings: Settings) -> None:
    """BadInput for a file that is missing, empty or over the limit."""
    if not path.is_file():
        raise BadInput(f"{path} is not there or is no file: check the path.")
    size = path.stat().st_size
    if size == 0:
        raise BadInput(
            f"{path.name} is empty (0 bytes): deliver a file with a header row and one row per purchase."
        )
    if size > settings.max_upload_mb * 1_000_000:
        raise BadInput(
            f"{path.name} has {size / 1e6:,.0f} MB, the limit is {settings.max_upload_mb} MB: "
            "split it by period, or raise CHURN_MAX_UPLOAD_MB."
        )
