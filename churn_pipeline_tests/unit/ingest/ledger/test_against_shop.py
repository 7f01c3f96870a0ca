"""A later file held against the shop that it joins: the ledger comes out right, or the file waits; what was
found is told and counted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_pipeline.core.errors import AnswerNeeded, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.ledger.publish_ledger import publish_staged
from churn_pipeline.ingest.stage import Staged, stage_uploads
from churn_pipeline.quality.suite import check_ledger
from churn_pipeline.shop.config import ColumnField, ShopConfig
from churn_pipeline.shop.directory import load_shop, save_shop, shop_folder

SHOP = "tea"
FIELDS = {
    "customer_id": "customer",
    "date": "day",
    "amount": "total",
    "order_id": "order",
    "discount": "rebate",
}


def history(customers: int = 180, days: int = 92, start: str = "2023-11-01", seed: int = 1) -> pd.DataFrame:
    """Three months of a shop in which everybody buys every few weeks: 13 sales a day."""
    rng = np.random.default_rng(seed)
    rows = days * 13
    return pd.DataFrame(
        {
            "customer": [f"anna.{c}@example.org" for c in rng.integers(0, customers, rows)],
            "day": pd.Timestamp(start) + pd.to_timedelta(np.sort(rng.integers(0, days, rows)), unit="D"),
            "total": np.round(rng.gamma(4, 8, rows) + 1, 2),
            "order": [f"O{start}{n}" for n in range(rows)],
            "rebate": np.round(rng.random(rows), 2),
        }
    )


PAST, NEW = history(), history(days=28, start="2024-02-01", seed=2)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", min_rows=10, min_customers=5)


def deliver(settings: Settings, frame: pd.DataFrame, dates: str = "%Y-%m-%d", **options) -> Staged:
    """One file taken in and published."""
    path = settings.home / f"{pd.util.hash_pandas_object(frame.astype(str)).sum()}.csv"
    path.parent.mkdir(exist_ok=True)
    frame.assign(day=frame.day.dt.strftime(dates)).to_csv(path, index=False)
    try:
        config = load_shop(settings, SHOP)
    except NotFound:
        config = ShopConfig(name=SHOP, mapping={ColumnField(f): c for f, c in FIELDS.items()})
    staged = stage_uploads(settings, config, [path], exact_mapping=False, run_id="run", **options)
    publish_staged(settings, SHOP, "run")
    return staged


def ledger(settings: Settings) -> pd.DataFrame:
    return read_table(shop_folder(settings, SHOP), "transactions")


def score(settings: Settings) -> float:
    return check_ledger(ShopStore(shop_folder(settings, SHOP)), load_shop(settings, SHOP), settings, 30).score


def test_a_file_that_fits_tells_nothing(settings: Settings):
    deliver(settings, PAST)
    assert deliver(settings, NEW).warnings == []
    assert score(settings) > 9.0


def test_ids_in_another_letter_case_are_the_same_customers(settings: Settings):
    deliver(settings, PAST)
    staged = deliver(settings, NEW.assign(customer=NEW.customer.str.upper()))
    assert ledger(settings).customer_id.nunique() == 180
    assert "differ from a known one by letter case alone" in staged.warnings[0]
    assert score(settings) < 8.5


def in_form(frame: pd.DataFrame, factor: int, form: str) -> pd.DataFrame:
    """The customers numbered by a multiple of their number."""
    return frame.assign(
        customer=(frame.customer.str.extract(r"(\d+)")[0].astype(int) * factor).map(form.format)
    )


def test_ids_in_another_form_are_the_same_customers(settings: Settings):
    deliver(settings, in_form(PAST, 7919, "K{:07d}"))
    staged = deliver(settings, in_form(NEW, 7919, "CUST-{}"))
    assert ledger(settings).customer_id.nunique() <= 181
    assert "were read as that customer" in staged.warnings[0]


def test_equal_digits_of_customers_who_are_numbered_from_one_on_are_asked_about(settings: Settings):
    deliver(settings, in_form(PAST, 1, "T{:04d}"))
    with pytest.raises(AnswerNeeded, match=r"have the digits of a known one \(W-\d+ is T\d+\)"):
        deliver(settings, in_form(NEW, 1, "W-{}"))
    save_shop(settings, load_shop(settings, SHOP).model_copy(update={"ids_by": "digits"}))
    deliver(settings, in_form(NEW, 1, "W-{}"))
    assert ledger(settings).customer_id.nunique() <= 181


def test_another_shops_customers_with_the_same_digits_go_in_as_they_are(settings: Settings):
    deliver(settings, in_form(PAST, 1, "T{:04d}"))
    deliver(settings, in_form(NEW, 1, "W-{}"), as_it_is=True)
    assert ledger(settings).customer_id.str[0].value_counts().to_dict() == {"T": len(PAST), "W": len(NEW)}
    assert score(settings) < 9


def test_customers_who_are_all_new_are_asked_about(settings: Settings):
    deliver(settings, PAST)
    renamed = NEW.assign(customer="x" + NEW.customer.map(lambda c: hex(hash(c) % 10**9)))
    with pytest.raises(
        AnswerNeeded, match=r"only 0 of its \d+ customers are known, where \d+ % usually are.*--as-it-is"
    ):
        deliver(settings, renamed)
    assert ledger(settings).customer_id.nunique() == 180
    deliver(settings, renamed, as_it_is=True)
    assert ledger(settings).customer_id.nunique() > 300 and score(settings) < 8.5


def test_another_currency_is_asked_about(settings: Settings):
    deliver(settings, PAST.assign(total=PAST.total.map("€{:.2f}".format)))
    with pytest.raises(AnswerNeeded, match="its amounts are in USD, those of the shop in EUR"):
        deliver(settings, NEW.assign(total=NEW.total.map("${:.2f}".format)))


def test_another_currency_named_on_the_first_lines_of_orders_is_asked_about(settings: Settings):
    deliver(settings, PAST.assign(currency=np.where(PAST.index % 3 == 0, "EUR", "")))
    with pytest.raises(AnswerNeeded, match="its amounts are in USD, those of the shop in EUR"):
        deliver(settings, NEW.assign(currency=np.where(NEW.index % 3 == 1, "USD", "")))


def test_cents_are_asked_about(settings: Settings):
    deliver(settings, PAST)
    with pytest.raises(AnswerNeeded, match="cents and whole units"):
        deliver(settings, NEW.assign(total=(NEW.total * 100).round()))


def test_twelve_days_with_days_and_months_swapped_stay_twelve_days(settings: Settings):
    deliver(settings, PAST, dates="%d/%m/%Y")
    assert load_shop(settings, SHOP).date_order == "dmy"
    twelve = NEW[NEW.day < "2024-02-13"]
    staged = deliver(settings, twelve, dates="%m/%d/%Y")
    joined = ledger(settings)
    assert joined.ts.max() == pd.Timestamp("2024-02-12") and (joined.ts >= "2024-02-01").sum() == len(twelve)
    assert any("days and months are read as mdy" in w for w in staged.warnings)
    assert load_shop(settings, SHOP).date_order == "dmy" and score(settings) < 8.5


@pytest.mark.parametrize("clock", ["", " %H:%M"])
def test_a_set_date_format_that_the_shops_period_contradicts_is_asked_about(settings: Settings, clock: str):
    deliver(settings, PAST, dates="%d/%m/%Y" + clock, date_format="%d/%m/%Y" + clock)
    twelve = NEW[NEW.day < "2024-02-13"]
    with pytest.raises(
        AnswerNeeded, match="with day and month swapped they are 2024-02-01 to 2024-02-12"
    ) as told:
        deliver(settings, twelve, dates="%m/%d/%Y" + clock)
    assert "are spread from 2024-01-02 to 2024-12-02" in str(told.value)
    assert f"--date-format '%m/%d/%Y{clock}'" in str(told.value) and "--as-it-is" in str(told.value)
    assert ledger(settings).ts.max() == PAST.day.max()
    deliver(settings, twelve, dates="%m/%d/%Y" + clock, date_format="%m/%d/%Y" + clock)
    assert ledger(settings).ts.max() == pd.Timestamp("2024-02-12")


def test_a_set_date_format_that_reads_few_dates_of_a_swapped_file_is_asked_about(settings: Settings):
    deliver(settings, PAST, dates="%d/%m/%Y", date_format="%d/%m/%Y")
    with pytest.raises(AnswerNeeded, match=r"only \d+ of its 364 dates can be read"):
        deliver(settings, NEW, dates="%m/%d/%Y")


def test_a_file_in_the_set_date_format_asks_nothing_and_as_it_is_counts(settings: Settings):
    deliver(settings, PAST, dates="%d/%m/%Y", date_format="%d/%m/%Y")
    assert deliver(settings, NEW, dates="%d/%m/%Y").warnings == []
    before = score(settings)
    year = NEW[NEW.day < "2024-02-13"].assign(order="x" + NEW.order)
    staged = deliver(settings, year, dates="%m/%d/%Y", as_it_is=True)
    assert ledger(settings).ts.max() == pd.Timestamp("2024-12-02") and score(settings) < before - 0.5
    assert any("with day and month swapped" in w for w in staged.warnings)


def test_a_shop_that_charges_on_the_first_of_each_month_is_not_corrected(settings: Settings):
    def charged(first: str, months: int) -> pd.DataFrame:
        day = np.repeat(pd.date_range(first, periods=months, freq="MS"), 60)
        return pd.DataFrame(
            {
                "customer": [f"c{n % 60}" for n in range(len(day))],
                "day": day,
                "total": 9.5,
                "order": range(len(day)),
            }
        )

    deliver(settings, charged("2022-01-01", 11).assign(rebate=0.5))
    deliver(
        settings,
        charged("2023-01-01", 12).assign(rebate=0.5, order=lambda d: d.order + 10_000),
        date_format="%d/%m/%Y",
        dates="%d/%m/%Y",
    )
    assert sorted(ledger(settings).ts.dt.day.unique()) == [1]


def test_order_ids_that_start_anew_each_day(settings: Settings):
    counted = PAST.assign(order=PAST.groupby("day").cumcount() + 1)
    staged = deliver(settings, counted)
    orders = ledger(settings).groupby(["customer_id", "order_id"]).ngroups
    assert orders == len(PAST) and "start anew each day" in staged.warnings[0]
    assert load_shop(settings, SHOP).order_ids == "day"


def test_order_ids_that_start_anew_with_each_days_file(settings: Settings):
    week = PAST[PAST.day < "2023-11-08"].assign(order=lambda d: d.groupby("day").cumcount() + 1)
    for _, day in week.groupby("day"):
        deliver(settings, day, as_it_is=True)
    assert ledger(settings).groupby(["customer_id", "order_id"]).ngroups == len(week)
    assert deliver(settings, week, as_it_is=True).counts["rows_added"] == 0


def test_an_optional_column_that_was_renamed_is_read(settings: Settings):
    deliver(settings, PAST)
    staged = deliver(settings, NEW.rename(columns={"rebate": "discount_amount"}))
    assert ledger(settings).discount.notna().all()
    assert any(
        "'rebate' (discount) is not in this file: 'discount_amount' was read in its place" in w
        for w in staged.warnings
    )
    staged = deliver(settings, history(days=28, start="2024-03-01", seed=3))
    assert ledger(settings).discount.notna().all() and score(settings) < 8.5


def test_an_optional_column_that_is_gone_is_told_and_looked_for_again(settings: Settings):
    deliver(settings, PAST)
    assert any("stays empty" in w for w in deliver(settings, NEW.drop(columns="rebate")).warnings)
    assert load_shop(settings, SHOP).mapping[ColumnField.DISCOUNT] == "rebate"


@pytest.mark.parametrize(
    ("share", "words"), [(0.1, "far fewer rows than usual"), (6, "far more rows than usual")]
)
def test_far_fewer_or_more_rows_than_usual_are_told(settings: Settings, share: float, words: str):
    deliver(settings, PAST)
    frame = NEW.sample(frac=share, replace=share > 1, random_state=1).assign(
        order=lambda d: [f"N{n}" for n in range(len(d))]
    )
    assert any(words in w for w in deliver(settings, frame).warnings)
    assert score(settings) < 8.5


def test_order_ids_that_are_shared_by_mistake_are_no_daily_counter(settings: Settings):
    shared = PAST.sample(frac=1, random_state=1).assign(order=np.arange(len(PAST)) // 3)
    assert deliver(settings, shared).warnings == []
    assert load_shop(settings, SHOP).order_ids is None


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("state", ["done"] * 9 + ["schwebend"], "'schwebend' with"),
        ("total", ["€5.00", "$5.00"], "holds several currencies"),
    ],
)
def test_what_is_doubtful_within_a_file_lowers_the_score(
    settings: Settings, column: str, values: list[str], words: str
):
    """Until a corrected file replaces its period."""
    past, new = PAST.assign(state="done"), NEW.assign(state="done")
    mapping = {ColumnField(f): c for f, c in (FIELDS | {"status": "state"}).items()}
    save_shop(settings, ShopConfig(name=SHOP, mapping=mapping))
    deliver(settings, past)
    before = score(settings)
    spoiled = [values[n % len(values)] for n in range(len(new))]
    staged = deliver(settings, new.assign(**{column: spoiled}), as_it_is=True)
    assert any(words in w for w in staged.warnings) and score(settings) <= before - 0.8
    deliver(settings, new, replace=True)
    assert score(settings) >= before


def test_a_barcode_among_the_pieces_lowers_the_score(settings: Settings):
    mapping = {ColumnField(f): c for f, c in (FIELDS | {"quantity": "pieces"}).items()}
    save_shop(settings, ShopConfig(name=SHOP, mapping=mapping))
    deliver(settings, PAST.assign(pieces=1))
    before = score(settings)
    staged = deliver(settings, NEW.assign(pieces=[4006381333931001] + [1] * (len(NEW) - 1)))
    assert "1 row with a quantity above 1,000,000 is set aside (row 1 has 4,006," in staged.warnings[0]
    assert score(settings) <= before - 0.8


def test_corrections_that_cannot_be_recognised_lower_the_score(settings: Settings):
    plain = PAST.drop(columns=["order", "rebate"])
    mapping = {ColumnField(f): c for f, c in FIELDS.items() if c in plain}
    save_shop(settings, ShopConfig(name=SHOP, mapping=mapping))
    deliver(settings, plain)
    before = score(settings)
    halved = plain.assign(total=plain.total.where(plain.index % 10 > 0, plain.total + 1))
    staged = deliver(settings, halved)
    assert any("nearly known" in w for w in staged.warnings) and score(settings) <= before - 0.8
