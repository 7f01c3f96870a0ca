"""Whether each shop's scores are as fresh as its routine promises: the check `fresh` of customer_scores, held
by a sensor, or by hand with the button Execute."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.checks.shop_check import shop_check
from churn_pipeline.orchestration.partitions import DIMENSION, PARTITION_TAG
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.shop.directory import list_shops, load_shop, shop_store

FRESH, ASSET, JOB = "fresh", "customer_scores", "check_freshness"
SPEC = shop_check(
    FRESH,
    ASSET,
    "Whether the shop was scored as lately as its routine promises, from the ledger as it is now. A warning.",
)


@dg.multi_asset_check(name="scores_are_fresh", specs=[SPEC])
def scores_are_fresh(
    context: dg.AssetCheckExecutionContext, churn: ChurnSettings
) -> Iterator[dg.AssetCheckResult]:
    """How old the published scores of the partition's shop are."""
    passed, sentence = _judged(churn.load(), context.partition_key)
    yield dg.AssetCheckResult(
        passed=passed, check_name=FRESH, severity=dg.AssetCheckSeverity.WARN, description=sentence
    )


@dg.sensor(
    job_name=JOB,
    minimum_interval_seconds=900,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Holds the check `fresh` of customer_scores where a shop's scores became stale or fresh.",
)
def freshness(context: dg.SensorEvaluationContext, churn: ChurnSettings) -> dg.SensorResult:
    """Asks for the check where its answer has changed; the cursor holds the answers.

    The check is a run of its own: reported without one, the second answer for a partition breaks a key of
    Dagster 1.13's table (asset, check, no run, partition)."""
    settings, before = churn.load(), json.loads(context.cursor or "{}")
    known = set(context.instance.get_dynamic_partitions(DIMENSION))
    scored = [shop for shop in list_shops(settings) if shop in known and is_scored(settings, shop)]
    now = {shop: _judged(settings, shop)[0] for shop in scored}
    changed = [shop for shop, passed in now.items() if before.get(shop) != passed]
    return dg.SensorResult(
        # by the tag: a partition_key is refused for a job of checks alone
        run_requests=[dg.RunRequest(tags={PARTITION_TAG: shop}) for shop in changed],
        cursor=json.dumps(now),
    )


def is_scored(settings: Settings, shop: str) -> bool:
    """Whether the shop has scores to be judged."""
    return shop_store(settings, shop).has_document("results")


def _judged(settings: Settings, shop: str) -> tuple[bool, str]:
    """Whether the shop's published scores are fresh, in words."""
    from churn_pipeline.monitoring.alerts.freshness import shop_freshness
    from churn_pipeline.orchestration.automation.due_shops import in_words, next_tick, time_of

    now, config = datetime.now(UTC), load_shop(settings, shop)
    age, time = shop_freshness(settings, shop, now.replace(tzinfo=None)), time_of(config, "score")
    if not config.routine.score:
        return not age.stale, f"{age.sentence}; its weekly scoring is switched off"
    coming = in_words(next_tick(time.cron, now, time.timezone))
    return not age.stale, f"{age.sentence}; next {coming}"
