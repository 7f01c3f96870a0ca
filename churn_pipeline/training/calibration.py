"""From log-odds to probabilities that come true: none, Platt or isotonic, with or without a same-season intercept, chosen at
earlier origins."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from sklearn.isotonic import IsotonicRegression

from churn_pipeline.training.metrics import logistic_line, row_losses, sigmoid

Method = Literal["none", "platt", "isotonic"]
METHODS: tuple[Method, ...] = ("none", "platt", "isotonic")
YEAR = pd.Timedelta(days=364)  # 52 weeks: the same season on the same weekday
SEASON_WINDOW = pd.Timedelta(days=30)
MIN_ROWS = 200
MIN_ORIGINS = 2
MAX_ORIGINS = 8  # the newest
ISOTONIC_ROWS = 1_000  # below it isotonic regression overfits (Niculescu-Mizil & Caruana 2005)
TIE_BREAK = 0.02  # share of Platt's probability in the isotonic one: its steps would otherwise put hundreds of customers on one rank


@dataclass(frozen=True)
class Calibrator:
    """p = map(sigmoid, slope * log_odds + intercept) shifted in log-odds by season_shift. Isotonic: steps_at (log-odds) -> steps
    (probability)."""

    method: Method = "none"
    slope: float = 1.0
    intercept: float = 0.0
    steps_at: tuple[float, ...] = ()
    steps: tuple[float, ...] = ()
    season: bool = False
    season_shift: float = 0.0


@dataclass(frozen=True)
class CalibrationChoice:
    """The method chosen, and every candidate's mean log loss over the earlier origins that it was judged at."""

    method: Method
    season: bool
    losses: dict[str, float]
    origins: int


def calibrated(calibrator: Calibrator, log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of log-odds, n."""
    line = sigmoid(calibrator.slope * log_odds + calibrator.intercept)
    if calibrator.method == "isotonic":
        steps = np.interp(log_odds, calibrator.steps_at, calibrator.steps)
        line = TIE_BREAK * line + (1 - TIE_BREAK) * steps
    if calibrator.season_shift:
        edge = np.clip(line, 1e-9, 1 - 1e-9)
        line = sigmoid(np.log(edge / (1 - edge)) + calibrator.season_shift)
    return np.clip(line, 1e-6, 1 - 1e-6)


def fit_calibrator(method: Method, log_odds: NDArray[np.float64], y: NDArray[np.int8]) -> Calibrator:
    """Fits a calibrator on predictions of rows that the model was not fitted on. One class alone, or constant predictions, leave
    them as they are."""
    if method == "none" or len(np.unique(y)) < 2 or np.ptp(log_odds) < 1e-9:
        return Calibrator()
    slope, intercept = platt_line(log_odds, y)
    if method == "platt":
        return Calibrator("platt", slope, intercept)
    steps = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(log_odds, y)
    return Calibrator("isotonic", slope, intercept, tuple(map(float, steps.X_thresholds_)), tuple(map(float, steps.y_thresholds_)))


def platt_line(log_odds: NDArray[np.float64], y: NDArray[np.int8]) -> tuple[float, float]:
    """Slope (never below .05, so that ranks stay) and intercept of a logistic regression of y on log-odds (Platt 1999)."""
    slope, intercept = logistic_line(log_odds, y)
    return (slope, intercept) if slope >= 0.05 else (0.05, _level(0.05 * log_odds, float(y.mean())))


def season_shift(calibrator: Calibrator, rows: pd.DataFrame, at: pd.Timestamp) -> float | None:
    """The log-odds by which last year's rows of the same season churned more than predicted, less what all rows did; None without
    such rows.

    rows: cutoff, log_odds, churned, all with outcomes known at `at`; last year: cutoffs within 30 days of `at` less 52 weeks.
    """
    near = (rows["cutoff"] - (at - YEAR)).abs() <= SEASON_WINDOW
    if int(near.sum()) < MIN_ROWS or near.all():
        return None
    p = calibrated(calibrator, rows["log_odds"].to_numpy())
    line = np.log(p / (1 - p))
    churned = rows["churned"].to_numpy()
    then = _level(line[near], float(churned[near].mean()))
    return float(np.clip(then - _level(line, float(churned.mean())), -1.5, 1.5))


def choose_calibration(rows: pd.DataFrame, horizon: int) -> CalibrationChoice:
    """What would have been best at earlier origins.

    rows: out-of-fold cutoff, log_odds, churned. At each training cutoff as the origin, every candidate is fitted on rows whose
    outcome was
    known by then (cutoff + horizon <= origin) and judged at the origin. The season is a candidate where at least half of the
    origins can use
    it. Without two origins that have enough rows, Platt.
    """
    known = {c: rows[rows["cutoff"] + pd.Timedelta(days=horizon) <= c] for c in sorted(rows["cutoff"].unique())}
    origins = [c for c, past in known.items() if len(past) >= MIN_ROWS and past["churned"].nunique() == 2][-MAX_ORIGINS:]
    if len(origins) < MIN_ORIGINS:
        return CalibrationChoice("platt", False, {}, len(origins))
    losses: dict[tuple[Method, bool], list[float]] = {}
    for origin in origins:
        now = rows[rows["cutoff"] == origin]
        for candidate, calibrator in _candidates(known[origin], pd.Timestamp(origin)).items():
            p = calibrated(calibrator, now["log_odds"].to_numpy())
            losses.setdefault(candidate, []).append(float(row_losses(now["churned"], p).mean()))
    everywhere = {c: float(np.mean(v)) for c, v in losses.items() if len(v) == len(origins)}
    best = min(everywhere, key=lambda c: everywhere[c])
    seasonal = {c: v for c, v in losses.items() if c[1] and 2 * len(v) >= len(origins)}
    for candidate, values in seasonal.items():
        # Judged on the origins that had a season to look at, against the best without it on the same origins.
        if np.mean(values) < np.mean(losses[best][-len(values) :]):
            best = candidate
    shown = {f"{m}{' + season' if s else ''}": float(np.mean(v)) for (m, s), v in losses.items()}
    return CalibrationChoice(best[0], best[1], shown, len(origins))


def fit_chosen(choice: CalibrationChoice, rows: pd.DataFrame, at: pd.Timestamp) -> Calibrator:
    """The chosen calibrator fitted on all rows, for predictions as of `at`."""
    base = fit_calibrator(choice.method, rows["log_odds"].to_numpy(), rows["churned"].to_numpy())
    shift = season_shift(base, rows, at) if choice.season else None
    return _with_season(base, shift) if shift is not None else base


def _candidates(past: pd.DataFrame, origin: pd.Timestamp) -> dict[tuple[Method, bool], Calibrator]:
    found: dict[tuple[Method, bool], Calibrator] = {}
    for method in METHODS:
        if method == "isotonic" and len(past) < ISOTONIC_ROWS:
            continue
        base = fit_calibrator(method, past["log_odds"].to_numpy(), past["churned"].to_numpy())
        found[method, False] = base
        shift = season_shift(base, past, origin)
        if shift is not None:
            found[method, True] = _with_season(base, shift)
    return found


def _with_season(base: Calibrator, shift: float) -> Calibrator:
    return Calibrator(base.method, base.slope, base.intercept, base.steps_at, base.steps, True, shift)


def _level(line: NDArray[np.float64], rate: float) -> float:
    """The shift of log-odds at which the mean probability is `rate`."""
    target = float(np.clip(rate, 1e-4, 1 - 1e-4))
    return float(brentq(lambda shift: float(sigmoid(line + shift).mean()) - target, -30, 30))
