"""The table and the document of what a shop's discounts did."""

from dataclasses import asdict

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.discounts.bought_anyway import BoughtAnyway, anyway_by_lot, anyway_by_model
from churn_pipeline.campaigns.discounts.discount_habits import FEWEST_ORDERS, deeper_than_needed, discount_use
from churn_pipeline.campaigns.discounts.offered_orders import OfferedOrders, offered_orders
from churn_pipeline.campaigns.discounts.pull_forward import PullForward, pull_forward
from churn_pipeline.campaigns.kept_campaigns import kept_campaigns
from churn_pipeline.core.documents.discounts import (
    DepthBand,
    Discounts,
    HandedAnyway,
    LaterOrders,
    TriedDepth,
)
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import CAMPAIGN_RESULTS, DISCOUNT_USE
from churn_pipeline.core.wording import counted, money, number, percent
from churn_pipeline.shop.run import ShopRun

BANDS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
CLEAR = 0.05


def shop_discounts(run: ShopRun) -> tuple[pd.DataFrame, Discounts]:
    """The table discount_use and the document discounts, from the orders before the scores' data end."""
    as_of = run.store.read("customer_scores", ["as_of"])["as_of"].max().to_pydatetime()
    found = offered_orders(run.store, as_of, run.settings.threads)
    if found is None:
        return DISCOUNT_USE.schema.empty_table().to_pandas(), _nothing()
    use = discount_use(found)
    predictions = run.store.read("test_predictions", ["customer_id", "cutoff", "p_champion"])
    anyway = anyway_by_lot(run.store) or anyway_by_model(
        predictions, found.orders, run.horizon, run.settings.seed
    )
    later = pull_forward(found.orders, max(run.horizon // 2, 7), as_of, run.settings.seed)
    return use, discount_document(found, use, anyway, later, tried_depths(run.store), run.config.currency)


def discount_document(
    found: OfferedOrders,
    use: pd.DataFrame,
    anyway: BoughtAnyway | None,
    later: PullForward | None,
    tried: list[TriedDepth],
    currency: str,
) -> Discounts:
    """What was found, with sentences."""
    telling = int((use["orders"] >= FEWEST_ORDERS).sum())
    only, total = int(use["only_on_offer"].sum()), float(use["discount"].sum())
    excess = float(use["deeper_than_needed"].sum())
    sentences = [
        f"{percent(found.share_on_offer)} of all orders were on offer (from {percent(found.threshold)} of "
        f"the full price on); {money(total, currency)} were given in all."
    ]
    if anyway is not None:
        sentences.append(_anyway(anyway, currency))
    if later is not None:
        sentences.append(_later(later))
    if telling:
        who, buy = (counted(only, "customers"), "buy") if only > 1 else ("One" if only else "Nobody", "buys")
        sentences.append(
            f"{who} of {number(telling)} with {FEWEST_ORDERS} orders or more {buy} on offer alone more often "
            "than luck explains."
        )
    if total > 0:
        sentences.append(
            f"{money(excess, currency)} ({percent(excess / total)} of all discounts) went beyond the "
            "smallest discount that the same customer had taken before. Whether that one would have done "
            "again is not known without trying: campaigns with two depths tell."
        )
    sentences += [
        f"In the shop's own campaigns {number(depth.discount_percent, 0)} % is the smallest discount that is "
        "not clearly less profitable than the best one tried."
        for depth in tried
        if depth.suffices and len(tried) > 1
    ]
    return Discounts(
        available=True,
        offer_from=found.threshold,
        share_on_offer=found.share_on_offer,
        discount=total,
        anyway=HandedAnyway(**asdict(anyway)) if anyway else None,
        later_orders=LaterOrders(**asdict(later)) if later else None,
        only_on_offer=only,
        only_on_offer_share=only / telling if telling else None,
        deeper_than_needed=excess,
        depths=_bands(found),
        tried=tried,
        sentences=sentences,
    )


def tried_depths(store: ShopStore) -> list[TriedDepth]:
    """The discounts that finished campaigns with a control group tried, smallest first: profit per customer
    contacted, weighted by customers."""
    if not store.exists(CAMPAIGN_RESULTS.name):
        return []
    depth = {
        (plan.campaign_id, arm.arm): arm.discount_percent
        for plan in kept_campaigns(store)
        for arm in plan.arms
        if arm.action is not None
    }
    rows = store.read(CAMPAIGN_RESULTS.name)
    rows = rows[(rows["outcome"] == "profit") & rows["complete"] & rows["estimate"].notna()]
    keys = zip(rows["campaign_id"], rows["arm"], strict=True)
    rows = rows.assign(depth=np.array([depth.get(key, np.nan) for key in keys], dtype=np.float64))
    found = [
        _tried(percent_off, rows[rows["depth"] == percent_off])
        for percent_off in np.unique(rows["depth"].dropna()).tolist()
    ]
    if not found:
        return []
    best = max(found, key=lambda tried: tried.profit)
    enough = min((t for t in found if t.high >= best.low and t.profit > 0), key=_depth, default=None)
    return [tried.model_copy(update={"suffices": tried is enough}) for tried in sorted(found, key=_depth)]


def _depth(tried: TriedDepth) -> float:
    return tried.discount_percent


def _tried(depth: float, rows: pd.DataFrame) -> TriedDepth:
    weight = rows["n_treated"].to_numpy(np.float64) / rows["n_treated"].sum()
    profit = float(weight @ rows["estimate"])
    half = float(np.sqrt(weight**2 @ ((rows["high"] - rows["low"]).to_numpy(np.float64) / 2) ** 2))
    return TriedDepth(
        discount_percent=depth,
        customers=int(rows["n_treated"].sum()),
        profit=profit,
        low=profit - half,
        high=profit + half,
        suffices=False,
    )


def _bands(found: OfferedOrders) -> list[DepthBand]:
    on_offer = found.orders[found.orders["on_offer"]]
    shallower = deeper_than_needed(on_offer) > 0
    band = np.clip(np.searchsorted(BANDS, on_offer["depth"], side="right") - 1, 0, len(BANDS) - 2)
    return [
        DepthBand(
            depth_from=BANDS[k],
            depth_to=BANDS[k + 1],
            orders=int((band == k).sum()),
            discount=float(on_offer.loc[band == k, "discount"].sum()),
            taken_shallower_before=float(shallower[band == k].mean()),
        )
        for k in range(len(BANDS) - 1)
        if (band == k).any()
    ]


def _anyway(found: BoughtAnyway, currency: str) -> str:
    share, low, high = percent(found.share), percent(found.low), percent(found.high)
    if found.by_lot:
        return (
            f"{share} of the contacted who ordered in campaigns would have ordered anyway (95 % interval "
            f"{low} to {high}): as many as among those left alone by lot."
        )
    return (
        f"An estimated {share} of {money(found.discount or 0.0, currency)} of discounts went to customers "
        f"who would have bought anyway ({low} to {high}), as far as the champion could tell before; no lot "
        "was drawn, and the customers it learned from had discounts, too, so the share may be smaller."
    )


def _later(found: PullForward) -> str:
    said = (
        f"In the {counted(found.days, 'days')} after an order on offer a customer places "
        f"{number(found.after_offer, 2)} orders, after one at full price {number(found.after_full_price, 2)}"
    )
    if found.p_value >= CLEAR:
        return f"{said}: no more than placebo dates show, so no order is seen to be pulled forward."
    if found.difference < 0:
        return (
            f"{said}: offers pull orders forward, {number(-found.difference, 2)} for each (placebo dates "
            f"show {number(found.placebo_low, 2)} to {number(found.placebo_high, 2)})."
        )
    return f"{said}: more than placebo dates show, so nothing is pulled forward; offers fall into busy times."


def _nothing() -> Discounts:
    return Discounts(
        available=False,
        offer_from=None,
        share_on_offer=None,
        discount=None,
        anyway=None,
        later_orders=None,
        only_on_offer=None,
        only_on_offer_share=None,
        deeper_than_needed=None,
        depths=[],
        tried=[],
        sentences=[],
    )
