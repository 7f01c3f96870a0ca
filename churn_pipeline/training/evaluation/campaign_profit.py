"""What a campaign to the customers a model names would have earned, at the shop's assumptions: the money in
the choice of a champion."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.purchase_model.contact_profit import contact_profit
from churn_pipeline.shop.config import RoiAssumptions

MONTHLY_SPEND = "monthly_spend"
ORDER_VALUE = "average_order_value"
EMPC_CLV = 200.0  # the CLV in the measure's default costs


def contact_profits(
    rows: pd.DataFrame, churned: NDArray[np.int8], roi: RoiAssumptions
) -> NDArray[np.float64]:
    """Profit of contacting each customer, currency, given whether the customer churned, n.

    A would-be churner is saved at the assumed rate and then brings the margin of the CLV months at the former
    monthly spend, less the discount; who would have stayed uses the discount at the redemption rate and
    brings nothing new. rows: features as of the cutoff."""
    order_value = (
        rows[ORDER_VALUE].fillna(0).clip(lower=0).to_numpy(dtype=np.float64)
        if ORDER_VALUE in rows
        else np.ones(len(rows))
    )
    monthly = (
        rows[MONTHLY_SPEND].fillna(0).clip(lower=0).to_numpy(dtype=np.float64)
        if MONTHLY_SPEND in rows
        else order_value / 3
    )
    discount = roi.discount_percent / 100 * order_value
    worth = monthly * roi.clv_months * roi.gross_margin
    cost = np.broadcast_to(roi.contact_cost, len(rows))
    return contact_profit(
        churned.astype(np.float64), worth, discount, cost, roi.success_rate, roi.redemption_rate
    )


def profit_metrics(
    profits: NDArray[np.float64],
    churned: NDArray[np.int8],
    p: NDArray[np.float64],
    threshold: float,
    roi: RoiAssumptions,
) -> dict[str, float]:
    """What a contact list of everybody from the threshold on earns.

    expected_value: its profit, less the fixed cost.
    roi_score: the share of what perfect foresight would earn (expected_value_of_foresight).
    cost_benefit: earned per unit spent on wrong contacts.
    empc: expected maximum profit per customer as a share of CLV, with the costs of Verbraken et al. (2013),
        so that it compares across shops."""
    named = p >= threshold
    earned = float(profits[named].sum() - roi.fixed_cost)
    foresight = float(np.maximum(profits, 0).sum() - roi.fixed_cost)
    losses = float(-profits[named & (profits < 0)].sum())
    return {
        "expected_value": earned,
        "expected_value_of_foresight": foresight,
        "roi_score": earned / foresight if foresight > 0 else 0.0,
        "cost_benefit": float(profits[named & (profits > 0)].sum()) / losses if losses else float("nan"),
        "empc": _empc(churned, p) if 0 < churned.mean() < 1 else float("nan"),
    }


def _empc(churned: NDArray[np.int8], p: NDArray[np.float64]) -> float:
    """Expected maximum profit of the measure's default campaign, in CLVs."""
    from empulse.metrics import empc_score  # loads more than a second long, and nobody who scores needs it

    return float(empc_score(churned.astype(int), p)) / EMPC_CLV
