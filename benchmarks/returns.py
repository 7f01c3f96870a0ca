"""Who of the lapsed and the new comes back, and when the next order comes: the forecasts at past cutoffs
beside what happened.

    CHURN_HOME=~/somewhere python benchmarks/returns.py --shop cdnow [--shop cj ...] [--cutoffs 4]

Needs a finished `churn run` of each shop; `--shop NAME=HOME` takes one from another CHURN_HOME. At each
cutoff of the backtest's plan the return models are trained as in production (nothing at or after the cutoff
is read) and asked for the outcomes after it. The next order's interval is that of orders within the days that
the data still cover, a year at most, so that all that can be seen of them is: held is the share of those who
ordered in it whose order the interval holds."""

import argparse
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from churn_pipeline.churn_definition.cutoffs import plan_cutoffs
from churn_pipeline.core.enums import WITHOUT_SCORE, Split
from churn_pipeline.core.settings import Settings
from churn_pipeline.purchase_model.bg_nbd import probability_no_order
from churn_pipeline.purchase_model.next_order import YEAR, next_order_days
from churn_pipeline.purchase_model.next_order_history import next_orders
from churn_pipeline.shop.directory import load_shop, shop_store
from churn_pipeline.shop.orders import orders_sql
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.backtest.past_cutoffs import plan_origins
from churn_pipeline.training.data.embargo import order_span
from churn_pipeline.training.evaluation.metrics import (
    calibration_error,
    ece_of_chance,
    ranking_metrics,
    row_losses,
)
from churn_pipeline.training.returns.return_rows import return_rows_at
from churn_pipeline.training.returns.return_training import FORECASTS, predict_test, too_few

SEED = 42
SECOND = timedelta(seconds=1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shop", action="append", required=True, help="NAME or NAME=HOME; several times")
    parser.add_argument("--cutoffs", type=int, default=4)
    arguments = parser.parse_args()
    returns, orders = [], []
    for given in arguments.shop:
        shop, _, home = given.partition("=")
        run = opened(shop, Path(home) if home else None)
        first, end = order_span(run)
        plan = plan_origins(first, end, run.horizon, arguments.cutoffs, run.settings.max_cutoffs)
        for origin in plan.origins:
            returned = at_origin(run, first, origin)
            returns.append(returned.assign(shop=shop))
            orders.append(next_order_at(run, origin, end, returned).assign(shop=shop, cutoff=origin))
    print_returns(pd.concat(returns, ignore_index=True))
    print_orders(pd.concat(orders, ignore_index=True))


def opened(shop: str, home: Path | None) -> ShopRun:
    """A shop with its published tables, of this home or of the installation's."""
    settings = Settings() if home is None else Settings(home=home)
    return ShopRun(settings, load_shop(settings, shop), shop_store(settings, shop))


def at_origin(run: ShopRun, first: datetime, origin: datetime) -> pd.DataFrame:
    """The rows of return_predictions, had the shop been trained with this test cutoff, and who answered
    (method)."""
    horizon, settings = run.horizon, run.settings
    plan = plan_cutoffs(first, origin + timedelta(days=horizon) - SECOND, horizon, settings.max_cutoffs)
    rows = return_rows_at(run, replace(plan, test=origin))
    found = []
    for status in WITHOUT_SCORE:
        train = rows.available[str(status)][Split.TRAIN]
        by_model = too_few(train["rows"], train["returns"]) is None
        own = rows.snapshots[rows.snapshots["status"] == status]
        predicted = predict_test(own, settings, by_model=by_model)
        found.append(predicted.assign(method="model" if by_model else "BG/NBD"))
    return pd.concat(found, ignore_index=True)


def next_order_at(run: ShopRun, origin: datetime, end: datetime, returned: pd.DataFrame) -> pd.DataFrame:
    """status, low, median, high and days to the next order (days; NaN: no date, no order), of everybody with
    an order before `origin`. The eligible, whose probability the backtest measures, get BG/NBD's."""
    window = min(YEAR, (end - origin).days)
    with run.store.query(["transactions"], run.settings.threads) as connection:
        known = next_orders(connection, origin, run.horizon)
        came = connection.execute(
            f"SELECT customer_id, epoch(min(ordered_at) - $origin) / 86400 AS days FROM ({orders_sql()}) "
            "WHERE ordered_at >= $origin GROUP BY ALL",
            {"origin": origin},
        ).df()
    s = known.summaries
    own = 1 - probability_no_order(known.model, run.horizon, s["x"], s["t_x"], s["T"])
    by_customer = returned.set_index("customer_id")
    told = by_customer["p_return"].reindex(s["customer_id"]).to_numpy(float)
    p = np.where(np.isnan(told), own, told)
    days = next_order_days(known.timing, known.model, s, run.horizon, p, window)
    happened = came.set_index("customer_id")["days"].reindex(s["customer_id"]).to_numpy(float)
    return pd.DataFrame(
        {
            "status": by_customer["status"].reindex(s["customer_id"]).fillna("eligible").to_numpy(),
            "low": days[:, 0],
            "median": days[:, 1],
            "high": days[:, 2],
            "days": np.where(happened < window, happened, np.nan),
        }
    )


def print_returns(returns: pd.DataFrame) -> None:
    """Markdown: AUC, log loss and calibration error of the three forecasts, by shop and status, then all."""
    print("| shop, status | rows | returned | by | " + " | ".join(FORECASTS) + " | log loss less BG/NBD's |")
    print("|---|---|---|---|" + "---|" * (len(FORECASTS) + 1))
    for shop_and_status, part in returns.groupby(["shop", "status"], sort=False):
        print(line(", ".join(map(str, shop_and_status)), part))
    for status, part in returns.groupby("status", sort=False):
        print(line(f"all shops, {status!s}", part))
    print(line("all", returns))


def line(name: str, part: pd.DataFrame) -> str:
    """One line of the first table; forecasts as AUC / log loss / ECE (ECE that chance alone gives)."""
    y = part["returned"].to_numpy(dtype=np.int8)
    told = []
    for forecast in FORECASTS:
        p = part[forecast].to_numpy(dtype=np.float64)
        auc, loss = ranking_metrics(y, p)["roc_auc"], row_losses(y, p).mean()
        told.append(f"{auc:.4f} / {loss:.4f} / {calibration_error(y, p):.4f} ({ece_of_chance(p, SEED):.4f})")
    difference = part.assign(d=row_losses(y, part["p_return"]) - row_losses(y, part["p_bg_nbd"]))
    by_customer = difference.groupby(["shop", "customer_id"])["d"].sum() / len(part)
    error = float(by_customer.std(ddof=1) * np.sqrt(len(by_customer)))
    mean = float(difference["d"].mean())
    interval = f"{mean:+.4f} ({mean - 1.96 * error:+.4f} to {mean + 1.96 * error:+.4f})"
    methods = " and ".join(sorted(part["method"].unique()))
    return f"| {name} | {len(y):,} | {y.mean():.3f} | {methods} | {' | '.join(told)} | {interval} |"


def print_orders(orders: pd.DataFrame) -> None:
    """Markdown: how many had a date, how many of these ordered, and how many of them within the interval."""
    print(
        "\n| shop, cutoff | customers with a date | ordered | held by the 80 % interval | before the median |"
    )
    print("|---|---|---|---|---|")
    days = orders.assign(cutoff=orders["cutoff"].dt.strftime("%Y-%m-%d"))
    for keys in (["shop", "cutoff"], ["shop", "status"], ["shop"]):
        for values, part in days.groupby(keys, sort=False):
            print(order_line(", ".join(map(str, values)), part))
    print(order_line("all", orders))


def order_line(name: str, part: pd.DataFrame) -> str:
    """One line of the second table."""
    dated = part[part["median"].notna()]
    came = dated[dated["days"].notna()]
    held = (came["days"] >= came["low"]) & (came["days"] <= came["high"])
    early = (came["days"] <= came["median"]).mean()
    return f"| {name} | {len(dated):,} | {len(came):,} | {held.mean():.3f} | {early:.3f} |"


if __name__ == "__main__":
    main()
