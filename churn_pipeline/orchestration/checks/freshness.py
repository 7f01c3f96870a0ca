"""Whether each shop's scores are as fresh as its routine promises: the check `fresh` of customer_scores, held
by a sensor, or by hand with the button Execute."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.checks.shop_check import shop_check
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.shop.directory import list_shops, load_shop

FRESH, ASSET = "fresh", "customer_scores"
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
    minimum_interval_seconds=900,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Says of every shop whether its scores are fresh: the check of customer_scores.",
)
def freshness(context: dg.SensorEvaluationContext, churn: ChurnSettings) -> dg.SensorResult:
    """Reports the check for every shop."""
    settings = churn.load()
    judged = {shop: _judged(settings, shop) for shop in list_shops(settings)}
    return dg.SensorResult(
        asset_events=[
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(ASSET),
                check_name=FRESH,
                passed=passed,
                severity=dg.AssetCheckSeverity.WARN,
                description=sentence,
                partition=shop,
            )
            for shop, (passed, sentence) in judged.items()
        ]
    )


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
