"""The jobs: ingest (to the ledger), train (everything), score (with the registered champion), rescore (the ledger as it is), grade."""

import dagster as dg

from churn_pipeline.orchestration.assets import ledger, models, monitoring, snapshots

INGEST = (ledger.raw_transactions, ledger.transactions, ledger.data_profile, ledger.churn_definition)

ingest = dg.define_asset_job(
    "ingest",
    description="Delivered files to the published ledger, its profile and the churn definition.",
    selection=dg.AssetSelection.assets(*INGEST) | dg.AssetSelection.checks_for_assets(ledger.raw_transactions),
)
# What a dropped file runs: the horizon stays the one that the champion was trained for.
append = dg.define_asset_job(
    "append",
    description="A dropped file to the published ledger and its profile; the horizon stays the champion's.",
    selection=dg.AssetSelection.assets(*INGEST[:-1]) | dg.AssetSelection.checks_for_assets(ledger.raw_transactions),
)
train = dg.define_asset_job(
    "train",
    description="Everything: the ledger, features, models, their comparison, the champion, scores, insights, results.",
    selection=dg.AssetSelection.all(),
)

# churn_definition is one of them: it would suggest another horizon from the grown ledger than the champion was trained for.
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
    description="From the ledger to the results with the registered champion; trains nothing.",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(*TRAINING),
)
# What `churn score` runs: nothing was delivered, so the ledger, which passed its checks when it was published, is not staged again.
rescore = dg.define_asset_job(
    "rescore",
    description="Scores and insights from the ledger as it is, with the registered champion.",
    selection=dg.AssetSelection.all()
    - dg.AssetSelection.assets(*TRAINING, *INGEST)
    - dg.AssetSelection.checks_for_assets(ledger.raw_transactions),
)
grade = dg.define_asset_job(
    "grade",
    description="Earlier scores beside what happened since.",
    selection=dg.AssetSelection.assets(monitoring.graded_predictions),
)

JOBS = [ingest, append, train, score, rescore, grade]
