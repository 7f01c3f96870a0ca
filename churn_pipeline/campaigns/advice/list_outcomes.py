"""What lists of several lengths met at past cutoffs, with intervals by customer.

A customer who is eligible at several cutoffs is one customer: whole customers are drawn again, with all their
cutoffs (bootstrap). The lists stay as they were; the intervals say how far luck in who was a customer, and
who left, carries."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from churn_pipeline.campaigns.advice.past_customers import PastCustomers
from churn_pipeline.campaigns.advice.ways_to_list import (
    EVERYONE,
    EXPECTED_PROFIT,
    FORESIGHT,
    NOBODY,
    orders_of_contact,
)

Floats = npt.NDArray[np.float64]
SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)
"""Lengths of lists, as shares of the eligible customers."""
DRAWS = 1000
ENDS = (2.5, 97.5)
MEASURES = ("customers", "churners", "money_at_risk", "profit", "profit_by_past_spend")


@dataclass
class Totals:
    """Sums over the cutoffs of what each list met, by customer: (customers, lists x MEASURES)."""

    customers: pd.Index
    keys: list[tuple[str, float | None]] = field(default_factory=list)
    columns: list[Floats] = field(default_factory=list)

    def of(self, key: tuple[str, float | None]) -> Floats:
        """(customers, MEASURES) of one list; key: way and share, None for the advised length."""
        return self.columns[self.keys.index(key)]


def list_totals(cutoffs: Sequence[PastCustomers]) -> Totals:
    """The totals of every way at every length; of `everyone` and `nobody` at one."""
    everyone = pd.Index(np.unique(np.concatenate([c.customers["customer_id"] for c in cutoffs])))
    sums: dict[tuple[str, float | None], Floats] = {}
    for past in cutoffs:
        met = _met(past)
        rows = everyone.get_indexer(past.customers["customer_id"])
        for key, chosen in _lists(past).items():
            own = sums.setdefault(key, np.zeros((len(everyone), len(MEASURES))))
            own[rows[chosen]] += met[chosen]
    return Totals(everyone, list(sums), list(sums.values()))


def outcome_rows(totals: Totals, seed: int, draws: int = DRAWS) -> pd.DataFrame:
    """One row per list, all cutoffs together: list, share (null: the advised length), the MEASURES, shares of
    all churners and of all money at risk that it covers, 95 % intervals of these and of the profit, and how
    much more the list by expected profit earned at the same length (`advised_earns_more`), paired.

    `everyone` and `nobody` are compared with the list by expected profit at its advised length."""
    every = totals.of((EVERYONE, None))
    stacked = np.concatenate([*totals.columns, every], axis=1)
    drawn = _drawn(stacked, seed, draws).reshape(draws, -1, len(MEASURES))
    point = stacked.sum(axis=0).reshape(-1, len(MEASURES))
    rows = []
    for position, (way, share) in enumerate(totals.keys):
        rival = totals.keys.index((EXPECTED_PROFIT, share))
        row = {"list": way, "share": share} | dict(zip(MEASURES, point[position].tolist(), strict=True))
        for name in ("churners", "money_at_risk"):
            k = MEASURES.index(name)
            row[f"{name}_share"] = float(_ratio(point[position, k], point[-1, k]))
            row |= _ends(f"{name}_share", _ratio(drawn[:, position, k], drawn[:, -1, k]))
        row |= _ends("profit", drawn[:, position, MEASURES.index("profit")])
        for name in ("profit", "profit_by_past_spend"):
            k, key = MEASURES.index(name), "advised_earns_more" + name.removeprefix("profit")
            row[key] = float(point[rival, k] - point[position, k])
            row |= _ends(key, drawn[:, rival, k] - drawn[:, position, k])
        rows.append(row)
    return pd.DataFrame(rows).astype({"customers": int, "churners": int})


def _lists(past: PastCustomers) -> dict[tuple[str, float | None], npt.NDArray[np.intp]]:
    """Who stands on each list of a cutoff."""
    n, earned = len(past.expected), past.earned
    ways = orders_of_contact(past.customers, past.expected, earned)
    lengths: dict[float | None, int] = {share: round(share * n) for share in SHARES}
    lengths[None] = past.advised
    found = {(way, share): order[:most] for way, order in ways.items() for share, most in lengths.items()}
    found[FORESIGHT, None] = np.flatnonzero(earned > 0)
    return found | {(EVERYONE, None): np.arange(n), (NOBODY, None): np.arange(0)}


def _met(past: PastCustomers) -> Floats:
    """What each customer adds to a list that it stands on: (customers, MEASURES)."""
    churned = past.customers["churned"].to_numpy(np.float64)
    worth = past.customers["save_worth"].to_numpy(np.float64)
    money = (np.ones(len(churned)), churned, churned * worth, past.earned, past.earned_by_past_spend)
    return np.column_stack(money)


def _drawn(values: Floats, seed: int, draws: int) -> Floats:
    """Column sums over customers drawn again: (draws, columns)."""
    rng, n = np.random.default_rng(seed), len(values)
    found = np.empty((draws, values.shape[1]))
    for k in range(draws):
        found[k] = np.bincount(rng.integers(0, n, n), minlength=n) @ values
    return found


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(
        part, whole, out=np.zeros_like(np.asarray(part, np.float64)), where=np.asarray(whole) > 0
    )


def _ends(name: str, drawn: Floats) -> dict[str, float]:
    low, high = np.percentile(drawn, ENDS)
    return {f"{name}_low": float(low), f"{name}_high": float(high)}
