"""The jobs: ingest (up to profile and churn definition), train (everything), score (with the registered champion)."""

import dagster as dg

from churn_pipeline.orchestration.assets import ledger
from churn_pipeline.orchestration.partitions import SHOPS

INGEST = (ledger.raw_transactions, ledger.transactions, ledger.data_profile, ledger.churn_definition)

ingest = dg.define_asset_job(
    "ingest",
    selection=dg.AssetSelection.assets(*INGEST) | dg.AssetSelection.checks_for_assets(ledger.raw_transactions),
    partitions_def=SHOPS,
)
train = dg.define_asset_job("train", selection=dg.AssetSelection.all(), partitions_def=SHOPS)

JOBS = [ingest, train]
