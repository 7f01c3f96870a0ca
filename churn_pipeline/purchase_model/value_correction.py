"""By how much customer value is corrected for what its own backtest found, and how far the total may still be
off.

log(predicted / actual) at a past cutoff is a lasting bias of the method in this shop plus what only that
window had: its luck, its trend and, where it was shorter than a year, the seasons that it lacked. The bias
has a normal prior around none; its posterior mean is what the value is divided by, so that one window's
surprise is not taken for a law. The prior's figures are stated, not fitted to a shop: over 23 generated shops
(docs/MONEY.md) the root mean square of the total's log error falls from .089 to .055 with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

BIAS_SD = 0.2
"""Prior of the lasting bias, log scale: two shops of three within 20 %."""
YEAR_SD = 0.15
"""What one year has and the next has not, log scale."""
SEASON_SD = 0.3
"""What a window without most of the seasons adds, in proportion to the share of the year that it lacks."""
RULE_ERROR = np.log(2) / 1.2815515655446004
"""The error where the simple rule is used: four of five shops within a factor of two."""


@dataclass(frozen=True)
class ValueCorrection:
    """factor: expected purchases and value are multiplied by it; error: standard deviation of the log of what
    the total is still off by."""

    factor: float
    error: float
    weight: float

    def to_document(self) -> dict[str, Any]:
        """JSON-ready, with the prior that it rests on."""
        prior = {"bias_sd": BIAS_SD, "year_sd": YEAR_SD, "season_sd": SEASON_SD}
        return {
            "factor": self.factor,
            "log_error": self.error,
            "weight_of_backtest": self.weight,
            "prior": prior,
        }


def value_correction(backtest: Mapping[str, Any], by_rule: bool) -> ValueCorrection:
    """The correction of the method in use, from `backtest_value`; none but the prior's error where no
    backtest was possible.

    Weight of the backtest: bias_sd^2 / (bias_sd^2 + variance of the window's own error). The simple rule's
    total is corrected in the same way, its error is RULE_ERROR whatever the backtest says."""
    ratio = backtest.get("rule_predicted_to_actual" if by_rule else "predicted_to_actual")
    if not ratio:
        return ValueCorrection(1.0, float(RULE_ERROR if by_rule else np.hypot(BIAS_SD, YEAR_SD)), 0.0)
    lacking = SEASON_SD * max(1 - backtest["days"] / 365.25, 0.0)
    passing = YEAR_SD**2 + lacking**2 + (backtest.get("relative_error") or 0.0) ** 2
    weight = BIAS_SD**2 / (BIAS_SD**2 + passing)
    error = np.sqrt(BIAS_SD**2 * (1 - weight) + YEAR_SD**2)
    return ValueCorrection(
        float(np.exp(-weight * np.log(ratio))), float(RULE_ERROR if by_rule else error), float(weight)
    )
