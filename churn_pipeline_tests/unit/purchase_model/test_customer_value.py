"""Customer value: its identity, its parts, what it reads, when it falls back, and the truth of generated
shops."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import conform
from churn_pipeline.core.tables import CUSTOMER_VALUE
from churn_pipeline.purchase_model.bg_nbd import (
    BgNbd,
    expected_orders,
    probability_alive,
    probability_no_order,
)
from churn_pipeline.purchase_model.customer_value import estimate_customer_value, value_at_probability
from churn_pipeline.purchase_model.gamma_gamma import GammaGamma
from churn_pipeline.purchase_model.simulation import draw_purchases, draw_spend
from churn_pipeline.purchase_model.summaries import purchase_summaries
from churn_pipeline.purchase_model.valuation import (
    DAYS_PER_MONTH,
    PurchaseModels,
    Window,
    fit_purchase_models,
    spend_intervals,
    value_by_model,
    value_by_rule,
)
from churn_pipeline.samples import DEMO_SHOPS
from churn_pipeline.shop.config import RoiAssumptions, ShopConfig
from churn_pipeline_tests.builders.demo_ledgers import demo_ledger
from churn_pipeline_tests.builders.ledgers import simulated_ledger

MODELS = PurchaseModels(BgNbd(0.8, 30.0, 0.6, 4.0), GammaGamma(6.0, 4.0, 60.0))
SUMMARIES = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d"],
        "x": [0.0, 2, 12, 30],
        "t_x": [0.0, 40, 200, 90],
        "T": [30.0, 60, 210, 95],
        "mean_order_value": [15.0, 30, 22, 80],
        "orders": [1, 3, 13, 33],
    }
)
END = datetime(2024, 12, 31)


def shop(folder: Path, ledger: pd.DataFrame) -> ShopStore:
    store = ShopStore(folder)
    store.write("transactions", ledger, "run")
    return store


def config(**roi: float) -> ShopConfig:
    return ShopConfig(name="shop", roi=RoiAssumptions(**roi))


def test_table_is_complete_and_adds_up(tmp_path: Path) -> None:
    ledger = simulated_ledger(customers=250)
    value, diagnostics = estimate_customer_value(shop(tmp_path, ledger), config(), END, 60)
    conform(CUSTOMER_VALUE.name, value)
    assert value.customer_id.tolist() == sorted(ledger.customer_id[ledger.amount > 0].unique())
    numbers = value.drop(columns=["customer_id", "method"])
    assert np.isfinite(numbers).all().all()
    assert (numbers >= 0).all().all()
    assert (value.value_if_retained >= value.value_if_churned).all()
    np.testing.assert_allclose(value.clv, value.expected_orders * value.expected_order_value)
    assert diagnostics["method"] == "bg_nbd_gamma_gamma"
    assert diagnostics["total_clv"] == pytest.approx(value.clv.sum())
    assert diagnostics["backtest"]["customers"] > 50


@pytest.mark.parametrize("window", [Window(365, 60), Window(365, 60, 0.1), Window(30, 60), Window(60, 60)])
def test_value_splits_by_whether_the_customer_is_retained(window: Window) -> None:
    parts = value_by_model(MODELS, SUMMARIES, window)
    p = probability_no_order(
        MODELS.purchases, window.horizon, SUMMARIES["x"], SUMMARIES["t_x"], SUMMARIES["T"]
    )
    mixed = (1 - p) * parts.spend_if_retained + p * parts.spend_if_churned
    np.testing.assert_allclose(mixed, parts.spend, rtol=1e-7)
    assert (parts.spend_if_churned == 0).all() == (window.days <= window.horizon)


def test_value_without_discounting_is_expected_orders_times_value() -> None:
    parts = value_by_model(MODELS, SUMMARIES, Window(365, 60))
    orders = expected_orders(MODELS.purchases, 365, SUMMARIES["x"], SUMMARIES["t_x"], SUMMARIES["T"])
    np.testing.assert_allclose(parts.spend, orders * parts.purchase_value)


def test_simulation_agrees_with_the_formulas() -> None:
    rng, n = np.random.default_rng(2), 200_000
    window = Window(365, 60)
    parts = value_by_model(MODELS, SUMMARIES, window)
    for row in (1, 2, 3):
        x, t_x, T, m = (np.full(n, SUMMARIES[c][row]) for c in ("x", "t_x", "T", "mean_order_value"))
        bought = draw_purchases(
            MODELS.purchases,
            x,
            T,
            probability_alive(MODELS.purchases, x, t_x, T),
            np.array([60.0, 305.0]),
            rng,
        )
        spend = draw_spend(MODELS.value, x + 1, m, bought[:, 1], rng)
        churned = bought[:, 0] == 0
        assert churned.mean() == pytest.approx(parts.p_no_order[row], abs=0.005)
        for drawn, formula in (
            (spend, "spend"),
            (spend[~churned], "spend_if_retained"),
            (spend[churned], "spend_if_churned"),
        ):
            assert drawn.mean() == pytest.approx(
                parts[formula][row], abs=4 * drawn.std() / np.sqrt(len(drawn))
            )


def test_interval_holds_the_stated_share_where_the_models_are_true() -> None:
    rng = np.random.default_rng(9)
    frame = pd.DataFrame(
        {"x": [12.0] * 3000, "t_x": [200.0] * 3000, "T": [210.0] * 3000, "mean_order_value": [22.0] * 3000}
    )
    low, high = spend_intervals(MODELS, frame, Window(365, 60), [0.8], seed=1)[0].mean(axis=0)
    x, t_x, T, m = (frame[c].to_numpy() for c in ("x", "t_x", "T", "mean_order_value"))
    bought = draw_purchases(
        MODELS.purchases, x, T, probability_alive(MODELS.purchases, x, t_x, T), np.array([365.0]), rng
    )[:, 0]
    spend = draw_spend(MODELS.value, x + 1, m, bought, rng)
    assert ((spend >= low) & (spend <= high)).mean() == pytest.approx(0.8, abs=0.03)


def test_the_interval_holds_what_the_models_may_be_off_by() -> None:
    """Futures whose total is off by a factor exp(.4 z): the interval without that error holds too few."""
    rng = np.random.default_rng(9)
    n = 6000
    frame = pd.DataFrame(
        {"x": [40.0] * n, "t_x": [205.0] * n, "T": [210.0] * n, "mean_order_value": [22.0] * n}
    )
    window = Window(365, 60)
    sure, unsure = (
        spend_intervals(MODELS, frame, window, [0.8], seed=1, error=error)[0].mean(axis=0)
        for error in (0.0, 0.4)
    )
    x, t_x, T, m = (frame[c].to_numpy() for c in ("x", "t_x", "T", "mean_order_value"))
    bought = draw_purchases(
        MODELS.purchases, x, T, probability_alive(MODELS.purchases, x, t_x, T), np.array([365.0]), rng
    )[:, 0]
    spend = draw_spend(MODELS.value, x + 1, m, bought, rng) * np.exp(0.4 * rng.standard_normal(n))
    assert ((spend >= unsure[0]) & (spend <= unsure[1])).mean() == pytest.approx(0.8, abs=0.02)
    assert ((spend >= sure[0]) & (spend <= sure[1])).mean() < 0.77


def test_margin_and_discount_rate_lower_the_value(tmp_path: Path) -> None:
    store = shop(tmp_path, simulated_ledger(customers=150))
    plain, half, later = (
        estimate_customer_value(store, config(**roi), END, 60)[0]
        for roi in ({}, {"gross_margin": 0.5}, {"annual_discount_rate": 0.2})
    )
    np.testing.assert_allclose(half.clv, plain.clv / 2)
    np.testing.assert_allclose(half.clv_high, plain.clv_high / 2)
    assert (later.clv < plain.clv).all()
    assert later.clv.sum() > plain.clv.sum() / 1.2


def test_what_comes_after_the_cutoff_is_not_read(tmp_path: Path) -> None:
    ledger, cutoff = simulated_ledger(customers=150), datetime(2024, 8, 1)
    changed = ledger.copy()
    changed.loc[changed.ts >= cutoff, "amount"] = 12345.0
    first, _ = estimate_customer_value(shop(tmp_path / "a", ledger), config(), cutoff, 60)
    second, _ = estimate_customer_value(shop(tmp_path / "b", changed), config(), cutoff, 60)
    pd.testing.assert_frame_equal(first, second)


def test_returns_lower_the_value_of_an_order(tmp_path: Path) -> None:
    ledger = simulated_ledger(customers=150)
    kept, _ = estimate_customer_value(shop(tmp_path / "a", ledger[~ledger.is_return]), config(), END, 60)
    net, diagnostics = estimate_customer_value(shop(tmp_path / "b", ledger), config(), END, 60)
    assert 0.9 < diagnostics["share_kept_after_returns"] < 1
    np.testing.assert_allclose(net.clv, kept.clv * diagnostics["share_kept_after_returns"])


def test_shop_where_nobody_comes_back_gets_the_documented_fallback(tmp_path: Path) -> None:
    ledger = simulated_ledger(customers=120).drop_duplicates("customer_id").query("amount > 0")
    value, diagnostics = estimate_customer_value(shop(tmp_path, ledger), config(), END, 60)
    assert diagnostics["method"] == "fallback"
    assert "0 customers came back" in diagnostics["reason"]
    assert (value.clv == 0).all()
    assert value.clv_low.isna().all()
    assert (value.save_worth == value.expected_order_value).all(), (
        "nobody came back: a save is worth the order alone"
    )
    conform(CUSTOMER_VALUE.name, value)


def test_the_table_holds_the_clv_that_is_shown(tmp_path: Path) -> None:
    """Where the champion gives a probability, CLV, its interval and the expected orders are at that
    probability."""
    store = shop(tmp_path, simulated_ledger(customers=150))
    own, _ = estimate_customer_value(store, config(), END, 60)
    p = pd.Series(0.9, index=own.customer_id[:20])
    shown, diagnostics = estimate_customer_value(store, config(), END, 60, p)
    np.testing.assert_allclose(
        shown.clv[:20], 0.1 * own.value_if_retained[:20] + 0.9 * own.value_if_churned[:20]
    )
    np.testing.assert_allclose(shown.clv, shown.expected_orders * shown.expected_order_value)
    np.testing.assert_allclose(shown.clv_high / shown.clv, own.clv_high / own.clv)
    pd.testing.assert_frame_equal(shown[20:], own[20:])
    assert diagnostics["total_clv"] == pytest.approx(shown.clv.sum())


def test_the_backtest_corrects_the_value(tmp_path: Path) -> None:
    """A shop whose customers bought twice as often after the past cutoff: the estimate is raised, the value
    of an order stays."""
    ledger = simulated_ledger(customers=250, days=730)
    late = ledger[ledger.ts >= ledger.ts.max() - pd.Timedelta(days=365)]
    busier = pd.concat(
        [ledger, late.assign(order_id=late.order_id + "b", ts=late.ts + pd.Timedelta(hours=30))]
    )
    busier = busier[busier.ts < ledger.ts.max()].sort_values("ts", ignore_index=True)
    value, found = estimate_customer_value(
        shop(tmp_path, busier), config(), ledger.ts.max().normalize().to_pydatetime(), 60
    )
    ratio, correction = found["backtest"]["predicted_to_actual"], found["correction"]
    assert ratio < 0.8 and 1 < correction["factor"] < 1 / ratio
    assert f"{ratio:.2f} times what came" in correction["sentence"]
    assert f"only part of that, it is multiplied by {correction['factor']:.2f}" in correction["sentence"]
    assert "fit" not in found["reason"].split() and (value.clv_error == correction["log_error"]).all()
    models = fit_purchase_models(purchase_summaries_of(ShopStore(tmp_path), ledger.ts.max().normalize()))
    plain = value_by_model(
        models,
        purchase_summaries_of(ShopStore(tmp_path), ledger.ts.max().normalize()),
        Window(12 * DAYS_PER_MONTH, 60),
    )
    kept = found["share_kept_after_returns"]
    np.testing.assert_allclose(value.clv, plain.spend * correction["factor"] * kept)
    np.testing.assert_allclose(value.save_worth_low, plain.purchase_value * kept)


def purchase_summaries_of(store: ShopStore, as_of: pd.Timestamp) -> pd.DataFrame:
    with store.query(["transactions"]) as connection:
        return purchase_summaries(connection, as_of.to_pydatetime())


def test_the_fallback_adds_up_and_prefers_the_recent_and_frequent() -> None:
    parts = value_by_rule(SUMMARIES, Window(365, 60))
    mixed = (1 - parts.p_no_order) * parts.spend_if_retained + parts.p_no_order * parts.spend_if_churned
    np.testing.assert_allclose(mixed, parts.spend)
    assert (parts.spend_if_retained >= parts.spend_if_churned).all()
    silent = SUMMARIES.assign(t_x=SUMMARIES.t_x / 4)
    assert (value_by_rule(silent, Window(365, 60)).spend[2:] < parts.spend[2:]).all()


def test_without_an_order_before_the_cutoff(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no order before 2020-01-01"):
        estimate_customer_value(
            shop(tmp_path, simulated_ledger(customers=20)), config(), datetime(2020, 1, 1), 60
        )


def test_minimal_file_and_unicode_ids(tmp_path: Path) -> None:
    ledger = simulated_ledger(customers=120).assign(
        order_id=None, product=None, category=None, quantity=None, discount=None
    )
    ledger["customer_id"] = "Kundin-ß-" + ledger.customer_id
    value, _ = estimate_customer_value(shop(tmp_path, ledger), config(), END, 45)
    assert value.customer_id.str.startswith("Kundin-ß-").all()
    assert (value.clv > 0).all()


def test_value_at_a_models_own_probability_is_unchanged_and_falls_with_risk() -> None:
    parts = value_by_model(MODELS, SUMMARIES, Window(365, 60))
    value = pd.DataFrame(
        {"value_if_retained": parts.spend_if_retained, "value_if_churned": parts.spend_if_churned}
    )
    np.testing.assert_allclose(value_at_probability(value, parts.p_no_order.to_numpy()), parts.spend)
    assert (value_at_probability(value, np.full(4, 0.9)) < value_at_probability(value, np.full(4, 0.1))).all()


@pytest.mark.parametrize(
    ("name", "horizon"), [("coffee_shop_demo", 30), ("ecommerce_demo", 90), ("subscription_demo", 60)]
)
def test_against_the_true_future_of_a_generated_shop(name: str, horizon: int, tmp_path: Path) -> None:
    """A year after the end of the file: total within 25 %, the interval holds at least the stated 80 %, the
    best customers are found."""
    demo = DEMO_SHOPS[name]
    lines = demo_ledger(name)
    value, diagnostics = estimate_customer_value(
        shop(tmp_path, lines[lines.ts < demo.data_end]),
        config(),
        demo.data_end.to_pydatetime(),
        horizon,
    )
    year = lines[
        (lines.ts >= demo.data_end)
        & (lines.ts < demo.data_end + pd.Timedelta(days=365.25))
        & (lines.amount > 0)
    ]
    truth = (
        year.groupby("customer_id").amount.sum().reindex(value.customer_id).fillna(0).to_numpy()
        * diagnostics["share_kept_after_returns"]
    )
    assert value.clv.sum() / truth.sum() == pytest.approx(1, abs=0.25)
    assert ((truth >= value.clv_low - 0.01) & (truth <= value.clv_high + 0.01)).mean() >= 0.8
    best = truth[np.argsort(-value.clv.to_numpy())[: len(truth) // 10]].sum() / truth.sum()
    assert best > 0.75 * np.sort(truth)[-len(truth) // 10 :].sum() / truth.sum()
