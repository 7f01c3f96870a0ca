"""How much of the discounts went to customers who would have bought anyway.

Where campaigns with a control group ran, those left alone say it: of the contacted who ordered, as large a
share would have ordered anyway as control's rate / treated's rate. Else the champion's probabilities at the
test cutoff say what each customer was expected to do before any of the discounts counted was given. They have
learned from times in which discounts were given as well, so this is an estimate from above."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import CAMPAIGN_RESULTS

DRAWS = 500


@dataclass(frozen=True)
class BoughtAnyway:
    """share: of the discounts' money (or, of campaigns, of the contacted who ordered), 0-1, with a 95 %
    interval; discount: currency, None for campaigns; by_lot: whether a control group says it."""

    share: float
    low: float
    high: float
    discount: float | None
    customers: int
    by_lot: bool


def anyway_by_lot(store: ShopStore) -> BoughtAnyway | None:
    """From the finished campaigns with a control group, all offers together; None without any."""
    if not store.exists(CAMPAIGN_RESULTS.name):
        return None
    rows = store.read(CAMPAIGN_RESULTS.name)
    rows = rows[(rows["outcome"] == "retention") & rows["complete"] & rows["segment"].isna()]
    rows = rows[rows["estimate"].notna() & (rows["treated"] > 0)]
    together = rows.assign(single=rows["arm"] != "all").sort_values("single", kind="stable")
    rows = together.drop_duplicates("campaign_id")  # a campaign of one offer has no row of all together
    if rows.empty:
        return None
    weight = rows["n_treated"].to_numpy(np.float64)
    treated = float(np.average(rows["treated"], weights=weight))
    # The treated rate is taken as known beside the difference, whose error is the control group's.
    ends = [
        min(max(1 - float(np.average(rows[end], weights=weight)) / treated, 0.0), 1.0)
        for end in ("estimate", "high", "low")
    ]
    return BoughtAnyway(ends[0], ends[1], ends[2], None, int(weight.sum()), True)


def anyway_by_model(
    predictions: pd.DataFrame, orders: pd.DataFrame, horizon: int, seed: int
) -> BoughtAnyway | None:
    """From p_champion at the test cutoff (test_predictions) and the discounts of the horizon after it; None
    where nobody had one. The interval draws customers again."""
    cutoff: datetime = predictions["cutoff"].max().to_pydatetime()
    within = (orders["ordered_at"] >= cutoff) & (orders["ordered_at"] < cutoff + timedelta(days=horizon))
    given = orders[within & orders["on_offer"]].groupby("customer_id")["discount"].sum()
    once = predictions.drop_duplicates("customer_id")  # who was left alone by lot stands there repeatedly
    known = once.set_index("customer_id")["p_champion"]
    given = given[given.index.isin(known.index)]
    if len(given) < 2 or given.sum() <= 0:
        return None
    anyway = 1 - known.reindex(given.index).to_numpy(np.float64)
    money = given.to_numpy(np.float64)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(money), (DRAWS, len(money)))
    shares = (money * anyway)[drawn].sum(axis=1) / money[drawn].sum(axis=1)
    low, high = np.percentile(shares, (2.5, 97.5))
    share = float(money @ anyway / money.sum())
    return BoughtAnyway(share, float(low), float(high), float(money.sum()), len(money), False)
