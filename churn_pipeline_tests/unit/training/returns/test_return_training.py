"""Return models on made-up rows whose true chance is known: who answers, and how well."""

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import RETURN_PREDICTIONS
from churn_pipeline.training.evaluation.metrics import row_losses
from churn_pipeline.training.returns.return_model import fit_return_model, return_probability
from churn_pipeline.training.returns.return_training import predict_test, too_few, train_returns

SETTINGS = Settings(threads=1)
FOLDS = 3


def made_up(rows: int, split: str, seed: int, status: str = "lapsed") -> tuple[pd.DataFrame, np.ndarray]:
    """Customers who come back by recency and by what BG/NBD does not know, and their true chance."""
    rng = np.random.default_rng(seed)
    recency, liking = rng.uniform(40, 400, rows), rng.normal(size=rows)
    line = 0.3 - recency / 120 + 1.2 * liking
    chance = 1 / (1 + np.exp(-line))
    customer = rng.integers(0, rows, rows)
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{seed}-{i}" for i in customer],
            "cutoff": pd.Timestamp("2024-06-01") + pd.to_timedelta(10 * np.arange(rows), unit="D"),
            "status": status,
            "split": split,
            "fold": (customer % FOLDS).astype(np.int8),
            "returned": (rng.random(rows) < chance).astype(np.int8),
            "days_since_last_purchase": recency,
            "average_order_value": liking,
            "total_purchase_count": rng.integers(1, 9, rows).astype(float),
            "bg_nbd_churn_probability": 1 / (1 + np.exp(0.3 - recency / 120 + rng.normal(0, 0.3, rows))),
        }
    )
    return frame, chance


def counts(train: pd.DataFrame, test: pd.DataFrame) -> dict[str, dict[str, int]]:
    told = {
        "train": {"rows": len(train), "returns": int(train["returned"].sum()), "drawn": len(train)},
        "test": {"rows": len(test), "returns": int(test["returned"].sum()), "drawn": len(test)},
    }
    return told | {"embargoed": {"rows": 0, "returns": 0, "drawn": 0}}


NOBODY = counts(made_up(0, "train", 1)[0], made_up(0, "test", 1)[0])


@pytest.mark.parametrize(
    ("rows", "returns", "answers"),
    [(500, 50, None), (499, 50, "499"), (500, 49, "49 returns"), (0, 0, "0"), (600, 600, "600")],
)
def test_a_model_needs_500_rows_and_50_returns(rows: int, returns: int, answers: str | None) -> None:
    reason = too_few(rows, returns)
    assert reason is None if answers is None else answers in str(reason) and "BG/NBD" in str(reason)


def test_the_model_beats_the_baselines_and_comes_true() -> None:
    (train, _), (test, chance) = made_up(3000, "train", 1), made_up(4000, "test", 2)
    snapshots = pd.concat([train, test], ignore_index=True)
    trained = train_returns(snapshots, {"lapsed": counts(train, test), "new": NOBODY}, SETTINGS)
    conform(RETURN_PREDICTIONS.name, trained.predictions)
    losses = {
        name: row_losses(trained.predictions["returned"], trained.predictions[name]).mean()
        for name in ("p_return", "p_bg_nbd", "p_hiatus")
    }
    best = row_losses(test["returned"], chance).mean()
    assert losses["p_return"] < min(losses["p_bg_nbd"], losses["p_hiatus"]) - 0.03
    assert losses["p_return"] < best + 0.012
    figures = trained.populations["lapsed"]["test"]
    assert figures["p_return"]["ece"] < figures["p_return"]["ece_of_chance"] + 0.02
    assert figures["p_hiatus"]["roc_auc"] > 0.6  # the longer away, the less likely
    assert trained.populations["lapsed"]["method"] == "model" and list(trained.models) == ["lapsed"]
    assert trained.populations["lapsed"]["rows_of_last_fit"] == 7000


def test_where_there_is_too_little_bg_nbd_answers_and_says_why() -> None:
    (train, _), (test, _) = made_up(499, "train", 3, "new"), made_up(300, "test", 4, "new")
    snapshots = pd.concat([train, test], ignore_index=True)
    trained = train_returns(snapshots, {"lapsed": NOBODY, "new": counts(train, test)}, SETTINGS)
    assert not trained.models
    np.testing.assert_allclose(
        trained.predictions["p_return"], 1 - test["bg_nbd_churn_probability"].to_numpy(), rtol=1e-12
    )
    told = trained.populations["new"]
    assert told["method"] == "bg_nbd" and told["reason"].startswith("499 training rows")
    assert trained.populations["lapsed"]["test"]["p_return"]["log_loss"] is None


def test_neither_the_outcomes_of_the_test_nor_threads_move_a_prediction() -> None:
    (train, _), (test, _) = made_up(900, "train", 5), made_up(200, "test", 6)
    rows = pd.concat([train, test], ignore_index=True)
    turned = rows.assign(returned=rows["returned"].where(rows["split"] == "train", 1 - rows["returned"]))
    first = predict_test(rows, SETTINGS, by_model=True)["p_return"]
    assert first.equals(predict_test(turned, SETTINGS, by_model=True)["p_return"])
    assert first.equals(predict_test(rows, Settings(threads=2), by_model=True)["p_return"])


def test_without_test_customers_there_is_a_model_all_the_same() -> None:
    train, _ = made_up(900, "train", 7)
    trained = train_returns(train, {"lapsed": counts(train, train.iloc[:0]), "new": NOBODY}, SETTINGS)
    assert list(trained.models) == ["lapsed"] and trained.predictions.empty
    assert trained.populations["lapsed"]["test_return_rate"] is None


def test_the_calibration_is_learned_on_customers_never_seen() -> None:
    """With features of pure noise a model that calibrates on its own rows is far too sure."""
    rng = np.random.default_rng(8)
    train, _ = made_up(600, "train", 8)
    noise = pd.DataFrame(rng.normal(size=(600, 30)), columns=[f"noise_{i}" for i in range(30)])
    rows = pd.concat([train, noise], axis=1)
    rows["returned"] = (rng.random(600) < 0.3).astype(np.int8)
    model = fit_return_model(rows, SETTINGS)
    fresh = pd.DataFrame(rng.normal(size=(500, 30)), columns=noise.columns)
    p = return_probability(model, pd.concat([made_up(500, "test", 9)[0], fresh], axis=1))
    assert abs(p.mean() - 0.3) < 0.05 and p.std() < 0.08
