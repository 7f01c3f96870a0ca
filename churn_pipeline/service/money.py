"""What a campaign would cost and return."""

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.service.callers import Caller
from churn_pipeline.service.shops import opened
from churn_pipeline.shop.run import ShopRun

if TYPE_CHECKING:
    import pandas as pd

    from churn_pipeline.insights.money.simulation import Candidates

SHOPS_KEPT = 2
_kept: "OrderedDict[object, Candidates]" = OrderedDict()
_making = Lock()


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
    gross_margin: float | None = None,
    with_curve: bool = False,
) -> dict[str, Any]:
    """inputs, outputs and about of a campaign: see insights.money.simulation; with_curve: profit_curve too,
    its expected profit over the length of the list. BadInput for an assumption outside its range; NotFound
    before the first scoring."""
    from churn_pipeline.core.documents.json_values import json_safe
    from churn_pipeline.insights.money import simulation
    from churn_pipeline.insights.money.measured_rates import measured_rate
    from churn_pipeline.insights.money.scenarios import profit_curve_points

    if cost_per_customer is not None and discount_percent is not None:
        raise BadInput("Give either a discount or a flat cost per customer, which takes its place.")
    run = opened(settings, caller, shop)
    request = simulation.CampaignRequest(
        targets=targets,
        success_rate=success_rate,
        discount_percent=discount_percent,
        cost_per_customer=cost_per_customer,
        clv=clv,
        assume_all_churn=assume_all_churn,
        gross_margin=gross_margin,
    )
    among, measured = _candidates(run), measured_rate(run.store)
    answer = simulation.simulate_among(among, run.config, request, measured)
    if with_curve:
        customers = simulation.at_gross_margin(among, answer["inputs"]["gross_margin"])
        campaign = simulation.asked_campaign(among, run.config, request, measured)
        answer["profit_curve"] = profit_curve_points(customers, campaign)
    safe: dict[str, Any] = json_safe(answer)
    return safe


def scores_version(settings: Settings, caller: Caller, shop: str) -> str:
    """The data version of the scores that a simulation is computed from; "" before the first scoring."""
    return opened(settings, caller, shop).store.version("customer_scores") or ""


def _candidates(run: ShopRun) -> "Candidates":
    """The shop's candidates, kept for as long as what they are made of is the same."""
    from churn_pipeline.insights.money.economics import at_level
    from churn_pipeline.insights.money.measured_rates import measured_rate
    from churn_pipeline.insights.money.simulation import candidates

    store, config, measured = run.store, at_level(run.config, run.store), measured_rate(run.store)
    versions = tuple(store.version(name) for name in ("customer_scores", "customer_value"))
    key = (store.folder, versions, config.model_dump_json(), repr(measured))
    with _making:
        if key not in _kept:
            document = store.document("customer_value") if store.has_document("customer_value") else {}
            scores, value = _frames(store)
            _kept[key] = candidates(scores, value, config, measured, document.get("gross_margin"))
        _kept.move_to_end(key)
        while len(_kept) > SHOPS_KEPT:
            _kept.popitem(last=False)
        return _kept[key]


def _frames(store: ShopStore) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """customer_scores without what money does not ask for, and customer_value of those who are scored alone:
    of a million customers most have lapsed."""
    with store.query(["customer_scores", "customer_value"], threads=2) as connection:
        scores = connection.execute(
            "SELECT customer_id, status, churn_probability, risk_tier, clv, money_at_risk, total_spend "
            "FROM customer_scores"
        ).df()
        value = connection.execute(
            "SELECT * FROM customer_value SEMI JOIN "
            "(SELECT customer_id FROM customer_scores WHERE churn_probability IS NOT NULL) "
            "USING (customer_id)"
        ).df()
    return scores, value


def forget_frames() -> None:
    """Drops what is loaded, for when data are erased."""
    with _making:
        _kept.clear()
