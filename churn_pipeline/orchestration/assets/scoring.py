"""What the champion says of every customer: probability, reasons, value."""

from collections.abc import Iterator

import dagster as dg

from churn_pipeline.orchestration.assets.ledger import transactions
from churn_pipeline.orchestration.assets.snapshots import customer_features, return_features
from churn_pipeline.orchestration.metadata.recording import plot, record_table
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.step_failure import failing_in_words

GROUP = "scoring"


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=["champion_in_use", customer_features], kinds={"shap"})
@failing_in_words
def shap_values(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The exact contribution of every feature to every scored customer's log-odds."""
    from churn_pipeline.explain.stage import explain_shop
    from churn_pipeline.scoring.eligibility import require_champion
    from churn_pipeline.training.lifecycle.tracking import log_explanation

    run = churn.run(context)
    require_champion(run)
    explained = explain_shop(run)
    log_explanation(run.settings, run.shop, explained.model_version, explained.plots)
    facts = {"model_version": explained.model_version, "largest_gap": explained.largest_gap}
    return record_table(
        context, run.store, "shap_values", explained.table, **facts, **_drawn(explained.plots)
    )


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[shap_values], kinds={"shap"})
@failing_in_words
def feature_importance(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Which features matter: by Shapley values, by the model's own account, and by shuffling them at the test
    cutoff."""
    from churn_pipeline.explain.stage import rank_features
    from churn_pipeline.training.lifecycle.registry import current_champion
    from churn_pipeline.training.lifecycle.tracking import log_explanation

    run = churn.run(context)
    ranked = rank_features(run)
    run.store.write_document("permutation_importance", ranked.permutation)
    log_explanation(run.settings, run.shop, current_champion(run)[1], ranked.plots)
    shown = _drawn(ranked.plots)
    if ranked.coefficients is not None:
        shown["coefficients"] = dg.MetadataValue.md(ranked.coefficients.round(4).to_markdown(index=False))
    return record_table(context, run.store, "feature_importance", ranked.table, **shown)


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[shap_values], kinds={"scikitlearn"})
@failing_in_words
def decision_rules(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Short IF-THEN rules for churning and staying, measured on the test, and a rule that describes each risk
    tier."""
    from churn_pipeline.core.wording import percent
    from churn_pipeline.scoring.stage import shop_rules

    run = churn.run(context)
    table = shop_rules(run)
    lines = [
        f"- {r['rule']} ({percent(float(r['precision']))} of {r['count']}, lift {r['lift']:.2f})"
        for r in table.to_dict("records")
    ]
    rules = dg.MetadataValue.md("\n".join(lines) or "none holds on the test")
    return record_table(context, run.store, "decision_rules", table, rules=rules)


@dg.asset(
    partitions_def=SHOPS,
    group_name=GROUP,
    deps=[transactions, "champion_in_use", customer_features, return_features],
    kinds={"python"},
)
@failing_in_words
def customer_value(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Expected margin of every customer over the CLV horizon at the chance of no order that they are shown,
    and what a save would be worth."""
    from churn_pipeline.scoring.stage import shop_value

    run = churn.run(context)
    value, diagnostics = shop_value(run)
    run.store.write_document("customer_value", diagnostics)
    return record_table(
        context, run.store, "customer_value", value, diagnostics=dg.MetadataValue.json(diagnostics)
    )


@dg.multi_asset(
    name="customer_scores",
    partitions_def=SHOPS,
    specs=[
        dg.AssetSpec(
            "customer_scores",
            description="Every customer with an order: status, churn and return probability, risk tier, "
            "next order, value and reasons.",
            deps=[shap_values, feature_importance, customer_value, return_features],
            group_name=GROUP,
            kinds={"parquet"},
        ),
        dg.AssetSpec(
            "score_history",
            description="A receipt for every score ever given: what was said of whom, by which version, "
            "and when the outcome is known.",
            deps=[shap_values, customer_value, return_features],
            group_name=GROUP,
            kinds={"parquet"},
        ),
    ],
)
@failing_in_words
def customer_scores(
    context: dg.AssetExecutionContext, churn: ChurnSettings
) -> Iterator[dg.MaterializeResult]:
    """Scores every customer as of data end and keeps the receipts."""
    from churn_pipeline.scoring.stage import score_shop

    run = churn.run(context)
    scored = score_shop(run, context.run.run_id)
    counts = {str(status): int(count) for status, count in scored.scores["status"].value_counts().items()}
    run.store.write_document("return_outlook", scored.outlook)
    yield record_table(context, run.store, "customer_scores", scored.scores, **counts)
    yield record_table(context, run.store, "score_history", scored.receipts)


def _drawn(plots: dict[str, bytes]) -> dict[str, dg.MetadataValue]:
    """PNG plots as metadata of the same names."""
    return {name: plot(png) for name, png in plots.items()}
