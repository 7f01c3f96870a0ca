"""The snapshots that the champion learned from, which are those of the newest training only where that
training's model was promoted."""

from datetime import datetime

import pandas as pd

from churn_pipeline.features.snapshots import build_snapshots
from churn_pipeline.shop.run import ShopRun
from churn_pipeline.training.data.embargo import capped_by_hash, training_snapshots


def champion_rows(run: ShopRun) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """(the champion's rows, the newest training's rows where they are others, else None): customer_id, cutoff
    and the features.

    An older champion's rows are made anew at the cutoffs that champion.json names, from the ledger as it is
    today. NotFound before the first training."""
    training, settings = _training_rows(run), run.settings
    named = run.store.document("champion")["cutoffs"] if run.store.has_document("champion") else []
    cutoffs = [datetime.fromisoformat(day) for day in named]
    if not cutoffs or set(training["cutoff"]) == {pd.Timestamp(cutoff) for cutoff in cutoffs}:
        return training, None
    threads = settings.threads
    own = build_snapshots(
        run.store, cutoffs, run.horizon, run.config.min_orders, labelled=False, threads=threads
    ).to_pandas()
    return (capped_by_hash(own, settings.max_training_rows), training) if len(own) else (training, None)


def _training_rows(run: ShopRun) -> pd.DataFrame:
    """Training, test and, where there are any, embargoed rows: the champion is fitted on all of them in the
    end."""
    store, parts = run.store, [training_snapshots(run)]
    if store.exists("embargoed_snapshots"):
        parts.append(store.read("embargoed_snapshots"))
    return pd.concat(parts, ignore_index=True)
