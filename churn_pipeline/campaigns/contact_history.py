"""Campaigns that another program has sent: kept as a history, since nobody was left alone by lot.

Who was contacted was chosen, so those contacted and the others differ by more than the contact: no effect is
measured from it, and none of it enters campaign_results, from which success rates are pooled."""

from pathlib import Path

import pandas as pd

from churn_pipeline.campaigns.customer_lists import (
    CUSTOMER_COLUMN,
    listed_customers,
    strangers_in_words,
    without_orders,
)
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import CONTACT_HISTORY
from churn_pipeline.core.wording import counted, number, percent
from churn_pipeline.shop.orders import SALE
from churn_pipeline.shop.run import ShopRun

CAMPAIGN, KIND = "campaign_id", "kind"
FIRST, LAST, REDEEMED = "starts_on", "ends_on", "redeemed_on"
NO_EFFECT = (
    "Who was contacted was chosen, not drawn by lot: that they order more or less than others is no effect "
    "of the campaigns, and none of it enters the measured success rates."
)


def add_contact_history(run: ShopRun, path: Path) -> list[str]:
    """Adds the campaigns of a file (customer_id, campaign_id, starts_on, ends_on; kind and redeemed_on where
    known; days as YYYY-MM-DD); a campaign that is known already is replaced. The caller holds the shop's
    lock. What is known then, in sentences; BadInput for a file of another form."""
    given = _rows(listed_customers(run, path), path)
    known = contact_history(run.store)
    known = known[~known[CAMPAIGN].isin(given[CAMPAIGN])]
    merged = pd.concat([frame for frame in (known, given) if len(frame)], ignore_index=True)
    run.store.write(CONTACT_HISTORY.name, merged, "contact history")
    return history_in_words(run)


def contact_history(store: ShopStore) -> pd.DataFrame:
    """The table CONTACT_HISTORY; empty where there is none."""
    if store.exists(CONTACT_HISTORY.name):
        return store.read(CONTACT_HISTORY.name)
    return CONTACT_HISTORY.schema.empty_table().to_pandas()


def history_in_words(run: ShopRun) -> list[str]:
    """What the history holds, and that nothing follows from it."""
    history = contact_history(run.store)
    if history.empty:
        return ["No campaigns of another program are known."]
    used = history["redeemed_at"].notna()
    first, last = history["starts_at"].min(), history["ends_at"].max() - pd.Timedelta(days=1)
    ordered = _ordered(run, history)
    strangers = without_orders(run.store, history[CUSTOMER_COLUMN].unique().tolist())
    return [
        f"{counted(history[CAMPAIGN].nunique(), 'campaigns')} between {first:%Y-%m-%d} and {last:%Y-%m-%d} "
        f"contacted {counted(history[CUSTOMER_COLUMN].nunique(), 'customers')} {number(len(history))} times; "
        f"in {number(int(used.sum()))} of these ({percent(used.mean(), 1)}) an offer was used.",
        f"{percent(ordered, 1)} of those contacted ordered while the campaign ran.",
        *strangers_in_words(strangers),
        NO_EFFECT,
    ]


def _ordered(run: ShopRun, history: pd.DataFrame) -> float:
    """The share of contacts whose customer ordered in the campaign's time."""
    with run.store.query(["transactions"], run.settings.threads) as connection:
        connection.register("history", history[[CUSTOMER_COLUMN, "starts_at", "ends_at"]])
        [(share,)] = connection.execute(
            f"""
            SELECT avg(CAST(EXISTS (
                SELECT 1 FROM transactions
                WHERE transactions.customer_id = history.customer_id
                  AND ts >= history.starts_at AND ts < history.ends_at AND {SALE}
            ) AS INTEGER)) FROM history
            """  # noqa: S608 - an expression of ours
        ).fetchall()
    return float(share)


def _rows(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    for name in (CAMPAIGN, FIRST, LAST):
        if name not in table:
            raise BadInput(
                f"{path.name}: expected a column {name} beside the customers' ids; it has "
                f"{', '.join(map(str, table.columns))}."
            )
    days = {name: days_of(table, name, path) for name in (FIRST, LAST)}
    if (days[LAST] < days[FIRST]).any():
        row = int((days[LAST] < days[FIRST]).to_numpy().argmax())
        raise BadInput(f"{path.name}, row {row + 1}: the campaign ends before it starts.")
    rows = pd.DataFrame(
        {
            CAMPAIGN: table[CAMPAIGN].astype(str).str.strip(),
            CUSTOMER_COLUMN: table[CUSTOMER_COLUMN],
            "kind": table.get(KIND),
            "starts_at": days[FIRST],
            "ends_at": days[LAST] + pd.Timedelta(days=1),
            "redeemed_at": days_of(table, REDEEMED, path, may_be_empty=True) if REDEEMED in table else pd.NaT,
        }
    )
    first = rows.sort_values("redeemed_at", na_position="last", kind="stable")
    return first.drop_duplicates([CAMPAIGN, CUSTOMER_COLUMN]).sort_index(ignore_index=True)


def days_of(table: pd.DataFrame, name: str, path: Path, may_be_empty: bool = False) -> pd.Series:
    """A column's days (YYYY-MM-DD), datetime64[us]; BadInput, naming the row, for a cell that is none."""
    text = table[name].astype("string").str.strip()
    text = text.mask(text == "")
    found = pd.to_datetime(text.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    wrong = found.isna() & (text.notna() | (not may_be_empty))
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise BadInput(
            f"{path.name}, row {row + 1}, column {name}: {text.iloc[row]!r} is no day; expected YYYY-MM-DD, "
            "such as 2024-05-31."
        )
    return found.astype("datetime64[us]")
