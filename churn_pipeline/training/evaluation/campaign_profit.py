"""What a campaign to the customers a model names would have earned, at the shop's assumptions: the money in
the choice of a champion."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betainc

from churn_pipeline.purchase_model.contact_profit import contact_profit
from churn_pipeline.shop.config import RoiAssumptions

MONTHLY_SPEND = "monthly_spend"
ORDER_VALUE = "average_order_value"
# The costs of Verbraken et al. (2013), in CLVs: of an offer that is taken, and of contacting (1 of 200)
EMPC_OFFER, EMPC_CONTACT = 0.05, 1 / 200
EMPC_ACCEPTED = (6.0, 14.0)  # Beta distribution of the share of would-be churners who take the offer and stay


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
    """Expected maximum profit per customer of the measure's default campaign, in CLVs.

    Each share gamma of accepted offers has its best place on the convex hull of the ROC curve, with f0 of the
    churners and f1 of the others on the list; the profit there,
    (gamma (1 - offer) - contact) pi f0 - (offer + contact) (1 - pi) f1, is averaged over gamma."""
    f1, f0 = _roc_hull(churned, p)
    pi, wasted, (a, b) = float(churned.mean()), EMPC_OFFER + EMPC_CONTACT, EMPC_ACCEPTED
    with np.errstate(divide="ignore"):
        slope = np.diff(f1) / np.diff(f0)
    turns = (wasted * (1 - pi) / pi * slope + EMPC_CONTACT) / (1 - EMPC_OFFER)
    edges = np.clip([0.0, *turns, 1.0], 0, 1)  # between two of them a place on the hull is the best one
    chance = np.diff(betainc(a, b, edges))
    accepted = a / (a + b) * np.diff(betainc(a + 1, b, edges))  # the integral of gamma over its density
    saved = ((1 - EMPC_OFFER) * accepted - EMPC_CONTACT * chance) * pi * f0
    return float((saved - wasted * (1 - pi) * f1 * chance).sum())


def _roc_hull(
    churned: NDArray[np.int8], p: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The corners of the ROC curve's upper convex hull, from (0, 0) to (1, 1): shares of the others and of
    the churners with at least so high a p."""
    order = np.argsort(-p, kind="stable")
    last = np.append(np.flatnonzero(np.diff(p[order])), len(p) - 1)  # of each value of p
    hits = np.cumsum(churned[order], dtype=np.int64)[last]
    others = last + 1 - hits
    hull: list[tuple[float, float]] = []
    for x, y in zip([0, *others / others[-1]], [0, *hits / hits[-1]], strict=True):
        while len(hull) > 1 and _lies_below(hull[-2], hull[-1], (x, y)):
            hull.pop()
        hull.append((float(x), float(y)))
    f1, f0 = np.array(hull).T
    return f1, f0


def _lies_below(before: tuple[float, float], corner: tuple[float, float], after: tuple[float, float]) -> bool:
    rise, run = corner[1] - before[1], corner[0] - before[0]
    return rise * (after[0] - before[0]) <= (after[1] - before[1]) * run
