"""The model that MLflow serves: what the product says of a row of customer_features, calibration and the
level of its date included.

MLflow runs this file when the model is loaded (models from code), with the modules that it imports beside it
(shipped_code.py). The product never loads a model this way: it reads its own hash-checked files."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from numpy.typing import NDArray

from churn_pipeline.training.level.model_level import at_date
from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability, load_model

FILES = "churn_model"
"""Name of the artifact: the folder that save_model writes."""


class ServedModel(PythonModel):  # type: ignore[misc]  # mlflow has no types for it
    """Rows of customer_features in, churn probabilities out."""

    def load_context(self, context: PythonModelContext) -> None:
        """Reads the model's files; errors of `load_model`."""
        self.model = load_model(Path(context.artifacts[FILES]))

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> NDArray[np.float64]:
        """Probability of no order within the horizon, n. model_input: n rows with `as_of`, the date that is
        scored, and the model's features."""
        return probabilities(self.model, model_input)


def probabilities(model: ChurnModel, rows: pd.DataFrame) -> NDArray[np.float64]:
    """Each row at the level of its own date, n."""
    found = np.empty(len(rows))
    dates = pd.to_datetime(rows["as_of"]).to_numpy()
    for date in np.unique(dates):
        at = dates == date
        found[at] = churn_probability(at_date(model, pd.Timestamp(date)), rows[at])
    return found


set_model(ServedModel())
