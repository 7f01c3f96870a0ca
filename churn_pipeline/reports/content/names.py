"""What models, segments and dates are called in reports."""

from datetime import date, datetime

from churn_pipeline.core.enums import Segment
from churn_pipeline.core.wording import written_day

MODELS = {
    "logistic_regression": "Logistic regression",
    "random_forest": "Random forest",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "svm": "Support vector machine",
    "decision_tree": "Decision tree",
    "neural_network": "Neural network",
    "blend": "Blend of the models",
    "hiatus": "Rule: longest away leaves first",
    "bg_nbd": "BG/NBD purchase model",
}
SEGMENTS = {
    Segment.HIGH_RISK: "High risk",
    Segment.MEDIUM_RISK: "Medium risk",
    Segment.LOW_RISK: "Low risk",
    Segment.LAPSED: "Lapsed",
    Segment.NEW: "New",
}


def model_name(kind: str) -> str:
    """'Random forest' for 'random_forest'."""
    return MODELS.get(kind, kind.replace("_", " "))


def segment_name(segment: str) -> str:
    """'High risk' for 'high_risk'."""
    return SEGMENTS[Segment(segment)]


def day(at: date | datetime | str) -> str:
    """2 January 2018, in German 2. Januar 2018, of a date or its ISO text."""
    return written_day(datetime.fromisoformat(at) if isinstance(at, str) else at)


def in_a_hundred(share: float | None) -> str:
    """'62 of 100' for a share of .62; 'fewer than 1 of 100'."""
    if share is None:
        return "an unknown number of 100"
    if 0 < share < 0.005:
        return "fewer than 1 of 100"
    return f"{round(100 * share)} of 100"
