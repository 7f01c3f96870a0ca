"""Whether a shop's next file is overdue: by what its settings expect, or by the rhythm of its own
deliveries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

GAPS_TO_LEARN = 3
GAPS_REMEMBERED = 8
PATIENCE = 1.5  # a learned rhythm is no promise: half as late again as the latest before is worth a message


@dataclass(frozen=True)
class Overdue:
    """last: day of the newest delivery; every_days: how often a file is expected, or (learned) usually comes;
    due: when it should have been there."""

    last: datetime
    every_days: int
    due: datetime
    learned: bool


def overdue_file(uploads: pd.DataFrame, route: str, every_days: int | None, now: datetime) -> Overdue | None:
    """The delivery that is missing at `now` (naive UTC), None where none is.

    uploads: uploaded_at and route of the table uploads. every_days: what the shop's settings expect; 0:
        nothing is ever expected; None: the longest of its last eight gaps between days with a delivery, once
        there are three, of files that came by `route` alone: whoever delivers by hand has no rhythm."""
    days = uploads["uploaded_at"].dt.normalize().drop_duplicates().sort_values()
    dropped = (
        uploads.loc[uploads["route"] == route, "uploaded_at"].dt.normalize().drop_duplicates().sort_values()
    )
    if every_days is not None:
        due = days.iloc[-1] + timedelta(days=every_days + 1) if len(days) and every_days else None
        return (
            Overdue(days.iloc[-1], every_days, due, learned=False) if due is not None and now > due else None
        )
    gaps = dropped.diff().dropna().dt.days.tail(GAPS_REMEMBERED)
    if len(gaps) < GAPS_TO_LEARN:
        return None
    usual = int(gaps.max())
    due = days.iloc[-1] + timedelta(days=PATIENCE * usual + 1)
    return Overdue(days.iloc[-1], usual, due, learned=True) if now > due else None
