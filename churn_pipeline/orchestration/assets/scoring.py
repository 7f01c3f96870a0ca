"""What the champion says of every customer: probability, reasons, value."""

import dagster as dg

from churn_pipeline.orchestration.assets.ledger import shop_horizon, transactions
from churn_pipeline.orchestration.assets.models import champion
from churn_pipeline.orchestration.assets.snapshots import customer_features
from churn_pipeline.orchestration.partitions import SHOPS
from churn_pipeline.orchestration.recording import plot, record_table, write_versioned
from churn_pipeline.orchestration.resources import ChurnSettings

GROUP = "scoring"
DEPENDENCES = 2  # partial dependence is drawn for so many of the strongest features


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[champion, customer_features], kinds={"shap"})
def shap_values(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """The exact contribution of every feature to every scored customer's log-odds."""
    from churn_pipeline.explain.contributions import explain
    from churn_pipeline.explain.explanation import shap_table
    from churn_pipeline.explain.plots import dependence_plot, summary_plot, waterfall_plot
    from churn_pipeline.scoring.champion_features import require_champion_features, require_champion_horizon
    from churn_pipeline.storage import read_table
    from churn_pipeline.training.registry import load_champion
    from churn_pipeline.training.rollback import follow_registry

    folder, horizon = churn.folder(context), shop_horizon(churn, context)
    model, version = load_champion(churn.load(), context.partition_key)
    features = read_table(folder, "customer_features")
    require_champion_horizon(model, horizon, context.partition_key)
    require_champion_features(model, features.columns, context.partition_key)
    followed = follow_registry(folder, churn.shop(context), churn.load(), horizon)
    if followed is not None:
        write_versioned(context, folder, "test_predictions", followed.test_predictions)
    explanation = explain(model, features, read_table(folder, "training_snapshots", list(model.features)))
    table = shap_table(explanation, features["customer_id"], features["as_of"].max())
    strongest = str(explanation.values.abs().mean().idxmax())
    plots = {
        "summary": plot(summary_plot(explanation, features)),
        f"dependence_{strongest}": plot(dependence_plot(explanation, features, strongest)),
        "waterfall_of_the_customer_most_at_risk": plot(waterfall_plot(explanation, int(explanation.probability.argmax()))),
    }
    return record_table(context, folder, "shap_values", table, model_version=version, largest_gap=explanation.largest_gap, **plots)


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[shap_values], kinds={"shap"})
def feature_importance(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Which features matter: by Shapley values, by the model's own account, and by shuffling them at the test cutoff."""
    from churn_pipeline.explain.contributions import explanation_from_table
    from churn_pipeline.explain.importance import feature_importance, signed_coefficients
    from churn_pipeline.explain.partial_dependence import partial_dependence
    from churn_pipeline.explain.plots import importance_plot, partial_dependence_plot
    from churn_pipeline.storage import read_table
    from churn_pipeline.training.registry import load_champion

    folder = churn.folder(context)
    model, _ = load_champion(churn.load(), context.partition_key)
    explanation = explanation_from_table(model, read_table(folder, "shap_values"))
    snapshots = read_table(folder, "training_snapshots")
    features = read_table(folder, "customer_features")
    table = feature_importance(model, explanation, features, snapshots[snapshots["split"] == "test"])
    told: dict[str, dg.MetadataValue] = {"importance": plot(importance_plot(table))}
    known = [name for name in table["feature"] if features[name].notna().any()]
    for name in known[:DEPENDENCES]:
        told[f"partial_dependence_{name}"] = plot(partial_dependence_plot(partial_dependence(model, features, name)))
    coefficients = signed_coefficients(model)
    if coefficients is not None:
        told["coefficients"] = dg.MetadataValue.md(coefficients.round(4).to_markdown(index=False))
    return record_table(context, folder, "feature_importance", table, **told)


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[shap_values], kinds={"scikitlearn"})
def decision_rules(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Short IF-THEN rules for churning and staying, measured on the test, and a rule that describes each risk tier."""
    import pandas as pd

    from churn_pipeline.explain.contributions import explanation_from_table
    from churn_pipeline.explain.rules import decision_rules, rules_table, tier_profiles
    from churn_pipeline.scoring.tiers import risk_tiers, tiers_in_use
    from churn_pipeline.storage import read_table
    from churn_pipeline.training.registry import load_champion

    folder, shop = churn.folder(context), churn.shop(context)
    model, _ = load_champion(churn.load(), context.partition_key)
    explanation = explanation_from_table(model, read_table(folder, "shap_values"))
    snapshots, names = read_table(folder, "training_snapshots"), list(model.features)
    test = snapshots["split"] == "test"
    rules = decision_rules(snapshots[~test], snapshots[test], names)
    tiers = risk_tiers(pd.Series(explanation.probability), tiers_in_use(shop.tiers, explanation.probability))
    table = rules_table(rules, tier_profiles(read_table(folder, "customer_features"), tiers, names), shop.currency)
    told = "\n".join(f"- {r.rule} ({r.precision:.0%} of {r.count}, lift {r.lift:.2f})" for r in table.itertuples())
    return record_table(context, folder, "decision_rules", table, rules=dg.MetadataValue.md(told or "none holds on the test"))


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[transactions], kinds={"python"})
def customer_value(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Expected margin of every customer over the CLV horizon, with what retention would change of it."""
    from churn_pipeline.purchase_model.customer_value import estimate_customer_value
    from churn_pipeline.storage import write_json
    from churn_pipeline.training.snapshots import cutoff_plan

    folder, horizon = churn.folder(context), shop_horizon(churn, context)
    data_end = cutoff_plan(folder, horizon, churn.load()).data_end
    value, diagnostics = estimate_customer_value(folder, churn.shop(context), data_end, horizon)
    write_json(folder / "customer_value.json", diagnostics)
    return record_table(context, folder, "customer_value", value, diagnostics=dg.MetadataValue.json(diagnostics))


@dg.asset(partitions_def=SHOPS, group_name=GROUP, deps=[shap_values, feature_importance, customer_value], kinds={"parquet"})
def customer_scores(context: dg.AssetExecutionContext, churn: ChurnSettings) -> dg.MaterializeResult:
    """Every customer with an order: status, churn probability, risk tier, value and reasons; and a receipt for each score."""
    from datetime import UTC, datetime

    from churn_pipeline.explain.contributions import explanation_from_table
    from churn_pipeline.scoring.history import with_scoring
    from churn_pipeline.scoring.scores import score_customers
    from churn_pipeline.storage import read_table, table_path
    from churn_pipeline.training.registry import load_champion

    folder, horizon = churn.folder(context), shop_horizon(churn, context)
    model, version = load_champion(churn.load(), context.partition_key)
    features = read_table(folder, "customer_features")
    explanation = explanation_from_table(model, read_table(folder, "shap_values"))
    as_of = features["as_of"].max().to_pydatetime()
    scores = score_customers(
        folder, churn.shop(context), model, explanation, features, read_table(folder, "customer_value"), as_of, horizon
    )
    history = read_table(folder, "score_history") if table_path(folder, "score_history").exists() else None
    now = datetime.now(UTC).replace(tzinfo=None)
    receipts = with_scoring(history, scores, run_id=context.run.run_id, model_version=version, scored_at=now, horizon=horizon)
    write_versioned(context, folder, "score_history", receipts)
    return record_table(
        context, folder, "customer_scores", scores, **{str(status): int(count) for status, count in scores["status"].value_counts().items()}
    )
