"""A churn model: features in, calibrated probability out; saved and loaded without running a pickle."""

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from skops.io.exceptions import UntrustedTypesFoundException

from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.store import read_json, replacing
from churn_pipeline.training.evaluation.calibration import Calibrator, calibrated
from churn_pipeline.training.models.blended_model import BlendedModel
from churn_pipeline.training.models.former_names import archive_of_today, calibrator_of_today
from churn_pipeline.training.models.model_kinds import pipeline_log_odds

ESTIMATOR_FILE = "estimator.skops"
DOCUMENT_FILE = "model.json"
# Nothing else may be built while a model is loaded; skops refuses a file that asks for more.
TRUSTED_TYPES = [
    "churn_pipeline.training.models.blended_model.BlendedModel",
    "churn_pipeline.training.models.kernel_machine.KernelMachine",
    "churn_pipeline.training.data.preparation.FeaturePreparation",
    "collections.OrderedDict",
    "collections.defaultdict",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.preprocessing._label.LabelEncoder",
    "sklearn.tree._tree.Tree",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
]


@dataclass(frozen=True)
class ChurnModel:
    """kind: of the estimator; estimator: a Pipeline of prepare and model over `features`, or several behind
    one; threshold: the probability from which a customer is called a churner; params: of the recipe;
    metadata: cutoffs, versions, measures and a blend's members as JSON values."""

    kind: str
    features: list[str]
    estimator: Pipeline | BlendedModel
    calibrator: Calibrator
    threshold: float
    params: dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict)


def log_odds(model: ChurnModel, X: pd.DataFrame) -> NDArray[np.float64]:
    """Log-odds of churning before calibration, n. X: the model's features, numeric (others are ignored);
    KeyError where one is missing."""
    rows = X[model.features].astype(np.float64)
    if isinstance(model.estimator, BlendedModel):
        return model.estimator.log_odds(rows)
    return pipeline_log_odds(model.estimator, rows)


def churn_probability(model: ChurnModel, X: pd.DataFrame) -> NDArray[np.float64]:
    """Calibrated probability of no order within the horizon, n."""
    return calibrated(model.calibrator, log_odds(model, X))


def save_model(model: ChurnModel, directory: Path) -> None:
    """Writes estimator.skops and, last, model.json, which names the estimator's SHA-256."""
    directory.mkdir(parents=True, exist_ok=True)
    with replacing(directory / ESTIMATOR_FILE) as part:
        skops.io.dump(model.estimator, part)
    document = {
        "kind": model.kind,
        "features": model.features,
        "calibrator": asdict(model.calibrator),
        "threshold": model.threshold,
        "params": model.params,
        "metadata": model.metadata,
        "estimator_sha256": file_sha256(directory / ESTIMATOR_FILE),
    }
    write_document(directory, DOCUMENT_FILE, document)


def load_model(directory: Path) -> ChurnModel:
    """The model as saved. ChurnError when the estimator is not the one that was saved, or would build a type
    that is not trusted."""
    document = read_json(directory / DOCUMENT_FILE)
    path = directory / ESTIMATOR_FILE
    if not path.exists() or file_sha256(path) != document["estimator_sha256"]:
        raise ChurnError(
            f"{path} is missing or not the file that was saved with its model.json; train the shop again"
        )
    try:
        estimator = skops.io.loads(archive_of_today(path), trusted=TRUSTED_TYPES)
    except UntrustedTypesFoundException as error:
        raise ChurnError(
            f"{path} asks for types that a churn model does not consist of, so it was not loaded: {error}"
        ) from error
    calibrator = calibrator_of_today(document["calibrator"])
    calibrator |= {"steps_at": tuple(calibrator["steps_at"]), "steps": tuple(calibrator["steps"])}
    return ChurnModel(
        document["kind"],
        document["features"],
        estimator,
        Calibrator(**calibrator),
        document["threshold"],
        document["params"],
        document["metadata"],
    )


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
