"""The churn definition of a shop: its horizon, why it, and what every other horizon would mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import duckdb
import pyarrow as pa

from churn_pipeline.churn_definition.balance import ClassBalance, class_balance
from churn_pipeline.churn_definition.cutoffs import data_end, midnight, plan_cutoffs
from churn_pipeline.churn_definition.gaps import GapCurve, gap_curve
from churn_pipeline.churn_definition.preview import (
    HORIZONS,
    HorizonPreview,
    number_orders,
    preview,
)
from churn_pipeline.churn_definition.suggestion import HORIZONS_NEEDED, suggest_horizon
from churn_pipeline.core.errors import BadInput
from churn_pipeline.shop.orders import orders_sql
from churn_pipeline.shop.run import ShopRun


@dataclass(frozen=True)
class ChurnDefinition:
    """What churn means for a shop. `horizon` (days) is the shop's own where it has set one (source 'shop'),
    else the suggested one."""

    horizon: int
    source: Literal["shop", "suggested"]
    suggested: int | None
    reason: str
    history_days: int
    min_orders: int
    curve: GapCurve
    preview: tuple[HorizonPreview, ...]
    class_balance: ClassBalance

    @property
    def chosen(self) -> HorizonPreview:
        """The preview of the horizon that holds."""
        return next(row for row in self.preview if row.horizon == self.horizon)

    def to_document(self) -> dict[str, Any]:
        """JSON form; shares are 0-1, gaps in days."""
        return {
            "horizon": self.horizon,
            "source": self.source,
            "suggested": self.suggested,
            "reason": self.reason,
            "history_days": self.history_days,
            "longest_horizon": self.history_days // HORIZONS_NEEDED,
            "min_orders": self.min_orders,
            "preview": [asdict(row) for row in self.preview],
            "class_balance": asdict(self.class_balance),
            "gaps": {
                "finished": self.curve.finished_gaps,
                "open": self.curve.open_gaps,
                "quartiles": self.curve.quartiles,
                "elbow": self.curve.elbow,
                "elbow_of_finished_gaps": self.curve.naive_elbow,
                "days": list(range(len(self.curve.returned))),
                "returned": [round(float(share), 6) for share in self.curve.returned],
                "finished_by_days": self.curve.finished.tolist(),
            },
        }


def define_churn(run: ShopRun) -> ChurnDefinition:
    """The churn definition from the shop's ledger.

    The shop's own horizon wins and may lie outside 30-180 days. BadInput where the ledger has no order or its
    history is shorter than three horizons (the shop's own, or the shortest that is suggested)."""
    config, settings = run.config, run.settings
    with _orders(run) as (connection, first, last):
        history_days = (data_end(last) - midnight(first)).days
        if config.horizon is not None:
            plan_cutoffs(first, last, config.horizon, settings.max_cutoffs)
        curve = gap_curve(connection, first, last)
        horizon, suggested, reason = _choose(curve, history_days, config.horizon)
        wanted = sorted({*HORIZONS, horizon} | ({suggested} if suggested else set()))
        numbered = number_orders(connection)
    rows = tuple(preview(numbered, days, config.min_orders) for days in wanted)
    chosen = next(row for row in rows if row.horizon == horizon)
    return ChurnDefinition(
        horizon=horizon,
        source="suggested" if config.horizon is None else "shop",
        suggested=suggested,
        reason=reason,
        history_days=history_days,
        min_orders=config.min_orders,
        curve=curve,
        preview=rows,
        class_balance=class_balance(
            chosen.churn_rate,
            (chosen.eligible or 0) * min(chosen.training_cutoffs or 0, settings.max_cutoffs),
        ),
    )


def orders_in_sequence(run: ShopRun) -> pa.Table:
    """The ledger's orders as `preview` reads them, for as many horizons as somebody tries. BadInput without
    any order."""
    with _orders(run) as (connection, _, _):
        return number_orders(connection)


@contextmanager
def _orders(run: ShopRun) -> Iterator[tuple[duckdb.DuckDBPyConnection, datetime, datetime]]:
    """A connection with the ledger's orders as the table `orders`, and the times of the first and last one;
    BadInput without any order."""
    with run.store.query(["transactions"], run.settings.threads) as connection:
        connection.execute(
            f"CREATE TEMP TABLE orders AS SELECT customer_id, ordered_at FROM ({orders_sql()})"  # noqa: S608
        )
        first, last = connection.execute("SELECT min(ordered_at), max(ordered_at) FROM orders").fetchall()[0]
        if first is None or last is None:
            raise BadInput(
                "The ledger holds no order (a row with an amount above zero), "
                "so churn cannot be defined: check the amount column."
            )
        yield connection, first, last


def _choose(curve: GapCurve, history_days: int, own: int | None) -> tuple[int, int | None, str]:
    """The horizon, the suggested one (None where the history carries only the shop's own, shorter one), and
    the reason."""
    try:
        suggestion = suggest_horizon(curve, history_days)
    except BadInput:
        if own is None:
            raise
        return own, None, f"The shop has set {own} days; its history is too short to suggest a horizon."
    if own is None:
        return suggestion.horizon, suggestion.horizon, suggestion.reason
    agrees = "as suggested" if own == suggestion.horizon else f"{suggestion.horizon} are suggested"
    return own, suggestion.horizon, f"The shop has set {own} days ({agrees}). {suggestion.reason}"
