"""Where a home still names a customer."""

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table


def holding(settings: Settings, customer_id: str) -> list[str]:
    """Files under the home that hold the id, packed tables read."""
    found = []
    for path in settings.home.rglob("*"):
        if path.is_file():
            is_table = path.suffix == ".parquet"
            text = str(read_table(path.parent, path.stem).to_dict()) if is_table else ""
            if customer_id.encode() in path.read_bytes() or customer_id in text:
                found.append(str(path.relative_to(settings.home)))
    return found
