"""Reasons: grouped by factor, in words, with impacts in probability points."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline.explain.contributions import explain
from churn_pipeline.explain.explanation import Explanation
from churn_pipeline.explain.feature_wording import Usage, sentence, times_the_usual_gap
from churn_pipeline.explain.phrases import phrase
from churn_pipeline.explain.reasons import factor_impacts, reasons_for_all
from churn_pipeline.features.catalogue import CATALOGUE, feature
from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.small_shop import END, HORIZON, Shop, fitted_model


def explanation(values: dict[str, list[float]], base: float = -1.0) -> Explanation:
    frame = pd.DataFrame(values)
    output = base + frame.sum(axis=1).to_numpy()
    return Explanation(base, frame, output, 1 / (1 + np.exp(-output)), 1 / (1 + np.exp(-base)))


def test_the_specifications_sentence() -> None:
    row = {"days_since_last_purchase": 78.0, "median_days_between_purchases": 39.0}
    assert (
        sentence("days_since_last_purchase", row, row) == "78 days since the last order, twice the usual gap"
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (20, "less than the usual gap of 30 days"),
        (30, "about the usual gap"),
        (48, "1.6 times the usual gap"),
        (60, "twice the usual gap"),
        (90, "three times the usual gap"),
        (200, "6.7 times the usual gap"),
    ],
)
def test_multiples_of_the_usual_gap(days: float, said: str) -> None:
    assert times_the_usual_gap(days, 30) == said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("orders_last_90_days", 3.0, "3 orders in the last 90 days, typical 6 orders"),
        ("orders_last_90_days", 0.0, "No orders in the last 90 days, typical 6 orders"),
        ("orders_last_90_days", 6.0, "6 orders in the last 90 days"),
        ("orders_last_horizon", 1.0, "1 order in the last 60 days, typical 6 orders"),
        ("absences_over_horizon", 2.0, "2 pauses of more than 60 days, typical 6 pauses"),
        ("spend_last_90_days", 12.5, "A spend of EUR 12.50 in the last 90 days, typical EUR 6.00"),
        ("monthly_spend", 2.9, "A spend of EUR 2.90 a month, typical EUR 6.00"),
        ("spend_tier", 1.0, "In the lower half by total spend"),
        ("customer_age_group", 5.0, "A customer for more than a year"),
        ("trend_last_3_months", -0.5, "Orders in the last 90 days down by 67 % on the 90 days before"),
        ("trend_last_3_months", 1.0, "Orders in the last 90 days, none in the 90 days before"),
        ("order_trend_horizon", -1.0, "No orders in the last 60 days, but in the 60 days before"),
        ("spend_trend_last_3_months", 0.0, "Spend in the last 90 days the same as in the 90 days before"),
        ("sd_days_between_purchases", np.nan, "Too few orders so far to show a rhythm"),
    ],
)
def test_features_in_plain_words(name: str, value: float, said: str) -> None:
    assert sentence(name, {name: value}, {name: 6.0}, Usage("EUR", 60)) == said


def test_every_feature_has_words_without_a_bare_unit_of_the_catalogue() -> None:
    for entry in CATALOGUE:
        said = sentence(entry.name, {entry.name: 1.0}, {entry.name: 2.0}, Usage("EUR", 60))
        assert said[0].isupper() or said[0].isdigit()
        assert not re.search(r"group \d|currency|log units|0-1|[{}_]", said), said
        assert phrase(entry.name).groups or "{value}" in phrase(entry.name).says


def test_the_reasons_of_a_file_of_three_columns_mention_nothing_else(tmp_path: Path) -> None:
    ledger = simulated_ledger(customers=350).assign(
        product=None, category=None, quantity=np.nan, discount=np.nan
    )
    ledger["ts"] = ledger["ts"].dt.normalize()
    write_table(tmp_path, "transactions", ledger[~ledger["is_return"]], TableVersion("run", "data"))
    now = build_snapshots(ShopStore(tmp_path), [END], HORIZON, 2, labelled=False).to_pandas()
    names = [name for name in now if name not in ("customer_id", "cutoff")]
    assert not [name for name in names if feature(name).needs]
    # every feature is once the strongest of all, for some customer
    values = pd.DataFrame(
        np.where(np.arange(len(now))[:, None] % len(names) == np.arange(len(names)), 3.0, 0.01), columns=names
    )
    told = reasons_for_all(explanation(values.to_dict("list")), now[names])
    words = " ".join(reason.reason for reasons in told for reason in reasons).lower()
    assert len({reason.feature for reasons in told for reason in reasons}) > 0.9 * min(len(names), len(now))
    assert not [
        word for word in ("product", "categor", "discount", "return", "items", "evening") if word in words
    ]


def test_features_of_one_factor_speak_once_with_their_sum() -> None:
    found = explanation(
        {"orders_last_30_days": [0.6], "orders_last_90_days": [0.5], "average_order_value": [-0.4]}
    )
    features = pd.DataFrame(
        {"orders_last_30_days": [0.0], "orders_last_90_days": [1.0], "average_order_value": [20.0]}
    )
    reasons = reasons_for_all(found, features)[0]
    assert [r.factor for r in reasons] == ["declining_frequency", "order_value"]
    assert reasons[0].feature == "orders_last_30_days"
    assert reasons[0].impact > 0 > reasons[1].impact
    assert sum(r.impact for r in reasons) == pytest.approx(
        found.probability[0] - found.base_probability, abs=1e-3
    )
    assert reasons[0].reason.endswith(f"({reasons[0].impact:+.2f})")


def test_everyone_has_a_reason_even_without_impact() -> None:
    found = explanation({"average_order_value": [0.0, 0.0]})
    reasons = reasons_for_all(found, pd.DataFrame({"average_order_value": [10.0, np.nan]}))
    assert [len(r) for r in reasons] == [1, 1]
    assert reasons[1][0].value is None


def test_all_customers_of_a_shop(shop: Shop) -> None:
    model = fitted_model("lightgbm")
    found = explain(model, shop.now, shop.now)
    reasons = reasons_for_all(found, shop.now, Usage("EUR", HORIZON))
    np.testing.assert_allclose(
        factor_impacts(found).sum(axis=1), found.probability - found.base_probability, atol=1e-3
    )
    for row, own in zip(shop.now.to_dict("records"), reasons, strict=True):
        for reason in own:
            told = re.match(r"(\d+) days since the last order", reason.reason)
            if told:
                assert int(told.group(1)) == round(row["days_since_last_purchase"])
            assert reason.feature in model.features
