"""A model put into MLflow such that whoever loads it with MLflow's own tools gets the product's
probabilities."""

import tempfile
from importlib.metadata import version as installed_version
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.models.model import ModelInfo
from mlflow.types import ColSpec, DataType, Schema, TensorSpec

from churn_pipeline.training.level.model_level import level_of
from churn_pipeline.training.level.shop_level import seasonal_level_at
from churn_pipeline.training.models.churn_model import DOCUMENT_FILE, ChurnModel, file_sha256, save_model
from churn_pipeline.training.registered.shipped_code import PACKAGE, copy_needed_modules

NAME = "champion"
FILES = "churn_model"
LEVEL_FILE = "level.json"
LEVEL_DAYS = 7  # between two rows of the table
LEVEL_ROWS = 53
SERVED = f"{PACKAGE}.training.registered.served_model"
PACKAGES = (
    "mlflow",
    "scikit-learn",
    "skops",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "lightgbm",
    "xgboost",
    "threadpoolctl",
    "babel",
)


def log_model(model: ChurnModel, run_id: str, columns: list[str]) -> tuple[ModelInfo, str]:
    """Logs the model with a run; MLflow's account of it and the SHA-256 of its model.json.

    columns: of customer_features, for the signature."""
    with tempfile.TemporaryDirectory() as directory, mlflow.start_run(run_id=run_id):
        files, code = Path(directory) / FILES, Path(directory) / "code"
        save_model(model, files)
        level_by_date(model).to_json(files / LEVEL_FILE, orient="records", indent=2, double_precision=15)
        package = copy_needed_modules(SERVED, code)
        info = mlflow.pyfunc.log_model(
            name=NAME,
            python_model=str(code.joinpath(*SERVED.split(".")).with_suffix(".py")),
            artifacts={FILES: str(files)},
            code_paths=[str(package)],
            signature=signature_of(model, columns),
            pip_requirements=[f"{name}=={installed_version(name)}" for name in PACKAGES],
        )
        return info, file_sha256(files / DOCUMENT_FILE)


def signature_of(model: ChurnModel, columns: list[str]) -> ModelSignature:
    """The columns of customer_features in, one probability a row out. as_of and the model's own features are
    required, the others may be left out."""
    needed = {"as_of", *model.features}
    kinds = {"customer_id": DataType.string, "as_of": DataType.datetime}
    named: list[ColSpec | TensorSpec] = [
        ColSpec(kinds.get(name, DataType.double), name, required=name in needed) for name in columns
    ]
    return ModelSignature(Schema(named), Schema([TensorSpec(np.dtype(np.float64), (-1,))]))


def level_by_date(model: ChurnModel) -> pd.DataFrame:
    """date, shift, sd (log-odds): the model's level from the date of its training on, a year ahead, as
    `predict` applies it. Empty where no outcome has taught it any."""
    level = level_of(model)
    begin = pd.Timestamp(model.metadata["as_of"])
    dates = [begin + pd.Timedelta(days=LEVEL_DAYS * week) for week in range(LEVEL_ROWS if level else 0)]
    at = [seasonal_level_at(level, date) for date in dates if level is not None]
    return pd.DataFrame(
        {"date": [str(d.date()) for d in dates], "shift": [a.shift for a in at], "sd": [a.sd for a in at]}
    )
