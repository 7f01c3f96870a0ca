"""The jobs: ingest (to the ledger), ingest_dropped_file (the same, the horizon stays), train (everything),
score (the ledger as it is, with the registered champion), grade, check_freshness."""

import dagster as dg

from churn_pipeline.orchestration.assets import ledger, models, monitoring, snapshots
from churn_pipeline.orchestration.checks.freshness import ASSET, FRESH, JOB
from churn_pipeline.orchestration.partitions import SHOPS

INGEST = (ledger.raw_transactions, ledger.transactions, ledger.data_profile, ledger.churn_definition)
# The check of what is published: a run publishes after its last step.
FRESHNESS = dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey(ASSET), FRESH))

ingest = dg.define_asset_job(
    "ingest",
    description="Delivered files to the published ledger, its profile and the churn definition.",
    selection=dg.AssetSelection.assets(*INGEST)
    | dg.AssetSelection.checks_for_assets(ledger.raw_transactions),
)
# What a dropped file runs: the horizon stays the one that the champion was trained for.
ingest_dropped_file = dg.define_asset_job(
    "ingest_dropped_file",
    description="What a file in data/incoming/ starts: to the published ledger and its profile; "
    "the horizon stays the champion's.",
    selection=dg.AssetSelection.assets(*INGEST[:-1])
    | dg.AssetSelection.checks_for_assets(ledger.raw_transactions),
)
train = dg.define_asset_job(
    "train",
    description="Everything: the ledger, features, models, their comparison, the champion, scores, insights, "
    "results.",
    selection=dg.AssetSelection.all() - FRESHNESS,
)

# churn_definition is one of them: it would suggest another horizon from the grown ledger than the champion
# was trained for.
TRAINING = (
    ledger.churn_definition,
    snapshots.training_snapshots,
    snapshots.return_snapshots,
    *models.candidates,
    models.baselines,
    models.model_comparison,
    models.return_models,
    models.champion,
)
# Nothing was delivered, so the ledger, which passed its checks when it was published, is not staged again.
score = dg.define_asset_job(
    "score",
    description="Scores and insights from the ledger as it is, with the registered champion.",
    selection=dg.AssetSelection.all()
    - dg.AssetSelection.assets(*TRAINING, *INGEST)
    - dg.AssetSelection.checks_for_assets(ledger.raw_transactions)
    - FRESHNESS,
)
grade = dg.define_asset_job(
    "grade",
    description="Earlier scores beside what happened since.",
    selection=dg.AssetSelection.assets(monitoring.graded_predictions),
)
check_freshness = dg.define_asset_job(
    JOB,
    description="Whether a shop's scores are as fresh as its routine promises; asked for where that changes.",
    selection=FRESHNESS,
    partitions_def=SHOPS,
)

JOBS = [ingest, ingest_dropped_file, train, score, grade, check_freshness]
