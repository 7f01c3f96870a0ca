"""The jobs: ingest (to the ledger), train (everything), score (with the registered champion), rescore (the ledger as it is), grade."""

import dagster as dg

from churn_pipeline.orchestration.assets import ledger, models, monitoring, snapshots

INGEST = (ledger.raw_transactions, ledger.transactions, ledger.data_profile, ledger.churn_definition)

ingest = dg.define_asset_job(
    "ingest",
    selection=dg.AssetSelection.assets(*INGEST) | dg.AssetSelection.checks_for_assets(ledger.raw_transactions),
)
# What a dropped file runs: the horizon stays the one that the champion was trained for.
append = dg.define_asset_job(
    "append",
    selection=dg.AssetSelection.assets(*INGEST[:-1]) | dg.AssetSelection.checks_for_assets(ledger.raw_transactions),
)
train = dg.define_asset_job("train", selection=dg.AssetSelection.all())

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
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(*TRAINING),
)
# What `churn score` runs: nothing was delivered, so the ledger, which passed its checks when it was published, is not staged again.
rescore = dg.define_asset_job(
    "rescore",
    selection=dg.AssetSelection.all()
    - dg.AssetSelection.assets(*TRAINING, *INGEST)
    - dg.AssetSelection.checks_for_assets(ledger.raw_transactions),
)
grade = dg.define_asset_job("grade", selection=dg.AssetSelection.assets(monitoring.graded_predictions))

JOBS = [ingest, append, train, score, rescore, grade]
