"""What a campaign would cost and return."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.shops import opened

if TYPE_CHECKING:
    import pandas as pd


def simulate(
    settings: Settings,
    caller: Caller,
    shop: str,
    *,
    targets: int | None = None,
    success_rate: float | None = None,
    discount_percent: float | None = None,
    cost_per_customer: float | None = None,
    clv: float | None = None,
    assume_all_churn: bool = False,
) -> dict[str, Any]:
    """inputs, outputs and about of a campaign: see insights.money.simulation. BadInput for an assumption
    outside its range; NotFound before the first scoring."""
    from churn_pipeline.core.documents.json_values import json_safe
    from churn_pipeline.insights.money.economics import at_level
    from churn_pipeline.insights.money.measured_rates import measured_rate
    from churn_pipeline.insights.money.simulation import CampaignRequest, simulate_campaign

    if cost_per_customer is not None and discount_percent is not None:
        raise BadInput("Give either a discount or a flat cost per customer, which takes its place.")
    run = opened(settings, caller, shop)
    request = CampaignRequest(
        targets=targets,
        success_rate=success_rate,
        discount_percent=discount_percent,
        cost_per_customer=cost_per_customer,
        clv=clv,
        assume_all_churn=assume_all_churn,
    )
    versions = tuple(run.store.version(name) for name in ("customer_scores", "customer_value"))
    scores, value = _frames(run.store.folder, versions)
    config, measured = at_level(run.config, run.store), measured_rate(run.store)
    safe: dict[str, Any] = json_safe(simulate_campaign(scores, value, config, request, measured))
    return safe


def scores_version(settings: Settings, caller: Caller, shop: str) -> str:
    """The data version of the scores that a simulation is computed from; "" before the first scoring."""
    return opened(settings, caller, shop).store.version("customer_scores") or ""


@lru_cache(maxsize=2)
def _frames(folder: Path, versions: tuple[str | None, ...]) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """The tables that simulations read, without the reasons, which are most of them."""
    from churn_pipeline.core.shop_store import ShopStore

    store = ShopStore(folder)
    stored = store.stored("customer_scores")
    columns = None if stored is None else [c for c in stored.schema.names if c != "top_risk_factors"]
    return store.read("customer_scores", columns), store.read("customer_value")


def forget_frames() -> None:
    """Drops what is loaded, for when data are erased."""
    _frames.cache_clear()
