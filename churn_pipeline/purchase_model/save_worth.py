"""What a save is worth: more than the value of nobody, less than the value of those who come back by
themselves.

Customers who come back by themselves are the frequent ones; a would-be churner who is won back is not one of
them, and taking the value given an order within H for the worth of a save takes selection for an effect. Here
the customer is one who was silent until S = T + H/2, half the horizon, and buys then because of the campaign.
The save brings that order and what comes after it until the window's end, less what the customer would have
spent all the same after churning (silent until T + H). What comes after lies between two ends:

    low    the order alone: it was bought, proves nothing, and the customer goes on as one who churned;
           worth = v
    high   the order proves as much as one of the customer's own: BG/NBD's (x + 1, t_x = T = S);
           worth = v + after - if churned

with v the value of an order. The truth lies between them, unknown until campaigns with a control group
measure it; the point is midway."""

import numpy as np
import pandas as pd

from churn_pipeline.purchase_model.bg_nbd import probability_alive
from churn_pipeline.purchase_model.valuation import (
    PurchaseModels,
    Window,
    discounted_purchases,
    rates_by_rule,
)

DAYS_PER_YEAR = 365.25


def save_worth(
    valued: pd.DataFrame, afterwards: np.ndarray, window: Window, scale: float = 1.0
) -> pd.DataFrame:
    """Columns low, high and point (float64, currency of spend): the worth of a save of each customer.

    valued: of `value_by_model` or `value_by_rule`; afterwards: spend from the induced order to the window's
        end, the order left out, where it counts as one of the customer's own; scale: the correction of
        expected purchases, which the induced order does not need."""
    order = valued["purchase_value"].to_numpy() * (1 + window.discount_rate) ** (
        -min(window.horizon / 2, window.days) / DAYS_PER_YEAR
    )
    gain = np.maximum(scale * (afterwards - valued["spend_if_churned"].to_numpy()), 0.0)
    return pd.DataFrame({"low": order, "high": order + gain, "point": order + gain / 2})


def afterwards_by_model(
    models: PurchaseModels, summaries: pd.DataFrame, valued: pd.DataFrame, window: Window
) -> np.ndarray:
    """Spend (float64, shape (customers,)) until the window's end after an order at T + H/2 that counts as one
    of the customer's own.

    Given a silent customer who buys at S, lambda is Gamma(r + x + 1, alpha + S), p Beta(a, b + x + 1) while
    alive, and the chance of being alive after the order (b + x) / (a + b + x): the past (x + 1, S, S)."""
    x, T = summaries["x"].to_numpy(float) + 1, summaries["T"].to_numpy(float) + window.horizon / 2
    alive = probability_alive(models.purchases, x, T, T)
    purchases = alive * discounted_purchases(models.purchases, x, T, window, window.horizon / 2)
    return np.asarray(purchases * valued["purchase_value"].to_numpy())


def afterwards_by_rule(summaries: pd.DataFrame, valued: pd.DataFrame, window: Window) -> np.ndarray:
    """The same by the simple rule: a customer who has just bought is there, and buys at the former rate."""
    return (
        rates_by_rule(summaries)
        * max(window.days - window.horizon / 2, 0.0)
        * valued["purchase_value"].to_numpy()
    )
