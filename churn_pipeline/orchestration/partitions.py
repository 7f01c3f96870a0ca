"""The one partition dimension: shops."""

import dagster as dg

from churn_pipeline.core.settings import Settings
from churn_pipeline.shop.directory import list_shops

DIMENSION = "shops"
SHOPS = dg.DynamicPartitionsDefinition(name=DIMENSION)
PARTITION_TAG = "dagster/partition"
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def add_shop(instance: dg.DagsterInstance, shop: str) -> None:
    """Makes the shop a partition, if it is none."""
    instance.add_dynamic_partitions(DIMENSION, [shop])


def drop_unborn_shop(settings: Settings, instance: dg.DagsterInstance, shop: str, run_id: str) -> None:
    """Takes a partition away whose shop never came to be: none of its files was understood, and no other run
    than `run_id` is at work for it. Else it would stand in every list, plot and backfill."""
    if shop in list_shops(settings):
        return
    others = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED, tags={PARTITION_TAG: shop}))
    if all(run.run_id == run_id for run in others):
        instance.delete_dynamic_partition(DIMENSION, shop)
