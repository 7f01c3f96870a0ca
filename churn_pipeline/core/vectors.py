"""Vectors of different lengths by name, such as a candidate's log-odds, in one long Parquet table."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.errors import ChurnError, NotFound
from churn_pipeline.core.store import naming_damaged, read_json, replacing

if TYPE_CHECKING:
    import numpy as np


def write_vectors(path: Path, vectors: "dict[str, np.ndarray]") -> None:
    """Writes <path>.parquet atomically. vectors: float64, by name."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    long = pd.concat(
        [pd.DataFrame({"vector": name, "log_odds": values}) for name, values in vectors.items()],
        ignore_index=True,
    )
    with replacing(path.with_suffix(".parquet")) as part:
        pq.write_table(pa.Table.from_pandas(long, preserve_index=False), part, write_page_checksum=True)


def read_vectors(path: Path, shop: str) -> "tuple[dict[str, Any], dict[str, np.ndarray]]":
    """The document <path>.json and the vectors beside it; NotFound when they were never written, ChurnError
    when they are damaged."""
    import pyarrow.parquet as pq

    table, document = path.with_suffix(".parquet"), path.with_suffix(".json")
    if not table.exists():
        raise NotFound(f"{path.name} of shop {shop!r} is not trained yet; run: churn run FILE --shop {shop}")
    with naming_damaged(table, shop):
        long = pq.read_table(table, page_checksum_verification=True).to_pandas()
    content = read_json(document)
    if not isinstance(content, dict):
        raise ChurnError(f"{document} is damaged; run the shop again to renew it")
    parts = long.groupby("vector", sort=False)
    return content, {str(name): part["log_odds"].to_numpy() for name, part in parts}
