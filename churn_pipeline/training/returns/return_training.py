"""The return models of a shop: tested at the last mature cutoff against BG/NBD and the hiatus rule, then
fitted again on everything mature."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.core.enums import WITHOUT_SCORE, Split
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.tables import RETURN_PREDICTIONS
from churn_pipeline.core.wording import number
from churn_pipeline.training.evaluation.calibration import calibrated, fit_calibrator
from churn_pipeline.training.evaluation.metrics import (
    calibration_error,
    ece_of_chance,
    ranking_metrics,
    row_losses,
)
from churn_pipeline.training.models.churn_model import ChurnModel
from churn_pipeline.training.returns.return_model import (
    BG_NBD,
    MODEL,
    ReturnTraining,
    by_bg_nbd,
    fit_return_model,
    return_probability,
)
from churn_pipeline.training.search.baselines import RECENCY

FEWEST_ROWS = 500
FEWEST_RETURNS = 50
FORECASTS = ("p_return", "p_bg_nbd", "p_hiatus")


def train_returns(
    snapshots: pd.DataFrame, available: Mapping[str, Mapping[str, Any]], settings: Settings
) -> ReturnTraining:
    """Trains and tests the return model of each population.

    snapshots: the table return_snapshots; available: of the same (ReturnRows). Training rows alone decide
        whether there is a model, and train what is tested; the model that is kept learns from the embargoed
        and the test rows too."""
    models, tested, told = {}, [], {}
    for status in WITHOUT_SCORE:
        rows = snapshots[snapshots["status"] == status]
        counts = available[str(status)]
        reason = too_few(counts[Split.TRAIN]["rows"], counts[Split.TRAIN]["returns"])
        if reason is None:
            models[status] = fit_return_model(_capped(rows, settings), settings)
        predictions = predict_test(rows, settings, by_model=reason is None)
        tested.append(predictions)
        told[str(status)] = _told(reason, counts, predictions, models.get(status), settings)
    return ReturnTraining(models, pd.concat(tested, ignore_index=True), told)


def too_few(rows: int, returns: int) -> str | None:
    """Why BG/NBD answers instead of a model, in words; None where there is enough to learn from."""
    if rows >= FEWEST_ROWS and returns >= FEWEST_RETURNS and rows > returns:
        return None
    return (
        f"{number(rows)} training rows with {number(returns)} returns; a model needs {FEWEST_ROWS} rows and "
        f"{FEWEST_RETURNS} returns, and some who did not come back: BG/NBD answers"
    )


def predict_test(rows: pd.DataFrame, settings: Settings, *, by_model: bool) -> pd.DataFrame:
    """The rows of return_predictions of one population, its outcomes unread but as a column.

    rows: of return_snapshots, of one status."""
    train = rows[rows["split"] == Split.TRAIN]
    test = rows[rows["split"] == Split.TEST].reset_index(drop=True)
    known = test[["customer_id", "cutoff", "status", "returned"]]
    given = known.assign(p_bg_nbd=by_bg_nbd(test), p_hiatus=_by_hiatus(train, test))
    given["p_return"] = given["p_bg_nbd"]
    if by_model and len(test):
        given["p_return"] = return_probability(fit_return_model(train, settings), test)
    return given[RETURN_PREDICTIONS.schema.names]


def _by_hiatus(train: pd.DataFrame, test: pd.DataFrame) -> NDArray[np.float64]:
    """The hiatus rule: a logistic regression on the log of the days since the last order; the rate of the
    training rows where they know one outcome only, even without any."""
    if train["returned"].nunique() < 2:
        return np.full(len(test), float(train["returned"].mean()) if len(train) else 0.5)
    recency = np.log1p(train[RECENCY].to_numpy(dtype=np.float64))
    rule = fit_calibrator("platt", recency, (1 - train["returned"]).to_numpy(dtype=np.int8))
    return 1 - calibrated(rule, np.log1p(test[RECENCY].to_numpy(dtype=np.float64)))


def _capped(rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """What the last fit learns from: as many rows as one fit takes, drawn by a hash from all splits."""
    cap = settings.max_return_rows
    if len(rows) <= cap:
        return rows
    order = pd.util.hash_pandas_object(rows[["customer_id", "cutoff"]], index=False).to_numpy()
    return rows[order <= np.partition(order, cap - 1)[cap - 1]]


def _told(
    reason: str | None,
    counts: Mapping[str, Any],
    predictions: pd.DataFrame,
    model: ChurnModel | None,
    settings: Settings,
) -> dict[str, Any]:
    """What the results say of one population's model."""
    train = counts[Split.TRAIN]
    document: dict[str, Any] = {
        "method": BG_NBD if model is None else MODEL,
        "reason": reason
        or f"{number(train['rows'])} training rows with {number(train['returns'])} returns: "
        "a model of their own",
        "training_rows": train["drawn"],
        "training_rows_available": train["rows"],
        "training_returns_available": train["returns"],
        "row_cap": settings.max_return_rows,
        "features": [] if model is None else model.features,
        "rows_of_last_fit": 0 if model is None else model.metadata["rows"],
        "test_customers": len(predictions),
        "test_customers_available": counts[Split.TEST]["rows"],
        "test_return_rate": float(predictions["returned"].mean()) if len(predictions) else None,
    }
    return document | {"test": measures(predictions, settings.seed)}


def measures(predictions: pd.DataFrame, seed: int) -> dict[str, dict[str, float | None]]:
    """p_return, p_bg_nbd and p_hiatus -> roc_auc, log_loss, ece, ece_of_chance, expected_rate; null without
    rows, and an AUC also where all or none returned."""
    y = predictions["returned"].to_numpy(dtype=np.int8)
    return {name: _measured(y, predictions[name].to_numpy(dtype=np.float64), seed) for name in FORECASTS}


def _measured(y: NDArray[np.int8], p: NDArray[np.float64], seed: int) -> dict[str, float | None]:
    if not len(y):
        return dict.fromkeys(("roc_auc", "log_loss", "ece", "ece_of_chance", "expected_rate"))
    auc = ranking_metrics(y, p)["roc_auc"]
    return {
        "roc_auc": None if np.isnan(auc) else auc,
        "log_loss": float(row_losses(y, p).mean()),
        "ece": calibration_error(y, p),
        "ece_of_chance": ece_of_chance(p, seed),
        "expected_rate": float(p.mean()),
    }
