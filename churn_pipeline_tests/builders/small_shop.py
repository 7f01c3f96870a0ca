"""One small shop with a fitted model of every kind, built once."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.core.tables import feature_columns
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.shop.config import MODEL_KINDS, ShopConfig
from churn_pipeline.training.evaluation.calibration import Calibrator
from churn_pipeline.training.models.blended_model import BG_NBD, BG_NBD_FEATURE, BlendedModel
from churn_pipeline.training.models.churn_model import ChurnModel
from churn_pipeline.training.search.race import FitPlan, Rows, fit_pipeline
from churn_pipeline.training.search.search_spaces import load_search_space
from churn_pipeline_tests.builders.ledgers import simulated_ledger

HORIZON = 45
END = pd.Timestamp("2024-12-31")
CONFIG = ShopConfig(name="small", horizon=HORIZON, currency="EUR")


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
    snapshots = build_snapshots(ShopStore(folder), cutoffs, HORIZON, 2, labelled=True).to_pandas()
    now = (
        build_snapshots(ShopStore(folder), [END], HORIZON, 2, labelled=False)
        .to_pandas()
        .rename(columns={"cutoff": "as_of"})
    )
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
    rows = Rows(
        shop.snapshots[shop.names].astype(float),
        y,
        np.zeros(len(y), np.int8),
        shop.snapshots[["customer_id", "cutoff"]],
    )
    estimator = fit_pipeline(rows, np.arange(len(y)), params, FitPlan(kind, 42, 1, 20_000))
    steps = ((-3.0, -1.0, 0.0, 2.0), (0.05, 0.2, 0.5, 0.9)) if calibration == "isotonic" else ((), ())
    calibrator = Calibrator(calibration, 1.3, -0.2, *steps, level=0.1)  # type: ignore[arg-type]
    return ChurnModel(kind, shop.names, estimator, calibrator, 0.5, params, {"as_of": str(END.date())})


def fitted_blend() -> ChurnModel:
    """A blend of all standard kinds and BG/NBD."""
    members = {kind: fitted_model(kind) for kind in MODEL_KINDS}
    lines = {kind: (0.8 + 0.1 * i, 0.1 * i - 0.2) for i, kind in enumerate([*members, BG_NBD])}
    features = {kind: member.features for kind, member in members.items()} | {BG_NBD: [BG_NBD_FEATURE]}
    pipelines = {kind: member.estimator for kind, member in members.items()}
    calibrator = Calibrator("platt", 1.3, -0.2, level=0.1)
    return ChurnModel(
        "blend", small_shop().names, BlendedModel(pipelines, features, lines), calibrator, 0.5, {}
    )
