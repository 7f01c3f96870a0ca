"""Gaps between a customer's purchase days, and how many customers have come back g days after a purchase.

The last gap of every customer is not over at data end: it is censored, not short. Counting finished gaps
alone, as histograms of gaps do, leaves out everybody who never came back and makes customers look faster than
they are. Kaplan & Meier (1958, JASA 53, 457-481) count both. The elbow is the point of the curve farthest
above its chord (Kneedle: Satopaa, Albrecht, Irwin & Raghavan 2011)."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

LONGEST_GAP_SHOWN = 365

# one row per length of gap in whole days: how many ended with a purchase (seen) and how many were still open
# at data end
_GAPS = """
    WITH days AS (SELECT DISTINCT customer_id, CAST(ordered_at AS DATE) AS day FROM orders),
    gaps AS (
        SELECT day, lead(day) OVER (PARTITION BY customer_id ORDER BY day) AS next_day,
            (SELECT max(day) + 1 FROM days) AS data_end
        FROM days
    )
    SELECT date_diff('day', day, coalesce(next_day, data_end)) AS gap, next_day IS NOT NULL AS seen,
        count(*) AS customers
    FROM gaps GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True)
class GapCurve:
    """How customers come back. Index g of both arrays is g days after a purchase, 0 to at most
    LONGEST_GAP_SHOWN.

    returned: share of purchases followed by another one within g days (Kaplan-Meier), 0-1. finished: finished
        gaps of exactly g days. elbow and naive_elbow (finished gaps alone, the usual recipe) in days;
        quartiles of finished gaps in days, None without any."""

    returned: np.ndarray
    finished: np.ndarray
    elbow: int | None
    naive_elbow: int | None
    quartiles: tuple[float, float, float] | None
    finished_gaps: int
    open_gaps: int

    def comes_back_after(self, absent: int, within: int) -> float | None:
        """Share of those absent for `absent` days who buy within the next `within` days, 0-1; None beyond
        what the history shows."""
        if absent >= len(self.returned):
            return None
        still_away = 1 - self.returned[absent]
        later = 1 - self.returned[min(absent + within, len(self.returned) - 1)]
        return float(1 - later / still_away) if still_away > 0 else None

    def days_until(self, share: float) -> int | None:
        """Days after which `share` of those who come back at all within the time shown have come back."""
        whole = self.returned[-1]
        return int(np.argmax(self.returned >= share * whole)) if whole > 0 else None


def gap_curve(connection: duckdb.DuckDBPyConnection, first_order: datetime, last_order: datetime) -> GapCurve:
    """The curve of the shop whose orders are the relation `orders` (customer_id, ordered_at) of
    `connection`."""
    gaps = connection.execute(_GAPS).df()
    shown = min(LONGEST_GAP_SHOWN, max(1, (last_order.date() - first_order.date()).days))
    finished = _finished(gaps, shown)
    returned = _kaplan_meier(gaps, shown)
    seen = gaps[gaps.seen]
    return GapCurve(
        returned=returned,
        finished=finished,
        elbow=elbow_of(returned),
        naive_elbow=elbow_of(np.cumsum(finished)),
        quartiles=_quartiles(seen),
        finished_gaps=int(seen.customers.sum()),
        open_gaps=int(gaps.customers.sum() - seen.customers.sum()),
    )


def elbow_of(rising: np.ndarray) -> int | None:
    """Index of the point of a rising curve farthest above the chord from its first to its last point; None
    for a flat one."""
    height = float(rising[-1] - rising[0])
    if height <= 0 or len(rising) < 3:
        return None
    chord = np.linspace(0.0, 1.0, len(rising))
    return int(np.argmax((rising - rising[0]) / height - chord))


def _finished(gaps: pd.DataFrame, shown: int) -> np.ndarray:
    seen = gaps[gaps.seen & (gaps.gap <= shown)]
    return np.bincount(seen.gap, weights=seen.customers, minlength=shown + 1).astype(np.int64)


def _kaplan_meier(gaps: pd.DataFrame, shown: int) -> np.ndarray:
    """1 - S(g) for g = 0 ... shown."""
    if not gaps.seen.any():
        return np.zeros(shown + 1)
    weights = gaps.customers.to_numpy(float)
    survival = SurvfuncRight(gaps.gap.to_numpy(float), gaps.seen.to_numpy(float), freq_weights=weights)
    steps = np.concatenate([[1.0], survival.surv_prob])
    return 1 - steps[np.searchsorted(survival.surv_times, np.arange(shown + 1), side="right")]


def _quartiles(seen: pd.DataFrame) -> tuple[float, float, float] | None:
    if seen.empty:
        return None
    upto = seen.customers.cumsum() / seen.customers.sum()
    low, middle, high = (float(seen.gap[upto >= q].iloc[0]) for q in (0.25, 0.5, 0.75))
    return low, middle, high
