"""Which column of a file is which field: as told, as saved for the shop, or as suggested."""

from dataclasses import dataclass

from churn_pipeline.ingest.raw import RawTable
from churn_pipeline.ingest.reading import complete_mapping
from churn_pipeline.shops import ColumnField, ShopConfig


@dataclass(frozen=True)
class DecidedMapping:
    """The mapping of one file, and what the user should know about it."""

    mapping: dict[ColumnField, str]
    warnings: tuple[str, ...] = ()


def decide_mapping(raw: RawTable, name: str, given: dict[ColumnField, str], config: ShopConfig, *, exact: bool) -> DecidedMapping:
    """The mapping of a file.

    Raises:
        BadInput: a mapped column is not in the file, or a field that is needed has no column.
    """
    wanted = given if given and exact else config.mapping | given
    return DecidedMapping(complete_mapping(wanted, raw.columns, name))
