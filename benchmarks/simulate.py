"""Milliseconds of a campaign for 100,000 customers, and of what-if answers in a shop that was scored.

python -m benchmarks.simulate                      the campaign
CHURN_HOME=... python -m benchmarks.simulate SHOP  and what-if, first answer and later ones
"""

import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

import numpy as np

from churn_pipeline.insights.money.campaign import Campaign, CustomerEconomics, simulate


def milliseconds(work: Callable[[], object], times: int = 30) -> tuple[float, float]:
    """Median and 95th percentile of a call's duration."""
    durations = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        durations.append(1000 * (time.perf_counter() - started))
    return float(np.median(durations)), float(np.quantile(durations, 0.95))


def time_campaigns(customers: int) -> None:
    """Prints the time of `simulate` for a list of given length, for an open one, and for the specification's
    formula."""
    rng = np.random.default_rng(42)
    clv = rng.gamma(1.5, 100, customers)
    economics = CustomerEconomics(
        rng.beta(2, 3, customers), clv, clv * 0.8, clv * 0.5, rng.gamma(4, 10, customers)
    )
    campaigns = {
        "1,000 customers": Campaign(targets=1000),
        "as many as pay": Campaign(),
        "specification": Campaign(targets=1000, assume_all_churn=True),
    }
    for name, campaign in campaigns.items():
        median, slow = milliseconds(partial(simulate, economics, campaign))
        print(f"campaign over {customers:,} customers, {name}: median {median:.1f} ms, p95 {slow:.1f} ms")


def time_what_if(shop: str) -> None:
    """Prints how long loading a shop takes, and the answers for customers of each status, with and without
    reasons."""
    began = time.perf_counter()
    from churn_pipeline.core.settings import Settings
    from churn_pipeline.scoring.what_if.answer import what_if
    from churn_pipeline.scoring.what_if.hypothetical import HypotheticalOrder
    from churn_pipeline.scoring.what_if.session import open_session
    from churn_pipeline.shop.run import open_shop
    from churn_pipeline.training.lifecycle.registry import current_champion

    imported, settings = time.perf_counter(), Settings()
    run = open_shop(settings, shop)
    model, _ = current_champion(run)
    loaded = time.perf_counter()
    session = open_session(run, model)
    print(
        f"what-if {shop} ({model.kind}): imports {imported - began:.1f} s, model {loaded - imported:.1f} s, "
        f"session {time.perf_counter() - loaded:.1f} s"
    )
    ids = iter(session.features.index[:62].tolist() * 2)
    for reasons in (False, True):
        supposed = {model.features[0]: 3.0}
        median, slow = milliseconds(
            lambda: what_if(session, next(ids), features=supposed, with_reasons=reasons)
        )
        print(
            f"  a feature set{' with reasons' if reasons else ''}: median {median:.0f} ms, p95 {slow:.0f} ms"
        )
    order = HypotheticalOrder(
        datetime(session.data_end.year, session.data_end.month, session.data_end.day, 12), 40.0
    )
    for status, customers in session.status.groupby("status"):
        ids = iter(customers.sample(min(62, len(customers)), random_state=1).index.tolist() * 62)
        for reasons in (False, True):
            first, _ = milliseconds(
                lambda: what_if(session, next(ids), orders=[order], with_reasons=reasons),
                1,
            )
            median, slow = milliseconds(
                lambda: what_if(session, next(ids), orders=[order], with_reasons=reasons)
            )
            print(
                f"  {status}, an order{' with reasons' if reasons else ''}: first {first:.0f} ms, "
                f"median {median:.0f} ms, p95 {slow:.0f} ms"
            )


if __name__ == "__main__":
    time_campaigns(100_000)
    for name in sys.argv[1:]:
        time_what_if(name)
