"""Why a champion gives each customer the probability it does: exact Shapley values on one declared scale,
log-odds, for every kind.

The scale is the log-odds of churning after the affine part of the calibration (Platt's slope and intercept,
the shop's level at the date), which maps contributions one to one; the level goes into the base value.
Isotonic calibration is a staircase and has no contributions of its own; there the scale is the log-odds that
go into it, and ranks agree since the staircase never falls. How each kind gets there:

- logistic regression: coefficient * (value - mean), a feature's spline columns added up;
- XGBoost, LightGBM: their own TreeSHAP of the margin;
- random forest: TreeSHAP of the probability, carried to log-odds row by row
  (model_contributions.probability_to_log_odds);
- SVM: Shapley values of the kernel expansion, whose margin is made a log-odds by an affine map;
- blend: the mean of its members' contributions, each times the slope of its line, as its log-odds are the
  mean of theirs; what a line adds
  goes into the base value. BG/NBD's contribution is its log-odds less their mean over the background, under
  the feature that holds its
  churn probability.
"""

import numpy as np
import pandas as pd

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.explain.explanation import Explanation, contribution_columns
from churn_pipeline.explain.shapley.estimator_contributions import estimator_contributions
from churn_pipeline.training.evaluation.calibration import calibrated
from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability, log_odds

BACKGROUND_ROWS = 1_000
LARGEST_ROUNDING = (
    1e-3  # in log-odds: float32 arithmetic inside XGBoost and the forests' shares stays far below
)


def explain(model: ChurnModel, X: pd.DataFrame, background: pd.DataFrame) -> Explanation:
    """Shapley values of every row of X.

    X: the model's features (n rows, further columns are ignored); background: rows of the same features that
        say what is usual for the shop, at most BACKGROUND_ROWS of which are used, evenly spaced. base_value +
        values.sum(axis=1) equals model_output to 1e-12; ChurnError when the kernels' sums are further than
        rounding from the model's own output."""
    features = list(model.features)
    rows, reference = (
        X[features],
        background[features].iloc[:: max(1, -(-len(background) // BACKGROUND_ROWS))],
    )
    raw = estimator_contributions(model.estimator, rows, reference)
    own = log_odds(model, rows)
    gap = own - raw.output
    largest = float(np.abs(gap).max(initial=0.0))
    if not largest <= LARGEST_ROUNDING:
        raise ChurnError(
            f"the contributions to the {model.kind} differ from its output by {largest:.2g}; "
            f"the explanation was not stored"
        )
    values = _evened_out(raw.values, gap)
    slope, intercept = affine_calibration(model)
    return Explanation(
        base_value=slope * raw.base + intercept,
        values=pd.DataFrame(slope * values, columns=features, index=X.index),
        model_output=slope * (raw.base + values.sum(axis=1)) + intercept,
        probability=churn_probability(model, rows),
        base_probability=float(calibrated(model.calibrator, np.array([raw.base]))[0]),
        largest_gap=largest * abs(slope),
    )


def affine_calibration(model: ChurnModel) -> tuple[float, float]:
    """Slope and intercept of the calibration's affine part, from the model's log-odds to the explained
    ones."""
    calibrator = model.calibrator
    return calibrator.slope, calibrator.intercept + calibrator.level


def explanation_from_table(model: ChurnModel, table: pd.DataFrame) -> Explanation:
    """The explanation that a stored shap_values table holds, with the probabilities of `model`, which made
    it."""
    slope, intercept = affine_calibration(model)
    base, output = table["base_value"].to_numpy(float), table["model_output"].to_numpy(float)
    return Explanation(
        base_value=float(base[0]) if len(base) else 0.0,
        values=table[contribution_columns(table)].astype(float),
        model_output=output,
        probability=calibrated(model.calibrator, (output - intercept) / slope),
        base_probability=float(calibrated(model.calibrator, (base[:1] - intercept) / slope)[0])
        if len(base)
        else 0.0,
    )


def _evened_out(values: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """The values with each row's rounding gap spread over them in proportion to their size (evenly where all
    are zero)."""
    size = np.abs(values)
    total = size.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, size / np.where(total > 0, total, 1.0), 1.0 / values.shape[1])
    return values + gap[:, None] * shares
