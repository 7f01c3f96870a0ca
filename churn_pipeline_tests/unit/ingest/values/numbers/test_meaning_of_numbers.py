"""Discounts as money, percent or fractions; numbers that no purchase has; times with the name of their
zone."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.stage import Staged, stage_uploads
from churn_pipeline.shop.config import ColumnField, ShopConfig


def staged(tmp_path: Path, frame: pd.DataFrame, mapped: str, **config) -> tuple[Staged, pd.DataFrame]:
    path, settings = tmp_path / "shop.csv", Settings(home=tmp_path)
    frame.to_csv(path, index=False)
    mapping = {ColumnField(f): c for f, c in (part.split("=") for part in mapped.split())}
    result = stage_uploads(
        settings, ShopConfig(name="s", **config), [path], mapping=mapping, exact_mapping=True
    )
    return result, read_table(settings.shops_dir / "s" / "staged", "transactions")


def sales(discount: np.ndarray, amount: np.ndarray) -> pd.DataFrame:
    day = pd.date_range("2024-01-01", periods=len(discount)).strftime("%Y-%m-%d")
    return pd.DataFrame({"c": "a", "d": day, "t": amount, "off": discount})


RNG = np.random.default_rng(1)
AMOUNTS = np.round(RNG.gamma(2, 60, 300) + 1, 2)
LEVELS = RNG.choice([0, 10, 20, 30, 50], 300)
MAPPED = "customer_id=c date=d amount=t discount=off"
MONEY = (AMOUNTS * LEVELS / (100 - LEVELS)).sum()


def test_fractions_become_money(tmp_path: Path):
    result, ledger = staged(tmp_path, sales(LEVELS / 100, AMOUNTS), MAPPED)
    assert ledger.discount.sum() == pytest.approx(MONEY, abs=0.01)
    assert any("'off' is read as fraction" in w for w in result.warnings)
    assert result.config.discount_is == "fraction"


def test_percent_become_money(tmp_path: Path):
    _, ledger = staged(tmp_path, sales(LEVELS, AMOUNTS / 4), MAPPED)
    assert ledger.discount.sum() == pytest.approx(
        (np.round(AMOUNTS / 4, 4) * LEVELS / (100 - LEVELS)).sum(), abs=0.05
    )


def test_a_name_that_says_percent_is_believed(tmp_path: Path):
    frame = sales(np.full(5, 20.0), np.full(5, 80.0)).rename(columns={"off": "Discount %"})
    result, ledger = staged(
        tmp_path,
        frame.rename(columns={"Discount %": "discount_percent"}),
        MAPPED.replace("off", "discount_percent"),
    )
    assert ledger.discount.tolist() == [20.0] * 5
    assert result.config.discount_is == "percent"


def test_money_stays_money(tmp_path: Path):
    off = np.round(AMOUNTS * LEVELS / 400, 2)
    _, ledger = staged(tmp_path, sales(off, AMOUNTS), MAPPED)
    assert ledger.discount.sum() == pytest.approx(off.sum())


@pytest.mark.parametrize("written", ["{:g}", "{:g} %"])
def test_discounts_written_with_a_minus_are_what_is_taken_off(tmp_path: Path, written: str):
    off = -np.round(AMOUNTS * LEVELS / 400, 2) if "%" not in written else -LEVELS
    _, ledger = staged(tmp_path, sales(np.array([written.format(o) for o in off]), AMOUNTS), MAPPED)
    assert ledger.discount.sum() == pytest.approx(-off.sum() if "%" not in written else MONEY, abs=0.01)


def test_uneven_whole_discounts_above_what_was_paid_are_told(tmp_path: Path):
    """7, 12 and 33 may be percent: nobody gets 33 off a purchase of 5."""
    result, ledger = staged(tmp_path, sales(RNG.choice([0, 7, 12, 33], 300), AMOUNTS / 4), MAPPED)
    assert ledger.discount.max() == 33
    assert any("read as money; if it is percent" in w for w in result.warnings)


def test_one_fraction_alone_is_told(tmp_path: Path):
    result, ledger = staged(tmp_path, sales(RNG.choice([0, 0.1], 300), AMOUNTS), MAPPED)
    assert ledger.discount.max() == 0.1
    assert any("read as money; if it is a fraction" in w for w in result.warnings)


def test_round_coupons_are_money_and_told(tmp_path: Path):
    result, ledger = staged(tmp_path, sales(RNG.choice([0, 5, 10, 15], 300), AMOUNTS + 100), MAPPED)
    assert ledger.discount.max() == 15 and any(
        "read as money; if it is percent" in w for w in result.warnings
    )


def test_what_the_shop_says_of_its_discount_counts(tmp_path: Path):
    _, ledger = staged(tmp_path, sales(LEVELS / 100, AMOUNTS), MAPPED, discount_is="amount")
    assert ledger.discount.max() == 0.5


@pytest.mark.parametrize(
    ("field", "reason", "words"),
    [
        (
            "quantity",
            "bad_number",
            "quantity above 1,000,000 is set aside (row 2 has 4,006,381,333,931,001)",
        ),
        ("discount", "bad_number", "discount above 1,000,000,000,000"),
        ("unit_price", "bad_number", "unit price above 1,000,000,000,000"),
        ("amount", "bad_amount", "1 row with an amount above 1,000,000,000,000"),
    ],
)
def test_numbers_that_no_purchase_has_are_set_aside_with_their_row(
    tmp_path: Path, field: str, reason: str, words: str
):
    columns = {
        "customer_id": "a",
        "date": "2024-01-01",
        "amount": 5,
        "quantity": 1,
        "discount": 0,
        "unit_price": 5,
    }
    frame = pd.DataFrame([columns, columns | {field: 4006381333931001}, columns]).astype(str)
    if field == "unit_price":
        frame = frame.drop(columns="amount").assign(quantity=["1", "0", "1"])
    result, ledger = staged(tmp_path, frame, " ".join(f"{c}={c}" for c in frame))
    assert len(ledger) == 2 and result.counts[f"rejected_{reason}"] == 1
    assert any(words in w for w in result.warnings), result.warnings
    assert read_table(tmp_path / "data" / "shops" / "s" / "staged", "rejected_rows").row_number.tolist() == [
        2
    ]
