"""Who orders again, and when: the return probability of everybody with an order, and the time of the next
order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.enums import WITHOUT_SCORE
from churn_pipeline.purchase_model.next_order_history import expected_next_order, next_orders
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.lifecycle.return_models import ReturnModels, current_return_models
from churn_pipeline.training.returns.return_model import by_bg_nbd, return_probability


@dataclass(frozen=True)
class ReturnOutlook:
    """customers: customer_id, return_probability, expected_next_order_at, _low and _high of everybody with an
    order; document: return_outlook.json."""

    customers: pd.DataFrame
    document: dict[str, Any]


def chance_of_lapsed_and_new(models: ReturnModels, features: pd.DataFrame) -> pd.Series:
    """Return probability (float64), indexed by customer. features: the table return_features; where a
    population has no model BG/NBD answers."""
    p = by_bg_nbd(features)
    for status in WITHOUT_SCORE:
        own = (features["status"] == status).to_numpy()
        if status in models.models and own.any():
            p[own] = return_probability(models.models[status], features[own])
    return pd.Series(p, index=features["customer_id"].to_numpy())


def return_outlook(run: ShopRun, as_of: datetime, churn: pd.Series) -> ReturnOutlook:
    """The outlook as of the scores' cutoff. churn: the eligible customers' churn probability, indexed by
    customer."""
    models = current_return_models(run)
    others = chance_of_lapsed_and_new(models, run.store.read("return_features"))
    chance = pd.concat([1 - churn, others]).rename("return_probability")
    with run.store.query(["transactions"], run.settings.threads) as connection:
        known = next_orders(connection, as_of, run.horizon)
    dated = expected_next_order(known, run.horizon, chance)
    customers = chance.rename_axis("customer_id").reset_index().merge(dated, on="customer_id", how="left")
    document = {
        "as_of": as_of,
        "model_version": models.version,
        "populations": dict(models.populations),
        "next_order": known.timing.to_document()
        | {"customers_with_a_date": int(np.isfinite(dated["expected_next_order_at"]).sum())},
    }
    return ReturnOutlook(customers, document)
