"""`churn backtest --advice`: the table and the document of what lists of past cutoffs met."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from churn_pipeline.campaigns.advice.list_outcomes import DRAWS, list_totals, outcome_rows
from churn_pipeline.campaigns.advice.past_customers import PastCustomers, past_customers
from churn_pipeline.campaigns.advice.ways_to_list import (
    EVERYONE,
    EXPECTED_PROFIT,
    FORESIGHT,
    NOBODY,
    SPEND,
    WAYS,
    orders_of_contact,
)
from churn_pipeline.core.wording import counted, money, number, percent
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.backtest.past_cutoffs import PastOrigin

PROFIT = "advised_earns_more"
BY_PAST_SPEND = "advised_earns_more_by_past_spend"
TELLING, SHORTER = 0.5, 0.2
"""Lists that hold more than the first share of the eligible are much the same whatever made them; they are
compared at the second."""


def advice_of_origins(run: ShopRun, origins: Iterable[PastOrigin]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table advice_backtest and the document of that name, of origins where the training was repeated."""
    cutoffs = [past_customers(run, origin) for origin in origins]
    rows = outcome_rows(list_totals(cutoffs), run.settings.seed)
    return rows, _document(run, cutoffs, rows)


def advice_in_words(document: Mapping[str, Any]) -> str:
    """The document for a terminal: every way at the advised length, by length, and the verdicts."""
    currency = document["currency"]
    lines = [
        f"Advice of {document['shop']} at {len(document['cutoffs'])} past cutoffs: "
        f"horizon {document['horizon']} days",
        "",
        f"{'at the advised length':24} {'customers':>9} {'churners':>9} {'of all':>7} {'money':>7} "
        f"{'profit':>12}   95 % interval",
    ]
    rows = document["lists"]
    lines += [_line(row, currency) for row in rows if row["share"] is None]
    shares = sorted({row["share"] for row in rows if row["share"] is not None})
    lines += ["", f"{'profit by length':24}" + "".join(f"{percent(share, 0):>13}" for share in shares)]
    for way in dict.fromkeys(row["list"] for row in rows if row["share"] is not None):
        own = {row["share"]: row["profit"] for row in rows if row["list"] == way}
        lines.append(f"{way:24}" + "".join(f"{money(own[share], currency):>13}" for share in shares))
    return "\n".join([*lines, "", *document["sentences"]])


def _line(row: Mapping[str, Any], currency: str) -> str:
    return (
        f"{row['list']:24} {number(row['customers'], 0):>9} {number(row['churners'], 0):>9} "
        f"{percent(row['churners_share'], 0):>7} {percent(row['money_at_risk_share'], 0):>7} "
        f"{money(row['profit'], currency):>12}   "
        f"{money(row['profit_low'], currency)} to {money(row['profit_high'], currency)}"
    )


def _document(run: ShopRun, cutoffs: list[PastCustomers], rows: pd.DataFrame) -> dict[str, Any]:
    plain = rows.astype(object).where(rows.notna(), None)
    lists = [dict(zip(plain.columns, row, strict=True)) for row in plain.itertuples(index=False)]
    at_advised = {row["list"]: row for row in lists if row["share"] is None}
    advised, eligible = (at_advised[way]["customers"] for way in (EXPECTED_PROFIT, EVERYONE))
    length = None if advised <= TELLING * eligible else SHORTER
    rivals = at_advised | {row["list"]: row for row in lists if row["share"] == length}
    others = [way for way in WAYS if way in at_advised and way != EXPECTED_PROFIT]
    return {
        "shop": run.shop,
        "currency": run.config.currency,
        "horizon": run.horizon,
        "bootstrap_draws": DRAWS,
        "assumptions": run.config.roi.model_dump(exclude={"scenarios"}),
        "cutoffs": [_cutoff(past) for past in cutoffs],
        "compared_at": length,
        "lists": lists,
        "verdicts": {
            way: {
                "sentence": _verdict(way, rivals[way], run.config.currency),
                "verdict": _word(rivals[way], PROFIT),
                "by_past_spend": _word(rivals[way], BY_PAST_SPEND),
            }
            for way in others
        },
        "sentences": _sentences(cutoffs, at_advised, rivals, length, run.config.currency),
    }


def _cutoff(past: PastCustomers) -> dict[str, Any]:
    """What was advised at one cutoff, and what every way earned there at that length."""
    orders = orders_of_contact(past.customers, past.expected, past.earned)
    earned = {way: float(past.earned[order[: past.advised]].sum()) for way, order in orders.items()}
    earned[FORESIGHT] = float(np.maximum(past.earned, 0).sum())
    return {
        "cutoff": past.cutoff,
        "customers": len(past.customers),
        "churners": int(past.customers["churned"].sum()),
        "discount_percent": past.campaign.discount_percent,
        "success_rate": past.campaign.success_rate,
        "advised": past.advised,
        "expected_profit": float(past.expected[past.expected > 0].sum()),
        "profit": earned | {EVERYONE: float(past.earned.sum()), NOBODY: 0.0},
    }


def _word(row: Mapping[str, Any], name: str) -> str:
    if row[f"{name}_low"] > 0:
        return "advised_is_better"
    return "advised_is_worse" if row[f"{name}_high"] < 0 else "no_difference_seen"


def _verdict(way: str, row: Mapping[str, Any], currency: str) -> str:
    """The list by expected profit against another, paired, in words."""
    low, high = (money(row[f"{PROFIT}_{end}"], currency) for end in ("low", "high"))
    difference, word = row[PROFIT], _word(row, PROFIT)
    said = (
        f"The list by expected profit earns {money(abs(difference), currency)} "
        f"{'more' if difference >= 0 else 'less'} than "
        f"{'contacting ' if way in (EVERYONE, NOBODY) else 'one '}{WAYS[way]} "
        f"(95 % interval {low} to {high})"
    )
    if row["share"] is not None:
        said = f"Of {percent(row['share'], 0)} of the customers each, the {said.removeprefix('The ')}"
    end = {
        "advised_is_better": ".",
        "advised_is_worse": ": it is worse.",
        "no_difference_seen": ": that may be chance.",
    }[word]
    if way in (FORESIGHT, EVERYONE, NOBODY):
        return said + end
    other = {
        "advised_is_better": "it is better there, too",
        "advised_is_worse": "it is worse there",
        "no_difference_seen": "no difference is seen there",
    }[_word(row, BY_PAST_SPEND)]
    made_from = "which that list is made from" if way == SPEND else "which neither list was made from"
    return f"{said}{end} With a save worth the former spend, {made_from}: {other}."


def _sentences(
    cutoffs: list[PastCustomers],
    at_advised: Mapping[str, Mapping[str, Any]],
    rivals: Mapping[str, Mapping[str, Any]],
    length: float | None,
    currency: str,
) -> list[str]:
    advised, foresight = at_advised[EXPECTED_PROFIT], at_advised[FORESIGHT]["profit"]
    expected = sum(float(past.expected[past.expected > 0].sum()) for past in cutoffs)
    reach = (
        f" That is {percent(advised['profit'] / foresight)} of what perfect foresight earns."
        if foresight > 0
        else ""
    )
    others = (way for way in WAYS if way in at_advised and way not in (EXPECTED_PROFIT, FORESIGHT))
    why = (
        f"So long a list is much the same whatever made it: lists of {percent(length, 0)} are compared."
        if length is not None
        else None
    )
    return [
        f"At {len(cutoffs)} past cutoffs the advice was to contact "
        f"{counted(int(advised['customers']), 'customers')}; they held "
        f"{percent(advised['churners_share'])} of those who left, and "
        f"{percent(advised['money_at_risk_share'])} of the money that left with them. At the shop's "
        f"assumptions they earn {money(advised['profit'], currency)} (expected were "
        f"{money(expected, currency)}).{reach}",
        *filter(None, [why]),
        *(_verdict(way, rivals[way], currency) for way in others),
        "Nobody was contacted at these cutoffs: who left is known, what an offer would have changed is "
        "assumed (the shop's success rate, redemption, costs and the worth of a save).",
    ]
