"""One small shop with a fitted model of every kind."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.schemas import feature_columns
from churn_pipeline.shops import ALL_MODEL_KINDS
from churn_pipeline.storage import TableVersion, write_table
from churn_pipeline.training.calibration import Calibrator
from churn_pipeline.training.churn_model import ChurnModel
from churn_pipeline.training.cross_validation import FitPlan, Rows, fit_pipeline
from churn_pipeline.training.search_spaces import load_search_space
from churn_pipeline_tests.ledgers import simulated_ledger

HORIZON = 45
END = pd.Timestamp("2024-12-31")


@dataclass(frozen=True)
class Shop:
    """A shop's folder, labelled snapshots at four cutoffs, and the features at data end."""

    folder: Path
    snapshots: pd.DataFrame
    now: pd.DataFrame

    @property
    def names(self) -> list[str]:
        """The features."""
        return feature_columns(list(self.snapshots.columns))


@cache
def small_shop() -> Shop:
    folder = Path(mkdtemp()) / "small"
    folder.mkdir()
    write_table(folder, "transactions", simulated_ledger(customers=350), TableVersion("run", "data"))
    cutoffs = [pd.Timestamp("2024-07-01") + pd.Timedelta(days=30 * k) for k in range(4)]
    snapshots = build_snapshots(folder, cutoffs, HORIZON, 2, labelled=True).to_pandas()
    now = build_snapshots(folder, [END], HORIZON, 2, labelled=False).to_pandas().rename(columns={"cutoff": "as_of"})
    return Shop(folder, snapshots, now)


@cache
def fitted_model(kind: str, calibration: str = "platt", components: int = 0) -> ChurnModel:
    """A model of the kind with the first parameters that training would try."""
    shop = small_shop()
    trees = {"n_estimators": 40} if kind in ("random_forest", "xgboost", "lightgbm") else {}
    params = {"imbalance": "none", **trees, **load_search_space(kind, None).known_good[0]}
    if components:
        params["components"] = components
    y = shop.snapshots["churned"].to_numpy()
    rows = Rows(shop.snapshots[shop.names].astype(float), y, np.zeros(len(y), np.int8), shop.snapshots[["customer_id", "cutoff"]])
    estimator = fit_pipeline(rows, np.arange(len(y)), params, FitPlan(kind, 42, 1, 20_000))
    steps = ((-3.0, -1.0, 0.0, 2.0), (0.05, 0.2, 0.5, 0.9)) if calibration == "isotonic" else ((), ())
    calibrator = Calibrator(calibration, 1.3, -0.2, *steps, season=True, season_shift=0.1)  # type: ignore[arg-type]
    return ChurnModel(kind, shop.names, estimator, calibrator, 0.5, params)


@pytest.fixture
def shop() -> Shop:
    return small_shop()


@pytest.fixture(params=ALL_MODEL_KINDS)
def model(request: pytest.FixtureRequest) -> ChurnModel:
    return fitted_model(request.param)
