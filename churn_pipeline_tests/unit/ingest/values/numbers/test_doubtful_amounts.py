"""Amounts that may not mean what they seem: several currencies, an order's total on each of its lines or on
the first one alone."""

from pathlib import Path

import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.stage import Staged, stage_uploads
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import shop_folder

HEADER = "customer_id,order_id,date,amount,product"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def staged(settings: Settings, tmp_path: Path, header: str, lines: list[str], **config: str) -> Staged:
    file = tmp_path / "sales.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return stage_uploads(settings, ShopConfig(name="tea", **config), [file], exact_mapping=False)


def order_lines(amounts: list[list[float]]) -> list[str]:
    """One order per inner list, a line per amount."""
    return [
        f"C{n % 7},O{n},2024-0{1 + n // 28}-{1 + n % 28:02},{amount:.2f},P{line}"
        for n, order in enumerate(amounts)
        for line, amount in enumerate(order)
    ]


@pytest.mark.parametrize("signs", [("€", "$"), ("EUR ", "USD "), ("", "£", "€")])
def test_amounts_in_several_currencies_are_pointed_out(settings, tmp_path, signs):
    lines = [f"C{n},2024-01-{n + 1:02},{signs[n % len(signs)]}{n + 1}.50" for n in range(28)]
    (warning,) = [
        w for w in staged(settings, tmp_path, "customer_id,date,amount", lines).warnings if "currencies" in w
    ]
    assert "column 'amount' holds several currencies" in warning and "EUR in" in warning


def test_one_currency_and_none_are_no_mixture(settings, tmp_path):
    lines = [f"C{n},2024-01-{n + 1:02},{'€' if n % 2 else ''}{n + 1}.50" for n in range(28)]
    assert not [
        w for w in staged(settings, tmp_path, "customer_id,date,amount", lines).warnings if "currencies" in w
    ]


def test_a_column_of_currency_codes_with_several_is_pointed_out(settings, tmp_path):
    lines = [f"C{n},2024-01-{n + 1:02},{n + 1}.50,{'EUR' if n % 3 else 'CHF'}" for n in range(28)]
    warnings = staged(settings, tmp_path, "customer_id,date,amount,currency", lines).warnings
    assert any(
        "column 'currency' holds several currencies (EUR in 18 rows, CHF in 10 rows)" in w for w in warnings
    )


def test_codes_below_a_blank_cell_are_counted(settings, tmp_path):
    lines = [f"C{n},2024-01-{n + 1:02},{n + 1}.50,{['', 'EUR', 'CHF'][n % 3]}" for n in range(28)]
    warnings = staged(settings, tmp_path, "customer_id,date,amount,currency", lines).warnings
    assert any("several currencies (EUR in 9 rows, CHF in 9 rows)" in w for w in warnings)


def test_a_column_that_only_begins_like_a_currency_is_none(settings, tmp_path):
    lines = [f"C{n},2024-01-{n + 1:02},{n + 1}.50,{'ALL' if n % 2 else 'some'}" for n in range(28)]
    found = staged(settings, tmp_path, "customer_id,date,amount,branch", lines)
    assert not [w for w in found.warnings if "currencies" in w]


def test_a_total_repeated_on_every_line_is_pointed_out(settings, tmp_path):
    warnings = staged(
        settings, tmp_path, HEADER, order_lines([[10.0 + n] * (1 + n % 3) for n in range(40)])
    ).warnings
    assert any(
        "of the 26 orders of several lines all lines have the same 'amount'" in w and "amount_per: order" in w
        for w in warnings
    )


def test_lines_with_amounts_of_their_own_are_not(settings, tmp_path):
    warnings = staged(
        settings, tmp_path, HEADER, order_lines([[10.0 + n + line for line in range(3)] for n in range(40)])
    ).warnings
    assert not [w for w in warnings if "amount_per" in w]


def test_amount_per_order_shares_the_total_out_among_the_lines(settings, tmp_path):
    totals = [10.0 + n for n in range(40)]
    found = staged(
        settings,
        tmp_path,
        HEADER,
        order_lines([[t] * (1 + n % 3) for n, t in enumerate(totals)]),
        amount_per="order",
    )
    assert not [w for w in found.warnings if "amount_per" in w]
    ledger = read_table(shop_folder(settings, "tea") / "staged", "transactions")
    spent = ledger.groupby("order_id")["amount"].sum()
    assert [spent[f"O{n}"] for n in range(40)] == pytest.approx(totals)
    assert len(ledger) == sum(1 + n % 3 for n in range(40))


FIRST_LINES = [
    f"C{n % 7},O{n},2024-0{1 + n // 28}-{1 + n % 28:02},{10 + n if line == 0 else ''},P{line}"
    for n in range(40)
    for line in range(2)
]


def spent_by_order(settings: Settings) -> list[float]:
    spent = (
        read_table(shop_folder(settings, "tea") / "staged", "transactions")
        .groupby("order_id")["amount"]
        .sum()
    )
    return [spent[f"O{n}"] for n in range(40)]


@pytest.mark.parametrize(
    ("config", "words"),
    [({}, "counts once, on that line"), ({"amount_per": "order"}, "is divided among its lines")],
)
def test_a_total_on_the_first_line_alone_counts_once(settings, tmp_path, config, words):
    found = staged(settings, tmp_path, HEADER, FIRST_LINES, **config)
    assert found.counts["ledger_rows"] == 80 and found.counts.get("rows_rejected", 0) == 0
    assert any(
        f"40 further lines of orders have no amount: the one amount of their order {words}." in w
        for w in found.warnings
    )
    assert spent_by_order(settings) == pytest.approx([10.0 + n for n in range(40)])


def test_blank_amounts_of_other_orders_and_unreadable_ones_stay_unusable(settings, tmp_path):
    lines = [*FIRST_LINES, "C1,O90,2024-02-01,,P0", "C1,O0,2024-02-01,oops,P0", "C9,O0,2024-02-01,,P1"]
    assert staged(settings, tmp_path, HEADER, lines).counts["rejected_bad_amount"] == 3


def test_the_state_on_an_orders_first_line_is_that_of_its_other_lines(settings, tmp_path):
    states = {3: "voided", 5: "refunded"}
    lines = [
        f"{line},{states.get(n // 2, 'paid') if n % 2 == 0 else ''}"
        for n, line in enumerate(order_lines([[5.0, 6.5]] * 40))
    ]
    found = staged(settings, tmp_path, f"{HEADER},financial status", lines)
    ledger = read_table(shop_folder(settings, "tea") / "staged", "transactions")
    kept = ledger[~ledger.is_return]
    assert set(kept.order_id) == {f"O{n}" for n in range(40)} - {"O3", "O5"}
    assert found.counts["ledger_rows"] + found.counts.get("rows_rejected", 0) == 80
