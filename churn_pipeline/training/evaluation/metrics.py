"""Measures of churn probabilities against what happened. Everywhere: y is 0 or 1, p the probability of 1,
both n."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score

EDGE = 1e-6
RIDGE = 1e-4
NEWTON_STEPS, LONGEST_STEP = 50, 2.0
TOP_SHARES = (0.05, 0.10, 0.20)
CHANCE_REPEATS = 100


def logit(p: ArrayLike) -> NDArray[np.float64]:
    """Log-odds of probabilities, kept off 0 and 1."""
    q = np.clip(np.asarray(p, dtype=np.float64), EDGE, 1 - EDGE)
    return np.log(q / (1 - q))


def sigmoid(log_odds: ArrayLike) -> NDArray[np.float64]:
    """Probability of log-odds."""
    return 1 / (1 + np.exp(-np.asarray(log_odds, dtype=np.float64)))


def shifted(p: ArrayLike, shift: float) -> NDArray[np.float64]:
    """Probabilities whose log-odds are moved by `shift`."""
    return sigmoid(logit(p) + shift)


def row_losses(y: ArrayLike, p: ArrayLike) -> NDArray[np.float64]:
    """Negative log-likelihood of each row, in nats."""
    q = np.clip(np.asarray(p, dtype=np.float64), EDGE, 1 - EDGE)
    return -np.where(np.asarray(y) == 1, np.log(q), np.log(1 - q))


def logistic_line(x: NDArray[np.float64], y: ArrayLike) -> tuple[float, float]:
    """Slope and intercept of the logistic regression of y on one variable, by Newton's method on the
    standardised variable.

    A hundred times as fast as a general solver at 50,000 rows, and the same at any number of threads. A ridge
    keeps separable data finite."""
    churned = np.asarray(y, dtype=np.float64)
    centre, spread = float(x.mean()), max(float(x.std()), 1e-12)
    z = (x - centre) / spread
    slope, level = 0.0, float(logit(churned.mean()))
    for _ in range(NEWTON_STEPS):
        p = sigmoid(slope * z + level)
        residual, weight = p - churned, p * (1 - p)
        weighted = weight * z
        a, b, c = (weighted * z).sum() + RIDGE, weighted.sum(), weight.sum() + RIDGE
        down, across = (residual * z).sum() + RIDGE * slope, residual.sum()
        determinant = a * c - b * b
        # Far from the optimum the curvature is small and Newton's step too long: it is cut.
        step = np.clip(
            [(c * down - b * across) / determinant, (a * across - b * down) / determinant],
            -LONGEST_STEP,
            LONGEST_STEP,
        )
        slope, level = slope - float(step[0]), level - float(step[1])
        if np.abs(step).max() < 1e-9:
            break
    return slope / spread, level - slope * centre / spread


def calibration_error(y: ArrayLike, p: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error over bins of equally many rows."""
    y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    parts = np.array_split(np.argsort(p, kind="stable"), bins)
    return float(sum(len(b) * abs(y[b].mean() - p[b].mean()) for b in parts if len(b)) / len(p))


def ece_of_chance(p: NDArray[np.float64], seed: int) -> float:
    """Mean calibration error that probabilities `p` would show if they were exactly true: what so few
    customers cannot tell from 0."""
    rng = np.random.default_rng(seed)
    return float(np.mean([calibration_error(rng.random(len(p)) < p, p) for _ in range(CHANCE_REPEATS)]))


def calibration_line(y: ArrayLike, p: ArrayLike) -> tuple[float, float]:
    """Slope and intercept of a logistic regression of y on logit p (Cox 1958): 1 and 0 when calibrated."""
    y = np.asarray(y)
    if len(np.unique(y)) < 2 or np.ptp(p) < EDGE:
        return float("nan"), float("nan")
    return logistic_line(logit(p), y)


def ranking_metrics(y: ArrayLike, p: ArrayLike) -> dict[str, float]:
    """roc_auc, average_precision, and precision and lift among the riskiest 5, 10 and 20 %; ROC-AUC is NaN
    with one class."""
    y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    both = 0 < y.mean() < 1
    result = {
        "roc_auc": float(roc_auc_score(y, p)) if both else float("nan"),
        "average_precision": float(average_precision_score(y, p)) if both else float(y.mean()),
    }
    order = np.argsort(-p, kind="stable")
    for share in TOP_SHARES:
        top = y[order[: max(1, round(share * len(y)))]].mean()
        result[f"precision_at_{share:.0%}".replace("%", "")] = float(top)
        result[f"lift_at_{share:.0%}".replace("%", "")] = float(top / y.mean()) if y.mean() else float("nan")
    return result


def probability_metrics(y: ArrayLike, p: ArrayLike) -> dict[str, float]:
    """log_loss, brier, brier_skill (against the rate alone), ece, calibration_slope,
    calibration_intercept."""
    y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    brier, spread = float(np.mean((y - p) ** 2)), float(np.mean((y - y.mean()) ** 2))
    slope, intercept = calibration_line(y, p)
    return {
        "log_loss": float(row_losses(y, p).mean()),
        "brier": brier,
        "brier_skill": 1 - brier / spread if spread else float("nan"),
        "ece": calibration_error(y, p),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
    }


def decision_metrics(y: ArrayLike, p: ArrayLike, threshold: float) -> dict[str, float]:
    """accuracy, precision, recall, f1 and the confusion matrix where those with p >= threshold are called
    churners."""
    y = np.asarray(y, dtype=np.int64)
    tn, fp, fn, tp = confusion_matrix(y, np.asarray(p) >= threshold, labels=[0, 1]).ravel()
    return {
        "accuracy": float((tp + tn) / len(y)),
        "precision": float(tp / max(tp + fp, 1)),
        "recall": float(tp / max(tp + fn, 1)),
        "f1": float(2 * tp / max(2 * tp + fp + fn, 1)),
        "true_positives": int(tp),
        "false_positives": int(fp),
        "false_negatives": int(fn),
        "true_negatives": int(tn),
    }


def all_metrics(y: ArrayLike, p: ArrayLike, threshold: float) -> dict[str, float]:
    """Every measure above, and f1_everybody_churns, which F1 has to be read against."""
    rate = float(np.asarray(y, dtype=np.float64).mean())
    return {
        **decision_metrics(y, p, threshold),
        **ranking_metrics(y, p),
        **probability_metrics(y, p),
        "f1_everybody_churns": 2 * rate / (1 + rate),
        "threshold": threshold,
        "rows": len(np.asarray(y)),
        "churn_rate": rate,
    }


def best_f1_threshold(y: ArrayLike, p: ArrayLike) -> float:
    """The probability from which calling customers churners gives the greatest F1; .5 where nobody
    churned."""
    y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    if not y.sum():
        return 0.5
    order = np.argsort(-p, kind="stable")
    called = np.arange(1, len(y) + 1)
    f1 = 2 * np.cumsum(y[order]) / (called + y.sum())
    ends = np.flatnonzero(
        np.append(np.diff(p[order]) < 0, True)
    )  # a threshold cannot part equal probabilities
    return float(p[order][ends[np.argmax(f1[ends])]])


def resampled_auc(y: ArrayLike, p: ArrayLike) -> Callable[[NDArray[np.int64]], float]:
    """ROC-AUC as a function of row positions (with repetition), sorted once: a hundred times as fast as anew
    for every sample."""
    churned = np.asarray(y, dtype=np.float64)
    _, rank = np.unique(np.asarray(p), return_inverse=True)

    def measure(rows: NDArray[np.int64]) -> float:
        ones = np.bincount(rank[rows], weights=churned[rows])
        zeros = np.bincount(rank[rows]) - ones
        pairs = ones.sum() * zeros.sum()
        below = np.cumsum(zeros) - zeros / 2
        return float((ones * below).sum() / pairs) if pairs else float("nan")

    return measure


def resampled_average_precision(y: ArrayLike, p: ArrayLike) -> Callable[[NDArray[np.int64]], float]:
    """Average precision (the sum of precision times gain in recall over all thresholds) as a function of row
    positions, sorted once."""
    churned = np.asarray(y, dtype=np.float64)
    _, rank = np.unique(-np.asarray(p), return_inverse=True)

    def measure(rows: NDArray[np.int64]) -> float:
        called = np.bincount(rank[rows])
        ones = np.bincount(rank[rows], weights=churned[rows])
        found = np.cumsum(ones)
        precision = found / np.maximum(np.cumsum(called), 1)
        return float((ones * precision).sum() / found[-1]) if found[-1] else float("nan")

    return measure


def bootstrap_interval(
    measure: Callable[[NDArray[np.int64]], float],
    rows: int,
    seed: int,
    repeats: int = 300,
    level: float = 0.95,
    customers: pd.Series | None = None,
) -> tuple[float, float]:
    """The interval of one measure; see `bootstrap_intervals`."""
    return bootstrap_intervals({"": measure}, rows, seed, repeats, level, customers)[""]


def bootstrap_intervals(
    measures: Mapping[str, Callable[[NDArray[np.int64]], float]],
    rows: int,
    seed: int,
    repeats: int = 300,
    level: float = 0.95,
    customers: pd.Series | None = None,
) -> dict[str, tuple[float, float]]:
    """Percentile interval of each measure, a function of row positions, over the same samples of the rows
    with replacement; undefined samples are left out. customers: of the rows, where one may have several (who
    stands for others after a campaign): then customers are drawn, each with all its rows."""
    rng = np.random.default_rng(seed)
    if customers is None or not customers.duplicated().any():
        drawn: Iterator[NDArray[np.int64]] = (rng.integers(0, rows, rows) for _ in range(repeats))
    else:
        drawn = _drawn_customers(pd.factorize(customers)[0], repeats, rng)
    values = np.array([[measure(sample) for measure in measures.values()] for sample in drawn])
    return {name: _interval(column, level) for name, column in zip(measures, values.T, strict=True)}


def _interval(values: NDArray[np.float64], level: float) -> tuple[float, float]:
    """The central share `level` of the finite values."""
    values = values[np.isfinite(values)]
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _drawn_customers(
    owner: NDArray[np.intp], repeats: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Row positions of as many customers as there are, drawn again with all their rows; owner: the customer
    of each row, 0, 1, ..."""
    order, size = np.argsort(owner, kind="stable"), np.bincount(owner)
    first = np.cumsum(size) - size
    for _ in range(repeats):
        sample = rng.integers(0, len(size), len(size))
        taken = size[sample]
        before = np.cumsum(taken) - taken
        yield order[np.repeat(first[sample] - before, taken) + np.arange(taken.sum())]


def customer_mean(values: NDArray[np.float64], customers: pd.Series) -> tuple[float, float]:
    """Mean over rows and its standard error with customers, not rows, as the independent units."""
    totals = pd.DataFrame({"value": values, "one": 1.0}).groupby(customers.to_numpy(), sort=False).sum()
    mean = float(values.mean())
    residual = (totals["value"] - mean * totals["one"]).to_numpy()
    return mean, float(np.sqrt((residual**2).sum()) / len(values))
