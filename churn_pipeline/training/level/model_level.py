"""The level that a model carries: the shop's residuals as known when it was registered, in its metadata, and
its shift at any date of scoring.

A model is kept for months and its dates move on; the shift is a function of the date alone, so that a score
of a date is the same whenever it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.training.level.shop_level import LevelAt, ShopLevel, seasonal_level_at, shop_level
from churn_pipeline.training.models.churn_model import ChurnModel

NOTED = "level"


def noted_level(residuals: pd.DataFrame, horizon: int, first_order: str | pd.Timestamp) -> dict[str, Any]:
    """What a model notes of the shop's level, JSON values.

    residuals: cutoff, residual, variance, calibrated (bool): whether the model's calibration was fitted on
        the cutoff's outcomes, and, where some were, learned (see shop_level). A calibration makes the mean of
        its own residuals 0, so all are taken from the mean of those, weighted by what each knows."""
    own = residuals[residuals["calibrated"]]
    mean = float(np.average(own["residual"], weights=1 / own["variance"])) if len(own) else 0.0
    centred = residuals.assign(residual=residuals["residual"] - mean)
    return level_document(shop_level(centred, horizon, pd.Timestamp(first_order)))


def level_document(level: ShopLevel) -> dict[str, Any]:
    """A level as a model's metadata hold it, JSON values."""
    return {
        "horizon": level.horizon,
        "cutoffs": [str(cutoff.date()) for cutoff in level.cutoffs],
        "residuals": list(level.residuals),
        "variances": list(level.variances),
        "learned": list(level.learned),
    }


def level_of(model: ChurnModel, since: Sequence[Mapping[str, Any]] = ()) -> ShopLevel | None:
    """The shop's level as the model notes it and, where there are any, as outcomes since its training have
    renewed it; None where no outcome taught it any, as in models of earlier versions.

    since: residuals of the model itself, each with cutoff, residual and variance (renewed_level.py); those
        that it notes already are left out."""
    noted = model.metadata.get(NOTED) or {"cutoffs": [], "residuals": [], "variances": []}
    since = [row for row in since if row["cutoff"] not in noted["cutoffs"]]
    if not noted["cutoffs"] and not since:
        return None
    # versions registered before did not note which cutoffs were learned from
    learned = noted.get("learned") or [False] * len(noted["cutoffs"])
    return ShopLevel(
        int(noted.get("horizon") or model.metadata["horizon"]),
        tuple(pd.Timestamp(day) for day in [*noted["cutoffs"], *(row["cutoff"] for row in since)]),
        (*noted["residuals"], *(float(row["residual"]) for row in since)),
        (*noted["variances"], *(float(row["variance"]) for row in since)),
        (*learned, *(False for _ in since)),
    )


def model_level_at(
    model: ChurnModel, as_of: pd.Timestamp, since: Sequence[Mapping[str, Any]] = ()
) -> LevelAt | None:
    """Shift and standard deviation of the model's level at a date of scoring; None where it has none."""
    level = level_of(model, since)
    return None if level is None else seasonal_level_at(level, as_of)


def at_date(model: ChurnModel, as_of: pd.Timestamp, since: Sequence[Mapping[str, Any]] = ()) -> ChurnModel:
    """The model as it scores at a date: its calibration shifted to the shop's level there. A model without a
    level stays as it is."""
    found = model_level_at(model, as_of, since)
    return model if found is None else without_level(model, found.shift)


def without_level(model: ChurnModel, shift: float = 0.0) -> ChurnModel:
    """The model with no level, or with another one."""
    return replace(model, calibrator=replace(model.calibrator, level=shift))
