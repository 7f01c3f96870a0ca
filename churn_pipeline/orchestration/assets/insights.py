"""What the scores mean for the business: segments, drivers, money, recommendations, forecast, warnings."""

from collections.abc import Iterator

import dagster as dg

from churn_pipeline.orchestration.metadata.recording import record_table
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.step_failure import failing_in_words

GROUP = "insights"


@dg.multi_asset(
    name="risk_segments",
    partitions_def=SHOPS,
    specs=[
        dg.AssetSpec(
            "risk_segments",
            description="High, medium and low risk, the lapsed and the new: counts, value, money at risk, "
            "traits.",
            deps=["customer_scores"],
            group_name=GROUP,
            kinds={"parquet"},
        ),
        dg.AssetSpec(
            "customer_segments",
            description="Each customer's risk segment, RFM scores and segment, relative tier and persona.",
            deps=["customer_scores"],
            group_name=GROUP,
            kinds={"parquet"},
        ),
    ],
)
@failing_in_words
def risk_segments(context: dg.AssetExecutionContext, churn: ChurnSettings) -> Iterator[dg.MaterializeResult]:
    """The segments, and which of them each customer is in; RFM segments and personas in words beside them."""
    from churn_pipeline.insights.stage import segment_shop

    run = churn.run(context)
    segmented = segment_shop(run)
    run.store.write_document("customer_segments", segmented.overview)
    yield record_table(context, run.store, "risk_segments", segmented.segments)
    yield record_table(context, run.store, "customer_segments", segmented.customers)


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=["customer_scores"], kinds={"parquet"})
@failing_in_words
def churn_drivers(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Why customers churn, as sentences whose numbers are counted in the tables, and what changed since the
    period before."""
    from churn_pipeline.insights.stage import shop_drivers

    run = churn.run(context)
    found = shop_drivers(run)
    return record_table(
        context,
        run.store,
        "churn_drivers",
        found,
        findings=dg.MetadataValue.json(found["sentence"].tolist()),
    )


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=["transactions"], kinds={"parquet"})
@failing_in_words
def campaign_results(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """What came of the shop's campaigns so far: the contacted against those left alone by lot, with
    intervals."""
    from churn_pipeline.campaigns.kept_campaigns import keep_program, keep_results
    from churn_pipeline.campaigns.measurement.campaign_results import (
        data_end,
        shop_campaign_results,
        verdicts_in_words,
    )
    from churn_pipeline.campaigns.measurement.program import campaign_program

    run = churn.run(context)
    table, found = shop_campaign_results(run)
    keep_results(run.store, found)
    if found:
        keep_program(run.store, campaign_program(run, data_end(run)))
    verdicts = dg.MetadataValue.json(verdicts_in_words(found))
    return record_table(
        context, run.store, "campaign_results", table, campaigns=len(found), verdicts=verdicts
    )


@dg.asset(
    partitions_def=SHOPS, group_name=GROUP, deps=["customer_scores", campaign_results], kinds={"parquet"}
)
@failing_in_words
def roi_scenarios(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """What a campaign of each size would cost and return; the star is on the most profitable one."""
    from churn_pipeline.insights.stage import shop_scenarios

    run = churn.run(context)
    return record_table(context, run.store, "roi_scenarios", shop_scenarios(run))


@dg.multi_asset(
    name="recommendations",
    partitions_def=SHOPS,
    specs=[
        dg.AssetSpec(
            "recommendations",
            description="What to do: for each segment the actions of the shop's catalogue that pay, "
            "with their cost and expected profit.",
            deps=[roi_scenarios],
            group_name=GROUP,
            kinds={"parquet"},
        ),
        dg.AssetSpec(
            "recommended_actions",
            description="The most profitable action of the shop's catalogue for each customer worth "
            "contacting, "
            "with its message.",
            deps=[roi_scenarios],
            group_name=GROUP,
            kinds={"parquet"},
        ),
    ],
)
@failing_in_words
def recommendations(
    context: dg.AssetExecutionContext, churn: ChurnSettings
) -> Iterator[dg.MaterializeResult]:
    """The best action for each customer, and what they come to by segment."""
    from churn_pipeline.insights.stage import recommend_actions

    run = churn.run(context)
    recommended = recommend_actions(run)
    run.store.write_document("recommendations", recommended.document)
    yield record_table(context, run.store, "recommendations", recommended.found.groups)
    yield record_table(context, run.store, "recommended_actions", recommended.found.actions)


@dg.asset(
    partitions_def=SHOPS,
    group_name=GROUP,
    deps=["customer_features", "customer_scores", campaign_results],
    kinds={"parquet"},
)
@failing_in_words
def customer_uplift(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Whom contacting changes, learned from campaigns with a control group; empty while they say too
    little."""
    from churn_pipeline.campaigns.uplift.uplift_report import shop_uplift

    run = churn.run(context)
    table, document = shop_uplift(run)
    run.store.write_document("uplift", document.model_dump())
    return record_table(
        context, run.store, "customer_uplift", table, findings=dg.MetadataValue.json(document.sentences)
    )


@dg.asset(
    partitions_def=SHOPS,
    group_name=GROUP,
    deps=["recommended_actions", customer_uplift],
    kinds={"parquet"},
)
@failing_in_words
def target_lists(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Whom to contact, with what and why: the recommended campaign, everyone at high risk, the lapsed worth
    an offer. Contact details are joined when a list is exported."""
    from churn_pipeline.campaigns.target_lists import shop_target_lists

    run = churn.run(context)
    lists = shop_target_lists(run)
    counts = dg.MetadataValue.json({str(name): int(n) for name, n in lists["list"].value_counts().items()})
    return record_table(context, run.store, "target_lists", lists, customers_by_list=counts)


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=["customer_scores"], kinds={"python"})
@failing_in_words
def churn_forecast(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Churn, active customers and revenue of the next months if nothing is done, with intervals tested at
    past origins."""
    from churn_pipeline.insights.stage import shop_forecast

    run = churn.run(context)
    forecast, document = shop_forecast(run)
    run.store.write_document("churn_forecast", document)
    return record_table(context, run.store, "churn_forecast", forecast)


@dg.asset(
    partitions_def=SHOPS, group_name=GROUP, deps=["customer_scores", "score_history"], kinds={"parquet"}
)
@failing_in_words
def early_warnings(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Who moved up a tier since the last scoring, valuable customers newly at risk, new customers with weak
    starts."""
    from churn_pipeline.insights.stage import shop_warnings

    run = churn.run(context)
    return record_table(context, run.store, "early_warnings", shop_warnings(run))
