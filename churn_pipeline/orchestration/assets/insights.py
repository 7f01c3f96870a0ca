"""What the scores mean for the business: segments, drivers, money, recommendations, forecast, warnings."""

import dagster as dg

from churn_pipeline.orchestration.assets.ledger import shop_horizon
from churn_pipeline.orchestration.assets.scoring import customer_scores
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.recording import record_table, write_versioned
from churn_pipeline.orchestration.resources import ChurnSettings

GROUP = "insights"


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[customer_scores], kinds={"parquet"})
def risk_segments(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """High, medium and low risk, the lapsed and the new: counts, value, money at risk, traits; RFM segments and personas beside them."""
    from churn_pipeline.insights.segments import risk_segments
    from churn_pipeline.insights.segments_of_shop import segment_customers
    from churn_pipeline.storage import read_table, write_json

    folder, shop = churn.folder(context), churn.shop(context)
    scores, value, features = (read_table(folder, name) for name in ("customer_scores", "customer_value", "customer_features"))
    segments, overview = segment_customers(scores, read_table(folder, "shap_values"), shop, churn.load().seed)
    write_versioned(context, folder, "customer_segments", segments)
    write_json(folder / "customer_segments.json", overview)
    return record_table(context, folder, "risk_segments", risk_segments(scores, value, shop, features))


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[customer_scores], kinds={"parquet"})
def churn_drivers(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Why customers churn, as sentences whose numbers are counted in the tables, and what changed since the period before."""
    import pandas as pd

    from churn_pipeline.insights.changes import period_changes
    from churn_pipeline.insights.drivers import churn_drivers
    from churn_pipeline.storage import read_table

    folder, shop = churn.folder(context), churn.shop(context)
    scores, shap, features = (read_table(folder, name) for name in ("customer_scores", "shap_values", "customer_features"))
    horizon = shop_horizon(churn, context)
    changes = period_changes(folder, scores["as_of"].max(), horizon, shop.currency, churn.load().threads)
    parts = [part for part in (churn_drivers(scores, shap, features, shop, horizon), changes) if len(part)]
    found = pd.concat(parts, ignore_index=True) if parts else changes
    return record_table(context, folder, "churn_drivers", found, findings=dg.MetadataValue.json(found["sentence"].tolist()))


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[customer_scores], kinds={"parquet"})
def roi_scenarios(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """What a campaign of each size would cost and return; the star is on the most profitable one."""
    from churn_pipeline.insights.economics import measured_rate
    from churn_pipeline.insights.scenarios import roi_scenarios
    from churn_pipeline.storage import read_table

    folder = churn.folder(context)
    scores, value = read_table(folder, "customer_scores"), read_table(folder, "customer_value")
    return record_table(context, folder, "roi_scenarios", roi_scenarios(scores, value, churn.shop(context), measured_rate(folder)))


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[roi_scenarios], kinds={"parquet"})
def recommendations(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The most profitable action of the shop's catalogue for each customer worth contacting, with its message."""
    from churn_pipeline.insights.complements import bought_products
    from churn_pipeline.insights.recommendations import recommend, recommendations_document
    from churn_pipeline.insights.results import json_safe
    from churn_pipeline.storage import read_table, write_json

    folder, shop = churn.folder(context), churn.shop(context)
    scores, value, scenarios = (read_table(folder, name) for name in ("customer_scores", "customer_value", "roi_scenarios"))
    recommended = recommend(scores, value, bought_products(folder, scores["as_of"].max(), churn.load().threads), shop)
    write_versioned(context, folder, "recommended_actions", recommended.actions)
    write_json(folder / "recommendations.json", json_safe(recommendations_document(recommended, scenarios, scores, shop)))
    return record_table(context, folder, "recommendations", recommended.groups)


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[customer_scores], kinds={"python"})
def churn_forecast(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Churn, active customers and revenue of the next months if nothing is done, with intervals tested at past origins."""
    from churn_pipeline.insights.forecast import forecast_churn
    from churn_pipeline.insights.results import json_safe
    from churn_pipeline.storage import read_table, write_json

    folder = churn.folder(context)
    as_of = read_table(folder, "customer_scores", ["as_of"])["as_of"].max()
    forecast, document = forecast_churn(folder, churn.shop(context), as_of.to_pydatetime(), shop_horizon(churn, context))
    write_json(folder / "churn_forecast.json", json_safe(document))
    return record_table(context, folder, "churn_forecast", forecast)


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[customer_scores], kinds={"parquet"})
def early_warnings(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Who moved up a tier since the last scoring, valuable customers newly at risk, new customers with weak starts."""
    from churn_pipeline.insights.early_warnings import days_to_second_order, early_warnings
    from churn_pipeline.storage import read_table

    folder = churn.folder(context)
    scores, history = read_table(folder, "customer_scores"), read_table(folder, "score_history")
    gaps = days_to_second_order(folder, scores["as_of"].max().to_pydatetime(), churn.load().threads)
    return record_table(context, folder, "early_warnings", early_warnings(scores, history, gaps, churn.shop(context)))
