"""The level of the version that scores, at the date that is scored, as people and programs read it:
level.json."""

from typing import Any

import pandas as pd

from churn_pipeline.core.wording import percent
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.evaluation.metrics import logit, sigmoid
from churn_pipeline.training.level.level_at_test import level_at_document
from churn_pipeline.training.level.model_level import level_of
from churn_pipeline.training.level.renewed_level import RENEWED, renewed_residuals
from churn_pipeline.training.level.shop_level import ShopLevel, seasonal_level_at
from churn_pipeline.training.lifecycle.registry import registered_champion, scoring_date

AHEAD = 13  # four weeks apart: a year
FOUR_WEEKS = pd.Timedelta(days=28)


def shop_level_document(run: ShopRun) -> dict[str, Any]:
    """level.json: the level now and in the coming year, and the residuals that it is learned from; what has
    matured since the version's training is taken into account."""
    model, version = registered_champion(run)
    since = renewed_residuals(run, model, version)
    level, as_of = level_of(model, since), scoring_date(run)
    compared = run.store.document("model_comparison").get("level") or {}
    now = None if level is None else _at(level, as_of)
    return {
        "version": version,
        "now": now,
        "sentence": level_in_words(now, float(model.metadata["churn_rate"])),
        "ahead": [] if level is None else [_at(level, as_of + k * FOUR_WEEKS) for k in range(1, AHEAD + 1)],
        "at_test": compared.get("at_test"),
        "residuals": compared.get("residuals", []),
        "since": [*model.metadata.get(RENEWED, []), *since],
    }


def level_in_words(now: dict[str, Any] | None, rate: float) -> str:
    """A level at a date as a sentence. rate: the churn rate of the rows that the model learned from."""
    if now is None:
        return "No outcome is known yet that would tell how the churn rate moves with the season."
    usual, moved, low, high = (
        percent(float(sigmoid(logit(rate) + shift))) for shift in (0.0, now["shift"], now["low"], now["high"])
    )
    if not now["season_seen"]:
        return (
            f"The shop's history does not reach back to this season a year before, so no season is in the "
            f"probabilities; a usual churn rate of {usual} may be {low} to {high} (80 % interval)."
        )
    return (
        f"At this time of the year, and as the shop stands, a usual churn rate of {usual} becomes {moved} "
        f"(80 % interval {low} to {high})."
    )


def _at(level: ShopLevel, date: pd.Timestamp) -> dict[str, Any]:
    return level_at_document(date, seasonal_level_at(level, date), level.known_by(date).has_seen_season(date))
