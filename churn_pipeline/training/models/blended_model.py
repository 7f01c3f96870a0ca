"""The fitted blend: several pipelines and BG/NBD behind one estimator, so that it is saved, registered and
loaded like any other."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import Pipeline

from churn_pipeline.training.evaluation.metrics import logit, sigmoid
from churn_pipeline.training.models.model_kinds import pipeline_log_odds

BG_NBD = "bg_nbd"
BG_NBD_FEATURE = "bg_nbd_churn_probability"


class BlendedModel(ClassifierMixin, BaseEstimator):
    """Mean over the members of slope * log-odds + intercept.

    Parameters: pipelines: kind -> a fitted pipeline, without BG/NBD, whose log-odds are a feature's;
        features: kind -> the columns that a member reads; lines: kind -> slope and intercept of every member
        (Platt 1999)."""

    def __init__(
        self,
        pipelines: dict[str, Pipeline],
        features: dict[str, list[str]],
        lines: dict[str, tuple[float, float]],
    ) -> None:
        self.pipelines = pipelines
        self.features = features
        self.lines = lines
        self.classes_ = np.array([0, 1])

    def log_odds(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Log-odds of churning before calibration, n. X: all members' columns, by name."""
        scaled = [
            slope * self.member_log_odds(kind, X) + intercept
            for kind, (slope, intercept) in self.lines.items()
        ]
        return np.mean(scaled, axis=0) if len(X) else np.empty(0)

    def member_log_odds(self, kind: str, X: pd.DataFrame) -> NDArray[np.float64]:
        """Log-odds of one member before its line, n."""
        if kind == BG_NBD:
            return bg_nbd_log_odds(X)
        return pipeline_log_odds(self.pipelines[kind], X[self.features[kind]])

    def predict_proba(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Probabilities of staying and churning, n x 2."""
        churn = sigmoid(self.log_odds(X))
        return np.column_stack([1 - churn, churn])

    def predict(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """0 or 1, n."""
        return (self.log_odds(X) > 0).astype(np.int64)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


def bg_nbd_log_odds(rows: pd.DataFrame) -> NDArray[np.float64]:
    """BG/NBD's log-odds of no order within the horizon, n; even where its probability is not known."""
    return logit(rows[BG_NBD_FEATURE].fillna(0.5).to_numpy(dtype=np.float64))
