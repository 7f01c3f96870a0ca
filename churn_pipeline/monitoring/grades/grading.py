"""Receipts graded: every probability that was given, beside what happened once its horizon has passed."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.churn_definition.labels import population
from churn_pipeline.churn_definition.treated_labels import Untreated, untreated
from churn_pipeline.core.enums import Status, Tier
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import GRADED_PREDICTIONS, GRADED_SCORINGS
from churn_pipeline.scoring.score_history import completed
from churn_pipeline.training.evaluation.metrics import probability_metrics, ranking_metrics, row_losses

KNOWN, NOT_YET_KNOWN, NOT_IN_LEDGER = "known", "not_yet_known", "not_in_ledger"


def graded_predictions(store: ShopStore, threads: int = 0) -> pd.DataFrame:
    """The table graded_predictions: every receipt of the shop with its outcome, oldest scoring first.

    The label is that of training (churn_definition.labels), at the receipt's own as_of and horizon, from the
    ledger as it is today: rows that were delivered late count. NotFound when the shop was never scored."""
    receipts = completed(store.read("score_history"))
    with store.query(["transactions"], threads) as connection:
        horizons = (receipts["due_at"] - receipts["as_of"]).dt.days
        labels = [
            # Who was eligible is what the receipt says; the label itself does not depend on the least number
            # of orders.
            population(
                connection,
                [t.to_pydatetime() for t in as_of.unique()],
                int(horizon),
                min_orders=1,
                statuses=tuple(Status),
            )
            .to_pandas()
            .assign(horizon=horizon)
            for horizon, as_of in receipts["as_of"].groupby(horizons)
        ]
    if not labels:
        return receipts.assign(outcome=None, churned=None)[GRADED_PREDICTIONS.schema.names]
    known = pd.concat(labels, ignore_index=True).rename(columns={"cutoff": "as_of"})[
        ["customer_id", "as_of", "horizon", "churned"]
    ]
    graded = receipts.assign(horizon=horizons).merge(
        known, on=["customer_id", "as_of", "horizon"], how="left", indicator="found"
    )
    graded["churned"] = graded["churned"].astype("Int8")
    missing = graded["found"].eq("left_only")
    graded["outcome"] = np.select([missing, graded["churned"].isna()], [NOT_IN_LEDGER, NOT_YET_KNOWN], KNOWN)
    ordered = graded.sort_values(
        ["as_of", "scored_at", "run_id", "customer_id"], kind="stable", ignore_index=True
    )
    return ordered[GRADED_PREDICTIONS.schema.names]


def labels_changed(store: ShopStore, graded: pd.DataFrame) -> int:
    """Receipts whose outcome was known when the shop was last graded (the stored table) and is another now:
    the ledger was corrected."""
    if not store.exists(GRADED_PREDICTIONS.name):
        return 0
    receipt = ["customer_id", "as_of", "run_id"]
    before = store.read(GRADED_PREDICTIONS.name, [*receipt, "outcome", "churned"])
    both = before[before["outcome"] == KNOWN].merge(graded, on=receipt, suffixes=("_before", ""))
    return int((both["churned"].fillna(-1) != both["churned_before"]).sum())


def graded_scorings(graded: pd.DataFrame, treatments: pd.DataFrame | None = None) -> pd.DataFrame:
    """The table graded_scorings, one row per scoring, oldest first: its churn probabilities, so the eligible;
    `graded` is the table graded_predictions.

    treatments: `treated_labels.campaign_treatments`: those contacted meanwhile are not graded, those left
        alone by lot stand for them."""
    eligible = graded[graded["churn_probability"].notna()]
    return pd.DataFrame(list(_scorings(eligible, treatments)), columns=GRADED_SCORINGS.schema.names)


def _scorings(graded: pd.DataFrame, treatments: pd.DataFrame | None) -> Iterator[dict[str, Any]]:
    for (as_of, scored_at, run_id), rows in graded.groupby(["as_of", "scored_at", "run_id"], sort=True):
        first, happened = rows.iloc[0], rows[rows["outcome"] == KNOWN]
        horizon = (first["due_at"] - as_of).days
        campaigns = untreated(happened, treatments, horizon, at="as_of")
        known = campaigns.rows(happened)
        yield {
            "run_id": run_id,
            "as_of": as_of,
            "scored_at": scored_at,
            "due_at": first["due_at"],
            "model_version": first["model_version"],
            "horizon": horizon,
            "outcome": KNOWN if len(known) else NOT_YET_KNOWN,
            "customers": len(rows),
            "graded": len(happened) - campaigns.contacted,
            **_expected(rows),
            **(_realised(known) if len(known) else {}),
            **_beside_campaigns(rows, happened, known, campaigns),
        }


def _beside_campaigns(
    rows: pd.DataFrame, happened: pd.DataFrame, known: pd.DataFrame, campaigns: Untreated
) -> dict[str, float]:
    """What campaigns did to a scoring: how many they contacted, the churn rate that happened with them, and
    what the scoring said of those who stand for everybody."""
    if not len(happened):
        return {"contacted": 0}
    told = known if campaigns.touched and len(known) else rows
    return {
        "contacted": campaigns.contacted,
        "churn_rate_happened": float(happened["churned"].mean()),
        "expected_of_graded": float(told["churn_probability"].mean()),
        "effective_customers": campaigns.effective(),
    }


def _expected(rows: pd.DataFrame) -> dict[str, float]:
    """What the scoring said, of all its customers."""
    said = {
        "expected_churn_rate": float(rows["churn_probability"].mean()),
        "expected_clv_of_churners": float((rows["churn_probability"] * rows["clv"]).sum()),
    }
    for tier in Tier:
        inside = rows.loc[rows["risk_tier"] == tier, "churn_probability"]
        said |= {
            f"{tier}_customers": len(inside),
            f"{tier}_expected_churn_rate": float(inside.mean()) if len(inside) else np.nan,
        }
    return said


def _realised(known: pd.DataFrame) -> dict[str, float]:
    """What happened, of those whose outcome is known."""
    y, p = known["churned"].to_numpy(np.int64), known["churn_probability"].to_numpy(np.float64)
    ranks, fit = ranking_metrics(y, p), probability_metrics(y, p)
    churners = known[y == 1]
    return {
        "churn_rate": float(y.mean()),
        "roc_auc": ranks["roc_auc"],
        "average_precision": ranks["average_precision"],
        "log_loss": fit["log_loss"],
        "log_loss_of_rate": float(row_losses(y, np.full(len(y), y.mean())).mean()),
        "brier": fit["brier"],
        "calibration_error": fit["ece"],
        "calibration_slope": fit["calibration_slope"],
        "calibration_intercept": fit["calibration_intercept"],
        **{
            f"{tier}_churn_rate": float(y[known["risk_tier"] == tier].mean())
            for tier in known["risk_tier"].unique()
        },
        "clv_of_churners": float(churners["clv"].sum()),
        "clv_of_churners_flagged": float(
            churners.loc[churners["risk_tier"].isin([Tier.HIGH, Tier.MEDIUM]), "clv"].sum()
        ),
    }
