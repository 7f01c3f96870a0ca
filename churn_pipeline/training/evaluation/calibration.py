"""From log-odds to probabilities that come true: none, Platt or isotonic, chosen at earlier origins.

The churn rate of a date is not the calibration's: season and shocks belong to the shop (training/level/),
whose shift is put on top. So each method is judged at its best intercept for the origin."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from sklearn.isotonic import IsotonicRegression

from churn_pipeline.training.evaluation.metrics import logistic_line, logit, row_losses, sigmoid

Method = Literal["none", "platt", "isotonic"]
METHODS: tuple[Method, ...] = ("none", "platt", "isotonic")
MIN_ROWS = 200
MIN_ORIGINS = 2
MAX_ORIGINS = 8  # the newest
ISOTONIC_ROWS = 1_000  # below it isotonic regression overfits (Niculescu-Mizil & Caruana 2005)
# share of Platt's probability in the isotonic one: its steps would otherwise put hundreds of customers on one
# rank
TIE_BREAK = 0.02


@dataclass(frozen=True)
class Calibrator:
    """p = map(sigmoid, slope * log_odds + intercept), then shifted in log-odds by `level`, the shop's level
    at the date that is predicted. Isotonic: steps_at (log-odds) -> steps (probability)."""

    method: Method = "none"
    slope: float = 1.0
    intercept: float = 0.0
    steps_at: tuple[float, ...] = ()
    steps: tuple[float, ...] = ()
    level: float = 0.0


@dataclass(frozen=True)
class CalibrationChoice:
    """The method chosen, and every candidate's mean log loss over the earlier origins that it was judged at,
    each at its best intercept there."""

    method: Method
    losses: dict[str, float]
    origins: int


def calibrated(calibrator: Calibrator, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of log-odds, n."""
    line = sigmoid(calibrator.slope * log_odds + calibrator.intercept)
    if calibrator.method == "isotonic":
        steps = np.interp(log_odds, calibrator.steps_at, calibrator.steps)
        line = TIE_BREAK * line + (1 - TIE_BREAK) * steps
    if calibrator.level:
        edge = np.clip(line, 1e-9, 1 - 1e-9)
        line = sigmoid(np.log(edge / (1 - edge)) + calibrator.level)
    return np.clip(line, 1e-6, 1 - 1e-6)


def fit_calibrator(method: Method, log_odds: NDArray[np.float64], y: NDArray[np.int8]) -> Calibrator:
    """Fits a calibrator on predictions of rows that the model was not fitted on. None keeps their spread and
    mends their mean, which is off where classes were weighted. One class alone, or constant
    predictions, leave them as they are."""
    if len(np.unique(y)) < 2 or np.ptp(log_odds) < 1e-9:
        return Calibrator()
    if method == "none":
        return Calibrator(intercept=level_shift(log_odds, float(y.mean())))
    slope, intercept = platt_line(log_odds, y)
    if method == "platt":
        return Calibrator("platt", slope, intercept)
    steps = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(log_odds, y)
    return Calibrator(
        "isotonic",
        slope,
        intercept,
        tuple(map(float, steps.X_thresholds_)),
        tuple(map(float, steps.y_thresholds_)),
    )


def platt_line(log_odds: NDArray[np.float64], y: NDArray[np.int8]) -> tuple[float, float]:
    """Slope (never below .05, so that ranks stay) and intercept of a logistic regression of y on log-odds
    (Platt 1999)."""
    slope, intercept = logistic_line(log_odds, y)
    return (slope, intercept) if slope >= 0.05 else (0.05, level_shift(0.05 * log_odds, float(y.mean())))


def choose_calibration(rows: pd.DataFrame, horizon: int) -> CalibrationChoice:
    """What would have been best at earlier origins.

    rows: out-of-fold cutoff, log_odds, churned. At each training cutoff as the origin, every candidate is
        fitted on rows whose outcome was known by then (cutoff + horizon <= origin) and judged at the origin,
        at its best intercept there. Without two origins that have enough rows, Platt."""
    mature = {
        c: rows[rows["cutoff"] + pd.Timedelta(days=horizon) <= c] for c in sorted(rows["cutoff"].unique())
    }
    origins = [c for c, past in mature.items() if len(past) >= MIN_ROWS and past["churned"].nunique() == 2][
        -MAX_ORIGINS:
    ]
    if len(origins) < MIN_ORIGINS:
        return CalibrationChoice("platt", {}, len(origins))
    losses: dict[Method, list[float]] = {}
    for origin in origins:
        now = rows[rows["cutoff"] == origin]
        log_odds, churned = now["log_odds"].to_numpy(), now["churned"].to_numpy(dtype=np.int8)
        for method, calibrator in _candidates(mature[origin]).items():
            line = logit(calibrated(calibrator, log_odds))
            best = sigmoid(line + level_shift(line, float(churned.mean())))
            losses.setdefault(method, []).append(float(row_losses(churned, best).mean()))
    everywhere = {m: float(np.mean(v)) for m, v in losses.items() if len(v) == len(origins)}
    shown: dict[str, float] = {m: float(np.mean(v)) for m, v in losses.items()}
    return CalibrationChoice(min(everywhere, key=lambda m: everywhere[m]), shown, len(origins))


def fit_chosen(choice: CalibrationChoice, rows: pd.DataFrame) -> Calibrator:
    """The chosen calibrator fitted on all rows (log_odds, churned)."""
    return fit_calibrator(choice.method, rows["log_odds"].to_numpy(), rows["churned"].to_numpy())


def _candidates(past: pd.DataFrame) -> dict[Method, Calibrator]:
    log_odds, churned = past["log_odds"].to_numpy(), past["churned"].to_numpy()
    return {
        method: fit_calibrator(method, log_odds, churned)
        for method in METHODS
        if method != "isotonic" or len(past) >= ISOTONIC_ROWS
    }


def level_shift(line: NDArray[np.float64], rate: float) -> float:
    """The shift of log-odds at which the mean probability is `rate`."""
    target = float(np.clip(rate, 1e-4, 1 - 1e-4))
    return float(brentq(lambda shift: float(sigmoid(line + shift).mean()) - target, -30, 30))
