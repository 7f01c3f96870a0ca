"""What an explanation is: contributions on the log-odds scale that add up to the model's output."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from churn_pipeline.core.tables import SHAP_VALUES

LOG_ODDS = "log_odds"
NEAR_BASE = 0.05


@dataclass(frozen=True)
class Explanation:
    """Shapley values of every row.

    base_value: the output before any feature is known; values: contributions (n, features), in the rows'
        order;
    model_output: float64 (n,), base_value + values.sum(axis=1) within 1e-5; scale: what all three are
        measured in;
    probability: the model's churn probability (n,); base_probability: the probability that belongs to
        base_value;
    largest_gap: how far the kernels' sums were from the model's own output before rounding was evened out.
    """

    base_value: float
    values: pd.DataFrame
    model_output: np.ndarray
    probability: np.ndarray
    base_probability: float
    scale: str = LOG_ODDS
    largest_gap: float = 0.0

    def probability_points_per_unit(self) -> np.ndarray:
        """Per row the factor that turns contributions into probability points, (n,).

        The slope of the secant from (base value, base probability) to the row: with it a row's impacts add up
        to its probability less the base probability. Close to the base the secant is replaced by its limit,
        the slope p * (1 - p) of the logistic curve."""
        distance = self.model_output - self.base_value
        near = np.abs(distance) < NEAR_BASE
        secant = (self.probability - self.base_probability) / np.where(near, 1.0, distance)
        return np.where(near, self.probability * (1 - self.probability), secant)


def shap_table(explanation: Explanation, customer_id: pd.Series, as_of: datetime) -> pd.DataFrame:
    """The table shap_values: keys, base value, output, and one column per feature."""
    keys = pd.DataFrame(
        {
            "customer_id": customer_id.to_numpy(),
            "as_of": pd.Timestamp(as_of),
            "base_value": explanation.base_value,
            "model_output": explanation.model_output,
        }
    )
    return pd.concat([keys, explanation.values.reset_index(drop=True)], axis=1)


def contribution_columns(table: pd.DataFrame) -> list[str]:
    """The features' columns of a shap_values table."""
    return [c for c in table.columns if c not in SHAP_VALUES.schema.names]
