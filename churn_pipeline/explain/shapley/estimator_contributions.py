"""Shapley values of a whole estimator on raw features, in log-odds: of a pipeline, and of a blend from its
members'."""

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from churn_pipeline.explain.shapley.model_contributions import Contributions, bounded, model_contributions
from churn_pipeline.training.models.blended_model import BG_NBD, BG_NBD_FEATURE, BlendedModel, bg_nbd_log_odds
from churn_pipeline.training.models.model_kinds import LARGEST_LOG_ODDS


def estimator_contributions(
    estimator: Pipeline | BlendedModel, rows: pd.DataFrame, reference: pd.DataFrame
) -> Contributions:
    """Contributions of the columns of `rows` (n rows) to the estimator's log-odds. reference: background rows
    with the same columns."""
    if isinstance(estimator, BlendedModel):
        return _blended(estimator, rows, reference)
    preparation, fitted = estimator[0], estimator[-1]
    prepared, prepared_reference = preparation.transform(rows), preparation.transform(reference)
    found = model_contributions(fitted, prepared, prepared_reference, preparation.sources_, rows.shape[1])
    return bounded(found, LARGEST_LOG_ODDS)


def _blended(blend: BlendedModel, rows: pd.DataFrame, reference: pd.DataFrame) -> Contributions:
    """The members' contributions averaged, each on the blend's scale: Shapley values are linear in the model
    that they explain."""
    values, base = np.zeros(rows.shape), 0.0
    for kind, (slope, intercept) in blend.lines.items():
        if kind == BG_NBD:
            names, own = [BG_NBD_FEATURE], _bg_nbd(rows, reference)
        else:
            names = blend.features[kind]
            own = estimator_contributions(blend.pipelines[kind], rows[names], reference[names])
        positions = np.array([rows.columns.get_loc(name) for name in names], dtype=np.int64)
        values[:, positions] += slope * own.values
        base += slope * own.base + intercept
    return Contributions(values / len(blend.lines), base / len(blend.lines))


def _bg_nbd(rows: pd.DataFrame, reference: pd.DataFrame) -> Contributions:
    usual = float(bg_nbd_log_odds(reference).mean())
    return Contributions((bg_nbd_log_odds(rows) - usual)[:, None], usual)
