"""The jobs: ingest (to the ledger), train (everything), score (with the registered champion), grade (past scorings)."""

import dagster as dg

from churn_pipeline.orchestration.assets import ledger, models, monitoring, snapshots
from churn_pipeline.orchestration.partitions import SHOPS

INGEST = (ledger.raw_transactions, ledger.transactions, ledger.data_profile, ledger.churn_definition)

ingest = dg.define_asset_job(
    "ingest",
    selection=dg.AssetSelection.assets(*INGEST) | dg.AssetSelection.checks_for_assets(ledger.raw_transactions),
    partitions_def=SHOPS,
)
train = dg.define_asset_job("train", selection=dg.AssetSelection.all(), partitions_def=SHOPS)

# The horizon stays the one that the champion was trained for: churn_definition would suggest it anew from the grown ledger.
TRAINING = (
    ledger.churn_definition,
    snapshots.training_snapshots,
    *models.candidates,
    models.baselines,
    models.model_comparison,
    models.champion,
)
score = dg.define_asset_job(
    "score",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(*TRAINING),
    partitions_def=SHOPS,
)
grade = dg.define_asset_job("grade", selection=dg.AssetSelection.assets(monitoring.graded_predictions), partitions_def=SHOPS)

JOBS = [ingest, train, score, grade]
