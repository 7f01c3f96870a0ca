"""A second opinion on one customer by LIME (Ribeiro, Singh & Guestrin, KDD 2016): a linear model fitted
around the customer's row.

Optional: `pip install churn_pipeline[lime]`. LIME samples and approximates; the Shapley values of
    contributions.py are exact, and every reason comes from them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.core.errors import BadInput
from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability

SAMPLES = 2_000
MOST_FEATURES = 10


@dataclass(frozen=True)
class LimeWeight:
    """condition: what holds for the customer, in LIME's words; weight: by how much it moves the churn
    probability, probability points."""

    feature: str
    condition: str
    weight: float


def lime_weights(
    model: ChurnModel, row: pd.Series, background: pd.DataFrame, seed: int = 42
) -> list[LimeWeight]:
    """The strongest conditions of one customer, strongest first.

    row: the customer's features; background: rows that say how features vary. LIME knows no missing values:
        features that the customer lacks stay missing in all of its samples, and gaps in the background are
        filled with the median. BadInput without the package `lime`."""
    present = [name for name in model.features if pd.notna(row[name])]
    values = background[present].astype(np.float64)
    values = values.fillna(values.median()).fillna(0.0)

    def probabilities(samples: np.ndarray) -> np.ndarray:
        frame = pd.DataFrame(samples, columns=present).reindex(columns=model.features)
        p = churn_probability(model, frame)
        return np.column_stack([1 - p, p])

    explainer = _explainer(values.to_numpy(), present, seed)
    explained = explainer.explain_instance(
        row[present].to_numpy(np.float64),
        probabilities,
        labels=(1,),
        num_features=MOST_FEATURES,
        num_samples=SAMPLES,
    )
    conditions = explained.domain_mapper.discretized_feature_names
    weights = sorted(explained.as_map()[1], key=lambda pair: (-abs(pair[1]), pair[0]))
    return [
        LimeWeight(present[position], conditions[position], float(weight)) for position, weight in weights
    ]


def _explainer(values: np.ndarray, names: list[str], seed: int) -> Any:
    try:
        from lime.lime_tabular import LimeTabularExplainer
    except ImportError as error:
        raise BadInput(
            "LIME is not installed; install it with: pip install 'churn_pipeline[lime]'."
        ) from error
    return LimeTabularExplainer(
        values, feature_names=names, class_names=["stays", "churns"], mode="classification", random_state=seed
    )
