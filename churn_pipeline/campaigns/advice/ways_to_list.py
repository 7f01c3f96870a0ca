"""The ways to put customers in an order of whom to contact first: the product's own, and what a shop would do
without it."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn_pipeline.insights.segments import rfm

Positions = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

EXPECTED_PROFIT = "expected_profit"
FORESIGHT = "perfect_foresight"
EVERYONE, NOBODY = "everyone", "nobody"
SPEND = "spend"
WAYS = {
    EXPECTED_PROFIT: "by expected profit",
    "risk": "by churn probability",
    "rfm": "by RFM segment",
    "recency": "by days since the last order",
    SPEND: "by former spend",
    "bg_nbd": "by BG/NBD's churn probability",
    FORESIGHT: "with perfect foresight",
    EVERYONE: "everyone",
    NOBODY: "nobody",
}
RFM_ORDER = (
    rfm.CANNOT_LOSE,
    rfm.AT_RISK,
    rfm.ATTENTION,
    rfm.SLEEPING,
    rfm.LOST,
    rfm.LOYAL,
    rfm.PROMISING,
    rfm.CHAMPIONS,
)
"""Segments as marketers call them up: who was worth much and fades first."""


def orders_of_contact(
    customers: pd.DataFrame, expected: Floats, earned: Floats | None
) -> dict[str, Positions]:
    """Way -> positions of the customers, whom to contact first at the front; shape (customers,) each.

    customers: churn_probability, days_since_last_order, orders, total_spend and, where known, p_bg_nbd.
    expected: profit of contacting each, currency; earned: the same once the outcome is known, None before
        (then nothing has foresight). Equal customers stay in the order that they came in."""
    segment = rfm.rfm_scores(customers)["rfm_segment"].map({name: k for k, name in enumerate(RFM_ORDER)})
    spend = customers["total_spend"].to_numpy(np.float64)
    found = {
        EXPECTED_PROFIT: np.argsort(-expected, kind="stable"),
        "risk": np.argsort(-customers["churn_probability"].to_numpy(np.float64), kind="stable"),
        "rfm": np.lexsort((-spend, segment.to_numpy())),
        "recency": np.argsort(-customers["days_since_last_order"].to_numpy(np.float64), kind="stable"),
        SPEND: np.argsort(-spend, kind="stable"),
    }
    if "p_bg_nbd" in customers:
        found["bg_nbd"] = np.argsort(-customers["p_bg_nbd"].to_numpy(np.float64), kind="stable")
    if earned is not None:
        found[FORESIGHT] = np.argsort(-earned, kind="stable")
    return found
