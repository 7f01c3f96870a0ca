"""The level of a shop as a comparison of its models finds it: residuals of all entrants, and the shift at the
test that outcomes known by then give."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn_pipeline.training.level.residuals import level_residuals
from churn_pipeline.training.level.shop_level import LevelAt, seasonal_level_at, shop_level

Z80 = 1.2815515655446004  # half width of an 80 % interval in standard deviations


@dataclass(frozen=True)
class ComparedLevel:
    """first_order: of the shop; test: the test cutoff; at_test: the level there; residuals: see
    level_residuals; calibrated: whether the entrants' calibration is, or at their registration will be,
    fitted on the cutoff's outcomes; learned: whether the entrants of this comparison had learned from them.
    """

    first_order: pd.Timestamp
    test: pd.Timestamp
    at_test: LevelAt
    season_seen: bool
    residuals: pd.DataFrame

    def to_document(self) -> dict[str, Any]:
        """JSON form: the level at the test with its 80 % interval, and the residuals."""
        rows = self.residuals.assign(cutoff=self.residuals["cutoff"].dt.strftime("%Y-%m-%d"))
        at_test = level_at_document(self.test, self.at_test, self.season_seen)
        first_order = str(self.first_order.date())
        return {"at_test": at_test, "first_order": first_order, "residuals": rows.to_dict("records")}


def level_of_comparison(
    entrants: Mapping[str, tuple[NDArray[np.float64], ...]],
    parts: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    horizon: int,
    first_order: datetime | None = None,
) -> ComparedLevel:
    """The level at the test cutoff, from residuals at the cutoffs whose outcomes were known by then; the
    test's own residual is noted for later dates and has no part in it.

    parts: rows (cutoff, churned) of the level snapshots, the training and the test. entrants: kind -> for
    each
        part the probabilities, before any level, from the fold model that never saw the customer.
        first_order: of the shop; by default a horizon before the first training cutoff."""
    older, train, test = parts
    at = pd.Timestamp(test["cutoff"].iloc[0])
    begin = pd.Timestamp(first_order or train["cutoff"].min() - pd.Timedelta(days=horizon))
    found = [
        level_residuals({kind: p[part] for kind, p in entrants.items()}, rows)
        for part, rows in enumerate(parts)
    ]
    residuals = pd.concat([f for f in found if len(f)], ignore_index=True)
    residuals["calibrated"] = ~residuals["cutoff"].isin(older["cutoff"])
    residuals["learned"] = residuals["cutoff"].isin(train["cutoff"])
    level = shop_level(residuals[residuals["cutoff"] < at], horizon, begin)
    return ComparedLevel(begin, at, seasonal_level_at(level, at), level.has_seen_season(at), residuals)


def residuals_of(level: Mapping[str, Any]) -> pd.DataFrame:
    """The residuals that the document of a compared level holds, as `level_residuals` gives them."""
    frame = pd.DataFrame(level["residuals"])
    learned = frame.get("learned", pd.Series(False, index=frame.index))  # unknown to earlier versions
    return frame.assign(cutoff=pd.to_datetime(frame["cutoff"]), learned=learned)


def level_at_document(date: pd.Timestamp, at: LevelAt, season_seen: bool) -> dict[str, Any]:
    """A level at a date, JSON values: shift and its 80 % interval in log-odds."""
    half = Z80 * at.sd
    return {
        "as_of": str(pd.Timestamp(date).date()),
        "shift": at.shift,
        "sd": at.sd,
        "low": at.shift - half,
        "high": at.shift + half,
        "season_seen": season_seen,
    }
