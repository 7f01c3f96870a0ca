"""The ledger of advice held against what happened: what each list that was given met, and what lists not
given would have met.

Who was contacted by a campaign meanwhile no longer shows what would have happened. They leave; those whom the
campaign left alone by lot stand for them, each for 1 / probability of being left alone (inverse probability
weights: Horvitz & Thompson 1952)."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn_pipeline.campaigns.assignment.strata import CONTROL
from churn_pipeline.campaigns.kept_campaigns import campaign_members
from churn_pipeline.churn_definition.labels import data_end_sql
from churn_pipeline.core.enums import TargetList
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import GRADED_ADVICE
from churn_pipeline.core.wording import counted, day, money, percent
from churn_pipeline.shop.orders import SALE

Floats = npt.NDArray[np.float64]
Z95 = 1.959963984540054


def graded_advice(store: ShopStore, ledger: pd.DataFrame, currency: str, threads: int = 0) -> pd.DataFrame:
    """The table graded_advice: a row per list of every run whose outcome is known, oldest first; of several
    runs with the same data end the newest. ledger: the table advice_ledger."""
    newest = ledger.sort_values("given_at").groupby("as_of", sort=False)["run_id"].last()
    kept = ledger[ledger["run_id"].isin(newest)]
    rows: list[dict[str, object]] = []
    with store.query(["transactions"], threads) as connection:
        [(end,)] = connection.execute(f"SELECT {data_end_sql('max(ts)')} FROM transactions").fetchall()  # noqa: S608
        for run_id, receipts in kept.groupby("run_id", sort=False):
            as_of, due_at = (receipts[name].iloc[0].to_pydatetime() for name in ("as_of", "due_at"))
            if end is None or due_at > end:
                continue
            found = connection.execute(
                f"SELECT DISTINCT customer_id FROM transactions WHERE ts >= ? AND ts < ? AND {SALE}",  # noqa: S608
                [as_of, due_at],
            ).fetchall()
            weighed = receipts.assign(
                silent=~receipts["customer_id"].isin({customer for (customer,) in found}),
                weight=_weights(store, receipts["customer_id"], as_of, due_at),
            )
            about = {"run_id": run_id, "as_of": as_of, "due_at": due_at}
            rows += [about | found_row for found_row in _lists(weighed, currency, as_of)]
    graded = pd.DataFrame(rows, columns=GRADED_ADVICE.schema.names)
    return graded.sort_values("as_of", kind="stable", ignore_index=True)


def _weights(store: ShopStore, customers: pd.Series, as_of: datetime, due_at: datetime) -> Floats:
    """How many customers each stands for: 0 once contacted in the time, 1 / P(left alone) as a control of
    such a campaign, else 1. A campaign without a control group leaves nobody to stand for the contacted."""
    members = campaign_members(store)
    within = members[(members["assigned_at"] >= as_of) & (members["assigned_at"] < due_at)]
    weight = np.ones(len(customers))
    for _, campaign in within.groupby("campaign_id"):
        is_control = (campaign["arm"] == CONTROL).to_numpy()
        stands_for = np.where(is_control, 1 / campaign["probability_of_assignment"].to_numpy(float), 0.0)
        drawn = customers.map(pd.Series(stands_for, index=campaign["customer_id"].to_numpy()))
        weight *= drawn.fillna(1.0).to_numpy(np.float64)
    return weight


def _lists(receipts: pd.DataFrame, currency: str, as_of: datetime) -> Iterator[dict[str, object]]:
    """Rows of one run."""
    recommended = receipts[receipts["list"] == TargetList.RECOMMENDED]
    for (name, was_given), own in receipts.groupby(["list", "was_given"], sort=False):
        yield _graded(str(name), bool(was_given), own, recommended, currency, as_of)


def _graded(
    name: str, was_given: bool, own: pd.DataFrame, recommended: pd.DataFrame, currency: str, as_of: datetime
) -> dict[str, object]:
    """One list of one run."""
    left = own[own["weight"] > 0]
    met, silent = float(left["weight"].sum()), float((left["weight"] * left["silent"]).sum())
    contacted = len(own) - len(left)
    title = f"The list {name.replace('_', ' ')} of {day(as_of)} ({counted(len(own), 'customers')}"
    said = title + (")" if was_given else ", not given)")
    row: dict[str, object] = {
        "list": name,
        "was_given": was_given,
        "customers": len(own),
        "contacted": contacted,
        "silent": silent,
        "silent_share": silent / met if met else None,
        **dict.fromkeys(("expected_profit", "profit", *_PAIRED)),
    }
    if not met:
        return row | {"sentence": f"{said}: everybody was contacted, so what it met cannot be told."}
    said += f": {percent(silent / met)} did not order"
    if contacted:
        said += f" ({counted(contacted, 'customers')} contacted meanwhile left out)"
    if own["profit_if_silent"].isna().any():
        return row | {"sentence": f"{said}."}
    expected, profit = float(own["expected_profit"].sum()), float(_profits(own).sum())
    row |= {"expected_profit": expected, "profit": profit}
    said += f"; at the shop's assumptions contacting them was worth {money(profit, currency)}"
    if was_given:
        return row | {"sentence": f"{said}, {money(expected, currency)} expected."}
    more, low, high = _recommended_earns_more(recommended, own)
    verdict = "more than chance explains" if low > 0 or high < 0 else "which may be chance"
    said += f", {money(abs(more), currency)} {'less' if more > 0 else 'more'} than the recommended list: "
    said += f"{verdict}."
    return row | dict(zip(_PAIRED, (more, low, high), strict=True)) | {"sentence": said}


_PAIRED = ("recommended_earns_more", "recommended_earns_more_low", "recommended_earns_more_high")


def _profits(rows: pd.DataFrame) -> pd.Series:
    """Weighted profit of each customer of a list, now that the outcome is known, by customer."""
    profit = np.where(rows["silent"], rows["profit_if_silent"], rows["profit_if_ordered"]).astype(float)
    return pd.Series(profit * rows["weight"].to_numpy(), index=rows["customer_id"].to_numpy())


def _recommended_earns_more(recommended: pd.DataFrame, other: pd.DataFrame) -> tuple[float, float, float]:
    """Profit of the recommended list less another's, with the ends of its 95 % interval: customers of both
    count in neither."""
    difference = _profits(recommended).sub(_profits(other), fill_value=0.0)
    total = float(difference.sum())
    half = Z95 * float(np.sqrt(len(difference) * difference.var(ddof=0)))
    return total, total - half, total + half
