"""Is machine learning worth it here? The champion against the two baselines at the test, with intervals of
the difference."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.training.evaluation.metrics import bootstrap_intervals, resampled_auc, row_losses

NAMES = {"hiatus": "the hiatus rule", "bg_nbd": "BG/NBD"}


def difference_to(
    y: NDArray[np.int8],
    champion: NDArray[np.float64],
    other: NDArray[np.float64],
    seed: int,
    customers: pd.Series | None = None,
) -> dict[str, Any]:
    """Champion less other at the test: AUC (more is better) and log loss (less is better), with 95 %
    bootstrap intervals by customer."""
    loss = row_losses(y, champion) - row_losses(y, other)

    own_auc, other_auc = resampled_auc(y, champion), resampled_auc(y, other)

    def auc_gain(rows: NDArray[np.int64]) -> float:
        return own_auc(rows) - other_auc(rows)

    gains = {"roc_auc": auc_gain, "log_loss": lambda rows: float(loss[rows].mean())}
    intervals = bootstrap_intervals(gains, len(y), seed, customers=customers)
    return {
        "roc_auc": auc_gain(np.arange(len(y))),
        "roc_auc_interval": intervals["roc_auc"],
        "log_loss": float(loss.mean()),
        "log_loss_interval": intervals["log_loss"],
    }


def verdict(
    y: NDArray[np.int8],
    champion: NDArray[np.float64],
    baselines: dict[str, NDArray[np.float64]],
    seed: int,
    customers: pd.Series | None = None,
) -> dict[str, Any]:
    """Whether machine learning is worth it: the champion against both baselines at the test.

    worth_it: True where the champion's log loss is surely lower than both baselines' and its AUC not surely
        lower; False where it is not lower; None where the test cannot tell. sentence: the same in words;
        versus: the differences."""
    versus = {name: difference_to(y, champion, p, seed, customers) for name, p in baselines.items()}
    surely = all(d["log_loss_interval"][1] < 0 and d["roc_auc_interval"][1] > 0 for d in versus.values())
    nowhere = any(d["log_loss"] >= 0 for d in versus.values())
    worth_it = True if surely else False if nowhere else None
    hardest = max(versus, key=lambda name: versus[name]["log_loss"])
    d = versus[hardest]
    measured = (
        f"against {NAMES[hardest]} the AUC differs by {_shown(d['roc_auc'], d['roc_auc_interval'])} "
        f"and the log loss by {_shown(d['log_loss'], d['log_loss_interval'])}"
    )
    ranks_worse = any(d["roc_auc"] < 0 for d in versus.values())
    ahead = (
        "The probabilities of machine learning are ahead here, its ranking is not; this test cannot tell "
        "either from chance"
        if ranks_worse
        else "Machine learning is ahead here, but this test cannot tell it from chance"
    )
    answer = {
        True: "Machine learning is worth it here",
        False: "Machine learning is not worth it here: a simple rule does as well",
        None: ahead,
    }[worth_it]
    return {"worth_it": worth_it, "sentence": f"{answer}; {measured}.", "versus": versus}


def _shown(value: float, interval: tuple[float, float]) -> str:
    return f"{value:+.4f} ({interval[0]:+.4f} to {interval[1]:+.4f})"
