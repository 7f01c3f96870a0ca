"""Whether a new champion replaces the registered one: only when it does at least as well as the old recipe under the same embargo."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from churn_pipeline.settings import Settings
from churn_pipeline.training.calibration import platt_line
from churn_pipeline.training.candidates import Candidate, fit_plan, training_rows
from churn_pipeline.training.churn_model import ChurnModel
from churn_pipeline.training.comparison import Comparison, calibrate_candidate
from churn_pipeline.training.cross_validation import fit_log_odds, fold_log_odds
from churn_pipeline.training.metrics import row_losses
from churn_pipeline.training.search_spaces import load_search_space


@dataclass(frozen=True)
class Promotion:
    """promote: whether the new champion goes on; reason: why, in one sentence; losses at the test cutoff."""

    promote: bool
    reason: str
    new_log_loss: float
    old_log_loss: float | None


def judge_promotion(
    comparison: Comparison, former: ChurnModel | None, snapshots: pd.DataFrame, settings: Settings, horizon: int
) -> Promotion:
    """Compares the new champion at the test with the former one's recipe (kind, parameters, features), trained anew on the same
    training rows.

    The former model itself is no yardstick: it was refitted on outcomes that this test contains. Without a former model, or where its
    features no longer exist, the new one is promoted.
    """
    at = comparison.document["test_cutoff"]
    y = comparison.test_predictions["churned"].to_numpy(dtype=np.int8)
    new = float(row_losses(y, comparison.calibrated[comparison.champion].test).mean())
    if former is None:
        return Promotion(True, f"first model of the shop, log loss {new:.4f} at {at}", new, None)
    if missing := [f for f in former.features if f not in snapshots]:
        return Promotion(True, f"the former model needs {', '.join(missing)}, which the data no longer have", new, None)
    old = float(row_losses(y, _recipe_probabilities(former, snapshots, settings, horizon)).mean())
    words = f"log loss {new:.4f} against {old:.4f} of the former {former.kind} recipe retrained, at {at}"
    if new <= old:
        return Promotion(True, f"at least as good: {words}", new, old)
    return Promotion(False, f"not as good: {words}", new, old)


def _recipe_probabilities(former: ChurnModel, snapshots: pd.DataFrame, settings: Settings, horizon: int) -> np.ndarray:
    """Test probabilities of the former recipe, trained and calibrated on the present training rows."""
    is_train = (snapshots["split"] == "train").to_numpy()
    train, test = snapshots[is_train].reset_index(drop=True), snapshots[~is_train].reset_index(drop=True)
    rows = training_rows(train, former.features)
    plan = fit_plan(former.kind, load_search_space(former.kind, settings.search_spaces), len(rows.y), settings, settings.threads)
    tested = test[former.features].astype(np.float64)
    own, unseen = fold_log_odds(rows, former.params, plan, tested, test["fold"].to_numpy())
    full = fit_log_odds(rows, former.params, plan, tested)
    scale = platt_line(own, rows.y) if former.kind == "svm" else (1.0, 0.0)
    own, full, unseen = (scale[0] * v + scale[1] for v in (own, full, unseen))
    recipe = Candidate(former.kind, former.params, former.features, {}, own, full, unseen, scale, {}, 0.0, [])
    return calibrate_candidate(recipe, train, test["cutoff"].iloc[0], horizon).test
