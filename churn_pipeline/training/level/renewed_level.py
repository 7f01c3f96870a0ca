"""What outcomes since its training say of a model that is kept: its own residuals at cutoffs that have
matured.

The model was fitted on none of these outcomes, though on earlier ones of the same customers. So the level
goes on following the shop between two trainings. Each residual is taken once and kept in level.json; a
correction of the ledger behind it comes in with the next training. The champion is then registered anew with
them (lifecycle/level_version.py)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from churn_pipeline.churn_definition.cutoffs import step_of
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import cutoff_plan, labelled_snapshots
from churn_pipeline.training.level.model_level import without_level
from churn_pipeline.training.level.residuals import level_residuals
from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability

DOCUMENT = "level"
RENEWED = "level_renewed_by"
"""In a model's metadata: the residuals since its training that its noted level has taken in."""
STEPS_APART = 2  # half a horizon: outcomes nearer than that say nearly the same
MOST_AT_ONCE = 6  # the newest, where a shop was not scored for long


def residuals_since(store: ShopStore, version: str) -> list[dict[str, Any]]:
    """The residuals kept in the shop's level.json of a model's version, oldest first; none where the document
    is another version's."""
    if not store.has_document(DOCUMENT):
        return []
    document = store.document(DOCUMENT)
    return list(document["since"]) if document["version"] == version else []


def renewed_residuals(run: ShopRun, model: ChurnModel, version: str) -> list[dict[str, Any]]:
    """`residuals_since` with those of the cutoffs that have matured meanwhile, without those that the model's
    own level has taken in.

    Each has cutoff, residual (log-odds), variance, customers and churn_rate; JSON values."""
    taken_in = {row["cutoff"] for row in model.metadata.get(RENEWED, [])}
    noted = [row for row in residuals_since(run.store, version) if row["cutoff"] not in taken_in]
    due = matured_since(model.metadata["cutoffs"], run.horizon, cutoff_plan(run).data_end)
    new = [cutoff for cutoff in due if str(cutoff.date()) not in taken_in | {row["cutoff"] for row in noted}]
    rows = labelled_snapshots(run, new) if new else pd.DataFrame()
    if rows.empty:
        return noted
    p = churn_probability(without_level(model), rows[list(model.features)])
    residuals = level_residuals({model.kind: p}, rows)
    residuals["cutoff"] = residuals["cutoff"].dt.strftime("%Y-%m-%d")
    fresh = [{str(name): value for name, value in row.items()} for row in residuals.to_dict("records")]
    return sorted([*noted, *fresh], key=lambda row: str(row["cutoff"]))


def matured_since(trained_on: Sequence[str], horizon: int, data_end: datetime) -> list[datetime]:
    """The mature cutoffs after those that a model was fitted on, half a horizon apart, oldest first.

    trained_on: dates; data_end: of the ledger as it is today."""
    newest, step = datetime.fromisoformat(max(trained_on)), STEPS_APART * step_of(horizon)
    count = (data_end - timedelta(days=horizon) - newest) // step
    return [newest + k * step for k in range(1, count + 1)][-MOST_AT_ONCE:]
