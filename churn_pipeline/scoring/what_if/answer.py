"""What if: a customer's churn probability with other features, or after orders that were never placed.
Nothing is trained."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from churn_pipeline.core.documents.json_values import json_safe
from churn_pipeline.core.errors import BadInput
from churn_pipeline.explain.contributions import explain
from churn_pipeline.explain.feature_wording import Usage
from churn_pipeline.explain.reasons import reasons_for_all
from churn_pipeline.scoring.tiers import risk_tier
from churn_pipeline.scoring.what_if.hypothetical import (
    HypotheticalOrder,
    judged_at,
    require_features,
    require_orders,
)
from churn_pipeline.scoring.what_if.replay import CustomerState
from churn_pipeline.scoring.what_if.session import WhatIfSession
from churn_pipeline.training.models.churn_model import churn_probability

VISIBLE_CHANGE = 1e-9


def what_if(
    session: WhatIfSession,
    customer_id: str,
    *,
    features: Mapping[str, float] | None = None,
    orders: Sequence[HypotheticalOrder] = (),
    with_reasons: bool = False,
) -> dict[str, Any]:
    """Before and after, as a JSON-ready document.

    orders are replayed through the feature SQL, so that everything moves consistently, and the customer is
    judged at the midnight after the last of them (at least data end): the lapsed and the new may become
    eligible. features are then set as given, all others stay. Returns customer_id, before and after (as_of,
    status, churn_probability, risk_tier, days_since_last_order, orders; with_reasons adds the reasons),
    change (of the probability, None where one of them has none) and changed_features (name: [before, after]).
    NotFound for an unknown customer; BadInput for an unknown feature, an order that cannot be replayed, or
    features of someone who has no probability."""
    require_features(features or {}, session.model.features)
    require_orders(orders, session.data_end)
    before = session.now(customer_id)
    after = before
    if orders:
        after = session.after(customer_id, tuple(orders), judged_at(session.data_end, orders))
    if features:
        after = _with_features(after, customer_id, features)
    told_before, told_after = _judged([before, after], session, with_reasons)
    p, q = told_before["churn_probability"], told_after["churn_probability"]
    return {
        "customer_id": customer_id,
        "before": told_before,
        "after": told_after,
        "change": None if p is None or q is None else q - p,
        "changed_features": _changes(before.features, after.features),
    }


def _with_features(state: CustomerState, customer_id: str, features: Mapping[str, float]) -> CustomerState:
    if state.features is None:
        raise BadInput(
            f"Customer {customer_id!r} is {state.status} and has no probability whose features could be "
            f"set; give an --order."
        )
    changed = state.features.copy()
    changed[list(features)] = list(features.values())
    return CustomerState(state.as_of, state.status, state.days_since_last_order, state.orders, changed)


def _judged(
    states: Sequence[CustomerState], session: WhatIfSession, with_reasons: bool
) -> list[dict[str, Any]]:
    """Each state with probability, tier and reasons where it has features; the model is asked once for all of
    them."""
    told: list[dict[str, Any]] = [
        {
            "as_of": state.as_of.isoformat(),
            "status": state.status,
            "days_since_last_order": state.days_since_last_order,
            "orders": state.orders,
            "churn_probability": None,
            "risk_tier": None,
        }
        for state in states
    ]
    scored = [number for number, state in enumerate(states) if state.features is not None]
    if not scored:
        return told
    rows = pd.DataFrame([states[number].features for number in scored]).reset_index(drop=True)
    for number, p in zip(scored, churn_probability(session.model, rows).tolist(), strict=True):
        told[number] |= {"churn_probability": p, "risk_tier": risk_tier(p, session.tiers)}
    if with_reasons:
        explained, usage = (
            explain(session.model, rows, session.background),
            Usage(session.config.currency, session.horizon),
        )
        for number, reasons in zip(
            scored, reasons_for_all(explained, rows, usage, session.typical), strict=True
        ):
            told[number]["top_risk_factors"] = [reason.to_document() for reason in reasons]
    return told


def _changes(before: pd.Series | None, after: pd.Series | None) -> dict[str, list[float | None]]:
    """Features whose value is not the same, with both values (None: missing)."""
    if before is None or after is None:
        return {}
    old, new = before.align(after)
    differs = ~((old - new).abs() <= VISIBLE_CHANGE) & ~(old.isna() & new.isna())
    return {name: json_safe([old[name], new[name]]) for name in old.index[differs]}
