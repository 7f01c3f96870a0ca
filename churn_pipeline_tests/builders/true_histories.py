"""Made-up histories of a shop's orders, the exports that tell them piece by piece, and the ledger that these
exports amount to.

Each export has the orders as they were when it was made: some are corrected, cancelled or complete only
later. Exports have different columns, with or without times of day, begin and end anywhere (also within an
order), and their rows are in no order. What is expected is kept line by line, by a number that the files do
not have."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from churn_pipeline.shop.config import ColumnField

MAPPING = {
    ColumnField.CUSTOMER_ID: "customer",
    ColumnField.DATE: "day",
    ColumnField.AMOUNT: "total",
    ColumnField.ORDER_ID: "order",
    ColumnField.PRODUCT: "product",
    ColumnField.CATEGORY: "category",
    ColumnField.STATUS: "status",
}
COLUMNS = ["customer_id", "order_id", "ts", "amount", "product", "category"]
_START = pd.Timestamp("2024-01-01")


@dataclass
class Export:
    """Rows (columns of COLUMNS, status and line), what of them the file has, and whether it has times of
    day."""

    rows: pd.DataFrame
    columns: list[str]
    timed: bool
    shown: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        self.shown = self.rows if self.timed else self.rows.assign(ts=self.rows.ts.dt.normalize())

    def mapping(self) -> dict[ColumnField, str]:
        fields = {
            "order_id": ColumnField.ORDER_ID,
            "product": ColumnField.PRODUCT,
            "category": ColumnField.CATEGORY,
        }
        left_out = {f for c, f in fields.items() if c not in self.columns}
        return {f: c for f, c in MAPPING.items() if f not in left_out}

    def write(self, path: Path, rng: np.random.Generator) -> Path:
        form = "%Y-%m-%d %H:%M:%S" if self.timed else "%Y-%m-%d"
        names = dict(zip(COLUMNS, ["customer", "order", "day", "total", "product", "category"], strict=True))
        shuffled = self.shown.iloc[rng.permutation(len(self.shown))]
        shuffled.assign(ts=shuffled.ts.dt.strftime(form))[[*self.columns, "status"]].rename(
            columns=names
        ).to_csv(path, index=False)
        return path


def history_of_orders(rng: np.random.Generator) -> list[Export]:
    """Exports, oldest first, of orders with ids, some of which change between two of them."""
    lines = _lines(rng, orders=int(rng.integers(6, 16)))
    windows = _windows(rng, lines, int(rng.integers(2, 6)))
    exports: list[Export] = []
    with_products = (
        rng.random() < 0.5
    )  # of a changed amount nothing else can tell which line of its order it was
    for first, last in windows:
        timed = rng.random() < 0.7
        optional = [
            c for c in ("product", "category") if rng.random() < 0.7 or (c == "product" and with_products)
        ]
        state = lines
        if exports:
            inside = _inside(Export(lines.iloc[first:last], COLUMNS, timed), lines)
            state = lines = _changed(rng, lines, [o for o in inside if rng.random() < 0.4], with_products)
        exports.append(
            Export(
                state.iloc[first:last],
                [c for c in COLUMNS if c not in ("product", "category") or c in optional],
                timed,
            )
        )
    return [Export(e.rows[e.rows.status != "not yet"], e.columns, e.timed) for e in exports]


def history_of_rows(rng: np.random.Generator) -> list[Export]:
    """Exports, oldest first, of rows that never change; some files lack the order id, equal rows occur."""
    lines = _lines(rng, orders=int(rng.integers(6, 16)), late=False)
    twice = lines[rng.random(len(lines)) < 0.2]
    lines = pd.concat([lines, twice], ignore_index=True).sort_values(
        ["ts", "line"], kind="stable", ignore_index=True
    )
    lines["line"] = np.arange(len(lines))
    exports = []
    for first, last in _windows(rng, lines, int(rng.integers(2, 6)), whole_instants=True):
        timed = rng.random() < 0.7
        rows = lines.iloc[first:last]
        if not timed:
            days = rows.ts.dt.normalize()
            rows = lines[lines.ts.dt.normalize().isin(days)]
        exports.append(
            Export(
                rows,
                [c for c in COLUMNS if c not in ("order_id", "product", "category") or rng.random() < 0.6],
                timed,
            )
        )
    return sorted(exports, key=lambda e: e.shown.ts.max())


def expected_ledger(exports: list[Export]) -> pd.DataFrame:
    """What the exports, the oldest first, amount to: COLUMNS, null where no file says; in no particular
    order."""
    ledger: dict[int, dict[str, object]] = {}
    for export in exports:
        inside = _inside(export, export.rows) if "order_id" in export.columns else []
        sold = export.shown[export.shown.status != "cancelled"]
        for order in inside:
            there = set(sold.loc[sold.order_id == order, "line"])
            ledger = {n: line for n, line in ledger.items() if line["order"] != order or n in there}
        for row in sold.to_dict("records"):
            known = ledger.setdefault(row["line"], {"order": row["order_id"]})
            known |= {c: row[c] for c in export.columns if c != "ts"}
            if export.timed or "ts" not in known:
                known["ts"] = row["ts"]
    return pd.DataFrame(list(ledger.values()), columns=["order", *COLUMNS])[COLUMNS]


def _lines(rng: np.random.Generator, orders: int, late: bool = True) -> pd.DataFrame:
    """Order lines by time. Within an order no two have one amount; a customer has at most one order a day.
    Some lines come later."""
    rows = []
    for number in range(orders):
        at = _START + pd.Timedelta(
            days=int(number * 1.5), hours=int(rng.integers(9, 19)), seconds=int(rng.integers(3600))
        )
        products = rng.permutation(3)
        for turn in range(int(rng.integers(1, 4))):
            at += pd.Timedelta(seconds=int(rng.choice([0, 7])))
            status = "not yet" if late and turn and rng.random() < 0.2 else "done"
            rows.append(
                (
                    f"c{rng.integers(4)}",
                    f"o{number}",
                    at,
                    float(10 * turn + 1 + number / 100),
                    f"p{products[turn]}",
                    status,
                )
            )
    frame = pd.DataFrame(rows, columns=["customer_id", "order_id", "ts", "amount", "product", "status"])
    frame["customer_id"] = frame.groupby("order_id").customer_id.transform("first")
    return frame.assign(category="k" + frame["product"].str[1:], line=np.arange(len(frame)))


def _windows(
    rng: np.random.Generator, lines: pd.DataFrame, count: int, whole_instants: bool = False
) -> list[tuple[int, int]]:
    """Positions from and to; each ends on a later day than the one before."""
    days = lines.ts.dt.normalize().to_numpy()
    ends = [
        n
        for n in range(2, len(lines) + 1)
        if not whole_instants or n == len(lines) or lines.ts[n - 1] != lines.ts[n]
    ]
    chosen: list[int] = []
    for end in sorted(rng.choice(ends, size=min(count * 2, len(ends)), replace=False)):
        if not chosen or days[end - 1] > days[chosen[-1] - 1]:
            chosen.append(int(end))
    starts = [n for n in range(len(lines)) if not whole_instants or n == 0 or lines.ts[n - 1] != lines.ts[n]]
    return [(int(rng.choice([s for s in starts if s < end])), end) for end in chosen[:count]]


def _inside(export: Export, everything: pd.DataFrame) -> list[str]:
    """The orders of which the export has every line, none of them at its first or last instant."""
    dated = export.shown[export.shown.status != "not yet"].ts
    edges = export.shown.ts.isin([dated.min(), dated.max()]) if len(dated) else export.shown.ts.notna()
    cut = set(export.shown[edges].order_id) | set(
        everything[~everything.line.isin(export.shown.line)].order_id
    )
    return [o for o in export.shown.order_id.unique() if o not in cut]


def _changed(
    rng: np.random.Generator, lines: pd.DataFrame, orders: list[str], with_products: bool
) -> pd.DataFrame:
    """The lines after something happened to these orders: cancelled, completed, a line less, another amount
    or another product."""
    lines = lines.copy()
    for order in orders:
        own = lines.index[(lines.order_id == order) & (lines.status == "done")]
        kind = rng.integers(5)
        if kind == 0:
            lines.loc[own, "status"] = "cancelled"
        elif kind == 1:
            lines.loc[(lines.order_id == order) & (lines.status == "not yet"), "status"] = "done"
        elif kind == 2 and len(own) > 1:
            lines.loc[own[-1], "status"] = "not yet"
        elif kind == 3 and len(own) and (with_products or (lines.order_id == order).sum() == 1):
            lines.loc[own[0], "amount"] = round(lines.loc[own[0], "amount"] + 0.5, 2)
        elif kind == 4 and len(own):
            lines.loc[own[0], ["product", "category"]] = ["renamed", "kr"]
    return lines
