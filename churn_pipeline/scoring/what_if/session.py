"""A shop loaded for what-if: the model, connections, and what every answer compares with, so that an answer
takes milliseconds.

The command opens a session for its questions; API and app keep one per shop for as long as the shop's tables
are the same (`is_current`)."""

from dataclasses import dataclass, replace
from datetime import datetime

import duckdb
import numpy as np
import pandas as pd
from scipy.special import logit

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.sql import connected
from churn_pipeline.core.store import TableVersion
from churn_pipeline.core.tables import feature_columns
from churn_pipeline.explain.contributions import BACKGROUND_ROWS
from churn_pipeline.features.rest_of_shop import RestOfShop, rest_of_shop
from churn_pipeline.scoring.eligibility import require_champion_features
from churn_pipeline.scoring.tiers import tiers_in_use
from churn_pipeline.scoring.what_if.hypothetical import HypotheticalOrder
from churn_pipeline.scoring.what_if.replay import CustomerState, replay
from churn_pipeline.shop.config import ShopConfig, Tiers
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.models.churn_model import ChurnModel, churn_probability

COMPARED, SAME_SHIFT = 200, 1e-6
ROWS_IN_MEMORY = 2_000_000  # some 100 MB
LOADED = ("transactions", "customer_scores", "customer_features")


@dataclass(frozen=True)
class WhatIfSession:
    """Everything that answers need. Several threads may ask at once: each answer works on a cursor of its
    own.

    tiers: with the limits in use; versions: of the tables loaded; connection: with the view `ledger`; status:
        of customer_scores what says how a customer stands, and features: customer_features, both by customer;
        rest: what a customer's features need to know of the others;
    background: the training rows that reasons compare with; typical: medians of the scored customers.
    """

    store: ShopStore
    config: ShopConfig
    tiers: Tiers
    model: ChurnModel
    horizon: int
    data_end: datetime
    versions: tuple[TableVersion | None, ...]
    connection: duckdb.DuckDBPyConnection
    status: pd.DataFrame
    features: pd.DataFrame
    rest: RestOfShop
    background: pd.DataFrame
    typical: pd.Series

    def is_current(self) -> bool:
        """Whether the shop's tables are still those that were loaded."""
        return self.versions == _versions(self.store)

    def now(self, customer_id: str) -> CustomerState:
        """The customer as scored; NotFound for an unknown one."""
        if customer_id not in self.status.index:
            raise NotFound(f"Shop {self.config.name!r} has no customer {customer_id!r}.")
        status, days, orders = self.status.loc[[customer_id]].to_numpy()[0]
        known = self.features.loc[self.features.index.intersection([customer_id])]
        return CustomerState(
            self.data_end, str(status), float(days), int(orders), known.iloc[0] if len(known) else None
        )

    def after(
        self, customer_id: str, orders: tuple[HypotheticalOrder, ...], as_of: datetime
    ) -> CustomerState:
        """The customer after `orders`, judged anew at `as_of`, a midnight later than all of them."""
        with self.connection.cursor() as cursor:
            return replay(cursor, customer_id, orders, as_of, self.horizon, self.config.min_orders, self.rest)

    def close(self) -> None:
        """Closes the connection."""
        self.connection.close()


def open_session(run: ShopRun, model: ChurnModel) -> WhatIfSession:
    """Loads a scored shop; NotFound where it was never scored. model: the champion."""
    store, config, horizon = run.store, run.config, run.horizon
    versions = _versions(store)
    features = store.read("customer_features")
    require_champion_features(model, features.columns, config.name)
    names = list(model.features)
    scores = store.read(
        "customer_scores",
        ["customer_id", "as_of", "status", "days_since_last_order", "orders", "churn_probability"],
    )
    data_end = scores["as_of"].max().to_pydatetime()
    model = at_level_of_scores(model, features, scores)
    snapshots = store.read("training_snapshots", names)
    connection = connected()
    connection.execute("SET threads = 1")
    store.make_views(connection, ["transactions"])
    rest = rest_of_shop(connection, features, data_end)
    _keep_ledger(connection)
    return WhatIfSession(
        store=store,
        config=config,
        tiers=tiers_in_use(config.tiers, scores["churn_probability"]),
        model=model,
        horizon=horizon,
        data_end=data_end,
        versions=versions,
        connection=connection,
        status=scores.set_index("customer_id")[["status", "days_since_last_order", "orders"]],
        features=features.set_index("customer_id")[feature_columns(list(features.columns))].astype(float),
        rest=rest,
        background=snapshots.iloc[:: max(1, -(-len(snapshots) // BACKGROUND_ROWS))],
        typical=features[names].astype(float).median(),
    )


def at_level_of_scores(model: ChurnModel, features: pd.DataFrame, scores: pd.DataFrame) -> ChurnModel:
    """The model at the level (log-odds) that the stored scores were made at: a shop's level may be renewed
    between two scorings, and what is supposed of a customer is held against the score that is shown. Scores
    of another model differ by more than a level; the model stays as it is then."""
    some = features.head(COMPARED).merge(scores, on="customer_id", suffixes=("", "_scored"))
    stored = some["churn_probability"].to_numpy(float)
    known = np.isfinite(stored) & (stored > 0) & (stored < 1)
    if not known.any():
        return model
    apart = logit(stored[known]) - logit(churn_probability(model, some.loc[known, list(model.features)]))
    shift = float(np.median(apart))
    if not np.isfinite(apart).all() or np.abs(apart - shift).max() > SAME_SHIFT:
        return model
    return replace(model, calibrator=replace(model.calibrator, level=model.calibrator.level + shift))


def _keep_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """Renames the view `transactions` to `ledger`; a ledger of few rows is kept in memory, where a customer's
    rows are found sooner."""
    rows = connection.execute("SELECT count(*) FROM transactions").fetchall()[0][0]
    if rows > ROWS_IN_MEMORY:
        connection.execute("ALTER VIEW transactions RENAME TO ledger")
        return
    connection.execute("CREATE TABLE ledger AS SELECT * FROM transactions")
    connection.execute("DROP VIEW transactions")


def _versions(store: ShopStore) -> tuple[TableVersion | None, ...]:
    stored = (store.stored(name) for name in LOADED)
    return tuple(table.version if table else None for table in stored)
