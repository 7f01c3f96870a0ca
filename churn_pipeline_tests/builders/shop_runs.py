"""A shop as stages take it, over a folder that a test has filled."""

from pathlib import Path

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import write_json
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.run import ShopRun


def shop_run(
    folder: Path, config: ShopConfig, horizon: int | None = None, settings: Settings | None = None
) -> ShopRun:
    """The shop in `folder`; a horizon (days) is written into its churn definition."""
    store = ShopStore(folder)
    if horizon is not None:
        write_json(folder / "churn_definition.json", {"horizon": horizon})
    return ShopRun(settings or Settings(home=folder), config, store)
