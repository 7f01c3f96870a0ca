"""What if: a customer's churn probability with other features, or after orders that were never placed. Nothing is trained."""

import re
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.errors import BadInput, NotFound
from churn_pipeline.explain.contributions import explain
from churn_pipeline.explain.reasons import reasons_for_all
from churn_pipeline.scoring.replay import CustomerState, HypotheticalOrder, judged_at, replay
from churn_pipeline.scoring.tiers import risk_tier
from churn_pipeline.shops import ShopConfig
from churn_pipeline.storage import duckdb_over, read_table
from churn_pipeline.training.churn_model import ChurnModel, churn_probability

ORDER = re.compile(r"(?P<at>\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?):(?P<amount>[0-9.]+)")
VISIBLE_CHANGE = 1e-9


def parse_order(text: str) -> HypotheticalOrder:
    """DATE:AMOUNT, for example 2025-01-31:40 or 2025-01-31T18:30:12.50; BadInput otherwise."""
    found = ORDER.fullmatch(text.strip())
    if not found:
        raise BadInput(f"{text!r} is no hypothetical order: write DATE:AMOUNT, for example 2025-01-31:40.")
    try:
        return HypotheticalOrder(datetime.fromisoformat(found["at"]), float(found["amount"]))
    except ValueError as error:
        raise BadInput(f"{text!r} is no hypothetical order ({error}): write DATE:AMOUNT, for example 2025-01-31:40.") from error


def parse_feature(text: str) -> tuple[str, float]:
    """FEATURE=VALUE as (name, value); BadInput otherwise."""
    name, equals, value = text.partition("=")
    try:
        number = float(value) if equals else float("nan")
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise BadInput(f"{text!r} sets no feature: write FEATURE=NUMBER, for example days_since_last_purchase=0.")
    return name.strip(), number


def what_if(
    folder: Path,
    config: ShopConfig,
    model: ChurnModel,
    customer_id: str,
    *,
    horizon: int,
    features: Mapping[str, float] | None = None,
    orders: Sequence[HypotheticalOrder] = (),
    with_reasons: bool = False,
) -> dict[str, Any]:
    """Before and after, as a JSON-ready document.

    orders are replayed through the feature SQL, so that everything moves consistently, and the customer is judged at the midnight after the
    last of them (at least data end): the lapsed and the new may become eligible. features are then set as given, all others stay.
    Returns customer_id, before and after (as_of, status, churn_probability, risk_tier, days_since_last_order, orders; with_reasons adds
    the reasons), change (of the probability, None where one of them has none) and changed_features (name: [before, after]).
    NotFound for an unknown customer; BadInput for an unknown feature, a bad order, or features of someone who has no probability.
    """
    _require_known(model, features or {})
    before = current_state(folder, customer_id, horizon, config.min_orders)
    after = before
    if orders:
        after = replay(folder, customer_id, orders, judged_at(before.as_of, orders), horizon, config.min_orders)
    if features:
        if after.features is None:
            raise BadInput(
                f"Customer {customer_id!r} is {after.status} and has no probability whose features could be set; give an --order."
            )
        changed = after.features.copy()
        changed[list(features)] = list(features.values())
        after = CustomerState(after.as_of, after.status, after.days_since_last_order, after.orders, changed)
    compared = _compared_with(folder, model) if with_reasons else None
    told_before, told_after = (_judged(state, model, config, compared) for state in (before, after))
    p, q = told_before["churn_probability"], told_after["churn_probability"]
    return {
        "customer_id": customer_id,
        "before": told_before,
        "after": told_after,
        "change": None if p is None or q is None else q - p,
        "changed_features": _changes(before.features, after.features),
    }


def what_if_table(folder: Path, config: ShopConfig, model: ChurnModel, questions: pd.DataFrame, *, horizon: int) -> pd.DataFrame:
    """What-if for a file: one answer per row of `questions`.

    questions: customer_id, optionally `order` (DATE:AMOUNT, several separated by ';'), and one column per feature to set; empty cells leave
    things as they are. BadInput names the row that cannot be answered.
    """
    if "customer_id" not in questions:
        raise BadInput("The what-if file has no column customer_id; its columns may be customer_id, order and names of features.")
    settable = [c for c in questions.columns if c not in ("customer_id", "order")]
    _require_known(model, dict.fromkeys(settable, 0.0))
    answers = []
    for number, row in enumerate(questions.to_dict("records"), start=1):
        try:
            answer = what_if(folder, config, model, str(row["customer_id"]), horizon=horizon, **_question(row, settable))
        except BadInput as error:
            raise type(error)(f"Row {number} of the what-if file: {error}") from error
        before, after = answer["before"], answer["after"]
        answers.append(
            {
                "customer_id": answer["customer_id"],
                "status_before": before["status"],
                "status_after": after["status"],
                "churn_probability_before": before["churn_probability"],
                "churn_probability_after": after["churn_probability"],
                "change": answer["change"],
                "risk_tier_before": before["risk_tier"],
                "risk_tier_after": after["risk_tier"],
            }
        )
    return pd.DataFrame(answers)


def _question(row: Mapping[Hashable, Any], settable: Sequence[str]) -> dict[str, Any]:
    orders = row.get("order")
    return {
        "features": {name: parse_feature(f"{name}={row[name]}")[1] for name in settable if not pd.isna(row[name])},
        "orders": [parse_order(part) for part in str(orders).split(";")] if isinstance(orders, str) and orders.strip() else [],
    }


def current_state(folder: Path, customer_id: str, horizon: int, min_orders: int) -> CustomerState:
    """The customer as scored: from the stored tables customer_scores and customer_features."""
    with duckdb_over(folder, ["customer_scores", "customer_features"], threads=1) as connection:
        scored = connection.execute(
            "SELECT as_of, status, days_since_last_order, orders FROM customer_scores WHERE customer_id = ?", [customer_id]
        ).df()
        features = connection.execute("SELECT * FROM customer_features WHERE customer_id = ?", [customer_id]).df()
    if scored.empty:
        raise NotFound(f"Shop {folder.name!r} has no customer {customer_id!r}.")
    row = scored.iloc[0]
    values = features.drop(columns=["customer_id", "as_of"]).iloc[0].astype(float) if len(features) else None
    return CustomerState(row["as_of"].to_pydatetime(), str(row["status"]), float(row["days_since_last_order"]), int(row["orders"]), values)


def _require_known(model: ChurnModel, features: Mapping[str, float]) -> None:
    for name in features:
        if name not in model.features:
            raise BadInput(f"The model has no feature {name!r}; it has: {', '.join(sorted(model.features))}.")


def _compared_with(folder: Path, model: ChurnModel) -> tuple[pd.DataFrame, pd.Series]:
    """What reasons compare with, as in the stored scores: the training rows, and the scored customers' medians."""
    names = list(model.features)
    return read_table(folder, "training_snapshots", names), read_table(folder, "customer_features", names).astype(float).median()


def _judged(state: CustomerState, model: ChurnModel, config: ShopConfig, compared: tuple[pd.DataFrame, pd.Series] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "as_of": state.as_of.isoformat(),
        "status": state.status,
        "days_since_last_order": state.days_since_last_order,
        "orders": state.orders,
        "churn_probability": None,
        "risk_tier": None,
    }
    if state.features is None:
        return told
    row = state.features.to_frame().T
    probability = float(churn_probability(model, row)[0])
    told |= {"churn_probability": probability, "risk_tier": risk_tier(probability, config.tiers)}
    if compared is not None:
        background, typical = compared
        reasons = reasons_for_all(explain(model, row, background), row, config.currency, typical)[0]
        told["top_risk_factors"] = [reason.to_document() for reason in reasons]
    return told


def _changes(before: pd.Series | None, after: pd.Series | None) -> dict[str, list[float | None]]:
    """Features whose value is not the same, with both values (None: missing)."""
    if before is None or after is None:
        return {}
    old, new = before.align(after)
    differs = ~((old - new).abs() <= VISIBLE_CHANGE) & ~(old.isna() & new.isna())
    return {name: [_plain(old[name]), _plain(new[name])] for name in old.index[differs]}


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
