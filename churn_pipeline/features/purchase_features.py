"""Features from the purchase models: BG/NBD and Gamma-Gamma fitted at each cutoff, on what was known of all
customers before it.

The parameters of a cutoff depend on the rows before it alone, so a cutoff's features are the same whichever
other cutoffs are asked for."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from churn_pipeline.features.engines.engine import Engine
from churn_pipeline.purchase_model.bg_nbd import (
    BgNbd,
    expected_orders,
    fit_bg_nbd,
    probability_alive,
    probability_no_order,
)
from churn_pipeline.purchase_model.gamma_gamma import GammaGamma, expected_order_value, fit_gamma_gamma
from churn_pipeline.purchase_model.valuation import PurchaseModels

VALUE_DAYS = 365
NAMES = (
    "bg_nbd_alive_probability",
    "bg_nbd_churn_probability",
    "bg_nbd_expected_orders",
    "bg_nbd_order_rate",
    "expected_order_value",
    "customer_lifetime_value_estimate",
)


def models_by_cutoff(engine: Engine, totals: pd.DataFrame) -> dict[Hashable, PurchaseModels]:
    """Both models at each cutoff: BG/NBD fitted on all customers with a purchase day before it, Gamma-Gamma
    on the eligible ones.

    Reads the table `summaries` (sql/summaries.sql); totals: as for `purchase_features`, with their cutoff,
    ordered by cutoff and customer."""
    summaries = engine.fetch("""
        SELECT cutoff, x, t_x, T, sum(customers) AS customers
        FROM summaries
        GROUP BY cutoff, x, t_x, T
        ORDER BY cutoff, x, t_x, T
    """).to_pandas()
    known = dict(iter(summaries.groupby("cutoff")))
    return {
        cutoff: PurchaseModels(
            fit_purchases(known[cutoff]), fit_values(rows["model_x"] + 1, rows["model_value"])
        )
        for cutoff, rows in totals.groupby("cutoff")
    }


def fit_purchases(summaries: pd.DataFrame) -> BgNbd:
    """BG/NBD of distinct summaries x, t_x, T (days) and how many `customers` have each."""
    return fit_bg_nbd(summaries["x"], summaries["t_x"], summaries["T"], summaries["customers"])


def fit_values(purchases: pd.Series, value: pd.Series) -> GammaGamma:
    """Gamma-Gamma of customers with so many purchase days, worth `value` on average (currency)."""
    return fit_gamma_gamma(purchases.to_numpy(float), value.to_numpy(float))


def purchase_features(rows: pd.DataFrame, models: PurchaseModels, horizon: int) -> pd.DataFrame:
    """The family's features (NAMES) of customers at one cutoff, one row per row of `rows` in its order.

    rows: the columns of sql/purchase_model.sql: model_x, model_t_x, model_t (days), model_value (currency).
    """
    x, t_x, T = (rows[c].to_numpy(float) for c in ("model_x", "model_t_x", "model_t"))
    model, order_value = (
        models.purchases,
        expected_order_value(models.value, x + 1, rows["model_value"].to_numpy(float)),
    )
    columns = (
        probability_alive(model, x, t_x, T),
        probability_no_order(model, horizon, x, t_x, T),
        expected_orders(model, horizon, x, t_x, T),
        (model.r + x) / (model.alpha + T) * 30.4375,
        order_value,
        expected_orders(model, VALUE_DAYS, x, t_x, T) * order_value,
    )
    return pd.DataFrame(
        dict(zip(NAMES, (np.asarray(c, dtype=float) for c in columns), strict=True)), index=rows.index
    )
