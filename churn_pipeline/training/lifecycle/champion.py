"""The champion: the chosen recipe fitted again on every mature snapshot, calibrated by the recipe's
out-of-fold predictions."""

from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.enums import Split
from churn_pipeline.core.settings import Settings
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.training.evaluation.calibration import fit_chosen
from churn_pipeline.training.evaluation.comparison import CalibratedCandidate, cross_fitted
from churn_pipeline.training.evaluation.metrics import best_f1_threshold
from churn_pipeline.training.lifecycle.refit import refitted
from churn_pipeline.training.models.churn_model import ChurnModel
from churn_pipeline.training.search.candidates import Candidate


def refit_champion(
    chosen: CalibratedCandidate,
    snapshots: pd.DataFrame,
    embargoed: pd.DataFrame,
    customer_features: pd.DataFrame,
    config: ShopConfig,
    settings: Settings,
) -> ChurnModel:
    """Fits the chosen recipe on training, embargoed and test rows together: all that is known at data end.

    snapshots: the table that the candidates were trained on. The method of calibration stays as chosen; its
        parameters and the threshold come from the candidate's predictions of customers that its fold models
        never saw, those at the test cutoff included, so that nothing is cross-validated a second time. The
        level is none: it is a date's, not a model's (training/level/model_level.py)."""
    candidate = chosen.candidate
    everything = pd.concat([snapshots, embargoed], ignore_index=True).sort_values(
        ["cutoff", "customer_id"], ignore_index=True
    )
    estimator, params, members = refitted(candidate, everything, settings)
    known = unseen_predictions(candidate, snapshots)
    as_of = customer_features["as_of"].iloc[0] if len(customer_features) else everything["cutoff"].max()
    return ChurnModel(
        kind=candidate.kind,
        features=candidate.features,
        estimator=estimator,
        calibrator=fit_chosen(chosen.choice, known),
        threshold=best_f1_threshold(
            known["churned"], cross_fitted(chosen.choice, known, known["fold"].to_numpy())
        ),
        params=params,
        metadata=_metadata(candidate, snapshots, everything, as_of, config, settings) | members,
    )


def unseen_predictions(candidate: Candidate, snapshots: pd.DataFrame) -> pd.DataFrame:
    """cutoff, fold, log_odds and churned of every training and test row, the log-odds from the fold model
    that never saw the customer."""
    is_train = (snapshots["split"] == Split.TRAIN).to_numpy()
    log_odds = np.empty(len(snapshots))
    log_odds[is_train], log_odds[~is_train] = candidate.out_of_fold, candidate.test_unseen
    return snapshots[["cutoff", "fold", "churned"]].assign(log_odds=log_odds)


def _metadata(
    candidate: Candidate,
    snapshots: pd.DataFrame,
    everything: pd.DataFrame,
    as_of: Any,
    config: ShopConfig,
    settings: Settings,
) -> dict[str, Any]:
    """What was learned from, as JSON values."""
    cutoffs = sorted(everything["cutoff"].unique())
    return {
        "shop": config.name,
        "seed": settings.seed,
        "as_of": str(pd.Timestamp(as_of).date()),
        "test_cutoff": str(snapshots.loc[snapshots["split"] == Split.TEST, "cutoff"].iloc[0].date()),
        "cutoffs": [str(pd.Timestamp(c).date()) for c in cutoffs],
        "rows": len(everything),
        "churn_rate": float(everything["churned"].mean()),
        "dropped_features": candidate.dropped,
    }
