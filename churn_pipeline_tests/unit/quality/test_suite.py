"""What the quality suite says about sound and faulty ledgers."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from churn_pipeline.core.errors import NotFound, QualityGateFailed
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.quality.expectations import ledger_rows
from churn_pipeline.quality.rules import Limits, ledger_rules
from churn_pipeline.quality.suite import ExpectationResult, QualityReport, check_ledger
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline_tests.builders.ledger_folder import put_ledger, put_rejected
from churn_pipeline_tests.builders.ledgers import simulated_ledger

Fault = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def sound() -> pd.DataFrame:
    return simulated_ledger(customers=150)


def checked(
    folder: Path, ledger: pd.DataFrame, horizon: int | None = 60, isolation_forest: bool = False
) -> QualityReport:
    settings = Settings(home=folder, isolation_forest=isolation_forest)
    return check_ledger(ShopStore(put_ledger(folder, ledger)), ShopConfig(name="shop"), settings, horizon)


def result(report: QualityReport, name: str) -> ExpectationResult:
    return next(r for r in report.results if r.name == name)


def test_a_sound_ledger_passes_everything(tmp_path: Path, sound: pd.DataFrame) -> None:
    report = checked(tmp_path, sound)
    assert report.failures == []
    assert report.passed
    assert 9 <= report.score <= 10
    report.require_passed()
    json.dumps(report.to_document(), allow_nan=False)


def test_results_are_the_declared_expectations(tmp_path: Path, sound: pd.DataFrame) -> None:
    report = checked(tmp_path, sound)
    assert [(r.name, r.severity) for r in report.results] == [
        (rule.name, rule.severity) for rule in ledger_rules(Limits())
    ]


def doubled(ledger: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([ledger, ledger.head(300)])


def booked_twice(ledger: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(
        [ledger, ledger[~ledger.is_return].head(300).assign(order_id=lambda d: d.order_id + "-web")]
    )


def shouted(ledger: pd.DataFrame) -> pd.DataFrame:
    odd = ledger.index % 2 == 1
    return ledger.assign(customer_id=ledger.customer_id.where(~odd, ledger.customer_id.str.lower()))


def in_cents(ledger: pd.DataFrame) -> pd.DataFrame:
    return ledger.assign(amount=ledger.amount.where(ledger.ts < "2024-07-01", ledger.amount * 100))


def wholesaler(ledger: pd.DataFrame) -> pd.DataFrame:
    sale = ~ledger.is_return & (ledger.customer_id == "C0003")
    return ledger.assign(amount=ledger.amount.where(~sale, ledger.amount * 1000))


def future(ledger: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([ledger, ledger.head(1).assign(ts=pd.Timestamp("2099-01-01"))])


def without_summer(ledger: pd.DataFrame) -> pd.DataFrame:
    return ledger[(ledger.ts < "2024-06-01") | (ledger.ts >= "2024-08-01")]


def half_midnights(ledger: pd.DataFrame) -> pd.DataFrame:
    return ledger.assign(ts=ledger.ts.where(ledger.index % 2 == 0, ledger.ts.dt.normalize()))


FAULTS: list[tuple[str, Fault]] = [
    ("exact_duplicates", doubled),
    ("duplicate_transactions", booked_twice),
    ("ids_written_one_way", shouted),
    ("one_currency_level", in_cents),
    ("heavy_customers", wholesaler),
    ("money_spread_over_customers", wholesaler),
    ("no_future_dates", future),
    ("no_silence", without_summer),
    ("dates_consistent", half_midnights),
    ("one_customer_per_order", lambda d: d.assign(order_id="same")),
    ("returns", lambda d: d.assign(is_return=d.index % 2 == 0)),
    ("zero_amounts", lambda d: d.assign(amount=d.amount.where(d.index % 4 > 0, 0.0))),
    ("discounts_plausible", lambda d: d.assign(discount=-d.discount)),
    ("quantity_complete", lambda d: d.assign(quantity=d.quantity.where(d.index % 2 == 0))),
    ("no_ancient_dates", lambda d: pd.concat([d, d.head(1).assign(ts=pd.Timestamp("1970-01-01"))])),
    (
        "ids_undamaged",
        lambda d: d.assign(customer_id=d.customer_id.where(d.customer_id != "C0001", "1.2E+05")),
    ),
    (
        "customers_come_back",
        lambda d: d[~d.is_return].assign(customer_id=lambda f: [f"N{i}" for i in range(len(f))]),
    ),
]


@pytest.mark.parametrize(("name", "fault"), FAULTS, ids=[name for name, _ in FAULTS])
def test_a_fault_is_found_and_costs_points(
    tmp_path: Path, sound: pd.DataFrame, name: str, fault: Fault
) -> None:
    found = result(checked(tmp_path, fault(sound)), name)
    assert not found.success
    assert found.lost == 1.0
    assert "{" not in found.message
    assert found.advice


def test_counts_of_duplicates_are_exact(tmp_path: Path, sound: pd.DataFrame) -> None:
    report = checked(tmp_path, doubled(sound))
    assert report.statistics["exact_duplicate_rows"] == 300


def test_warnings_never_block(tmp_path: Path, sound: pd.DataFrame) -> None:
    report = checked(tmp_path, doubled(sound))
    assert report.failures
    assert report.passed
    report.require_passed()


GATES = [
    ("minimum_rows", lambda d: d.head(400), None, "Only 400 rows can be used and at least 500 are needed"),
    ("minimum_customers", lambda d: d[d.customer_id < "C0050"], None, "at least 100 are needed"),
    (
        "minimum_history",
        lambda d: d[d.ts < "2024-05-01"],
        60,
        "at least 180 are needed (3 times the churn horizon of 60 days)",
    ),
]


@pytest.mark.parametrize(("name", "cut", "horizon", "words"), GATES, ids=[gate[0] for gate in GATES])
def test_too_little_blocks_with_one_sentence(
    tmp_path: Path, sound: pd.DataFrame, name: str, cut: Fault, horizon: int, words: str
) -> None:
    report = checked(tmp_path, cut(sound), horizon)
    found = result(report, name)
    assert not found.success
    assert found.severity == "critical"
    assert words in found.message
    assert found.message.count(". ") == 0
    assert report.score <= 4
    with pytest.raises(QualityGateFailed, match="needed"):
        report.require_passed()


@pytest.mark.parametrize(
    ("reason", "name"), [("bad_date", "date_complete"), ("bad_amount", "amount_complete")]
)
def test_a_fifth_without_date_or_amount_fails(
    tmp_path: Path, sound: pd.DataFrame, reason: str, name: str
) -> None:
    put_rejected(tmp_path, reason, len(sound) // 5)
    assert result(checked(tmp_path, sound), name).success
    put_rejected(tmp_path, reason, len(sound) // 3)
    report = checked(tmp_path, sound)
    assert not result(report, name).success
    assert not report.passed


def test_anonymous_sales_warn_and_fail_above_half(tmp_path: Path, sound: pd.DataFrame) -> None:
    put_rejected(tmp_path, "anonymous_sale", len(sound) // 4)
    report = checked(tmp_path, sound)
    assert [r.name for r in report.failures] == ["anonymous_sales"]
    assert report.passed
    put_rejected(tmp_path, "anonymous_sale", 2 * len(sound))
    assert not result(checked(tmp_path, sound), "customer_id_complete").success


def test_a_file_with_the_three_columns_alone_is_sound(tmp_path: Path, sound: pd.DataFrame) -> None:
    bare = sound.assign(order_id=None, product=None, category=None, quantity=None, discount=None)
    assert checked(tmp_path, bare).failures == []


def test_an_empty_ledger_is_refused_in_words(tmp_path: Path, sound: pd.DataFrame) -> None:
    report = checked(tmp_path, sound.head(0))
    assert not report.passed
    assert "Only 0 rows can be used" in result(report, "minimum_rows").message
    json.dumps(report.to_document(), allow_nan=False)


def test_a_missing_column_is_named_and_nothing_passes_unseen(tmp_path: Path, sound: pd.DataFrame) -> None:
    put_ledger(tmp_path, sound)
    path = tmp_path / "transactions.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["amount"]), path)
    report = check_ledger(ShopStore(tmp_path), ShopConfig(name="shop"), Settings(home=tmp_path))
    assert not any(r.success for r in report.results)
    assert "amount" in result(report, "required_columns").message


def test_no_ledger_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no ledger yet"):
        check_ledger(ShopStore(tmp_path), ShopConfig(name="shop"), Settings(home=tmp_path))


def test_a_large_ledger_is_sampled_evenly(tmp_path: Path, sound: pd.DataFrame) -> None:
    put_ledger(tmp_path, sound)
    rows = ledger_rows(ShopStore(tmp_path), limit=len(sound) // 3)
    whole = ledger_rows(ShopStore(tmp_path))
    assert rows.total == whole.checked == len(sound)
    step = len(sound) // (len(sound) // 3) + (len(sound) % (len(sound) // 3) > 0)
    pd.testing.assert_frame_equal(rows.frame, whole.frame.iloc[::step].reset_index(drop=True))


def test_isolation_forest_where_asked(tmp_path: Path, sound: pd.DataFrame) -> None:
    report = checked(tmp_path, wholesaler(sound), isolation_forest=True)
    assert "C0003" in report.statistics["isolation_forest_list"]
    assert "isolation_forest_list" not in checked(tmp_path, sound).statistics


def test_nothing_is_written_outside(
    tmp_path: Path, sound: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    checked(tmp_path / "shop", sound)
    assert list(home.iterdir()) == []
    assert [p.name for p in (tmp_path / "shop").iterdir()] == ["transactions.parquet"]


def test_bad_types_are_critical(tmp_path: Path, sound: pd.DataFrame) -> None:
    put_ledger(tmp_path, sound)
    path = tmp_path / "transactions.parquet"
    table = pq.read_table(path)
    infinite = pa.array([float("inf")] + [1.0] * (len(sound) - 1))
    pq.write_table(table.set_column(table.schema.get_field_index("amount"), "amount", infinite), path)
    report = check_ledger(ShopStore(tmp_path), ShopConfig(name="shop"), Settings(home=tmp_path))
    assert not result(report, "amounts_are_numbers").success
