"""Every table that flows between stages: its columns, types and meaning, declared once.

Tables with features have their fixed columns here; the feature columns follow the catalogue of the features package.
customer_id is always a string; times are naive, in the shop's time zone, in microseconds; amounts are in the shop's currency.
"""

from dataclasses import dataclass

import pyarrow as pa

TIME = pa.timestamp("us")


@dataclass(frozen=True)
class TableSchema:
    """A table's name, what one row is, and its columns. `open` tables carry further columns, such as features."""

    name: str
    row: str
    schema: pa.Schema
    open: bool = False


def _column(name: str, kind: pa.DataType, meaning: str, nullable: bool = True) -> pa.Field:
    return pa.field(name, kind, nullable=nullable, metadata={"description": meaning})


def _table(name: str, row: str, *fields: pa.Field, open: bool = False) -> TableSchema:  # noqa: A002
    return TableSchema(name, row, pa.schema(list(fields)), open)


_CUSTOMER = _column("customer_id", pa.string(), "the shop's customer id, trimmed text", nullable=False)
_AS_OF = _column("as_of", TIME, "cutoff of the features: data end", nullable=False)
_CUTOFF = _column("cutoff", TIME, "instant as of which the features are computed", nullable=False)
_FOLD = _column("fold", pa.int8(), "cross-validation fold of the customer, 0-4", nullable=False)
_CHURNED = _column("churned", pa.int8(), "label: 1 when no order in [cutoff, cutoff + H)", nullable=False)

TRANSACTIONS = _table(
    "transactions",
    "one row of an uploaded file that could be used",
    _CUSTOMER,
    _column("order_id", pa.string(), "the shop's order id; null where the file has none"),
    _column("ts", TIME, "time of the row", nullable=False),
    _column("amount", pa.float64(), "amount as in the file, currency; returns negative", nullable=False),
    _column("product", pa.string(), "product"),
    _column("category", pa.string(), "product category"),
    _column("quantity", pa.float64(), "number of items"),
    _column("discount", pa.float64(), "discount given, currency"),
    _column("is_return", pa.bool_(), "return or cancellation: reduces spend, never an order", nullable=False),
    _column("upload_sha256", pa.string(), "the upload that delivered the row", nullable=False),
)

REJECTED_ROWS = _table(
    "rejected_rows",
    "one row of an upload that could not be used, as it came",
    _column("upload_sha256", pa.string(), "the upload that delivered the row", nullable=False),
    _column("row_number", pa.int64(), "row in the file, the first data row is 1", nullable=False),
    _column("reason", pa.string(), "why it is set aside, for example anonymous_sale, bad_date, bad_amount", nullable=False),
    _column("raw", pa.string(), "the row's cells as a JSON object", nullable=False),
)

UPLOADS = _table(
    "uploads",
    "one delivered file",
    _column("upload_sha256", pa.string(), "SHA-256 of the file's bytes", nullable=False),
    _column("file_name", pa.string(), "name as delivered", nullable=False),
    _column("uploaded_at", TIME, "when it was ingested, UTC", nullable=False),
    _column("route", pa.string(), "cli, api, app or file_drop", nullable=False),
    _column("rows_in", pa.int64(), "data rows in the file", nullable=False),
    _column("rows_kept", pa.int64(), "rows that are in the ledger after this upload because of it", nullable=False),
    _column("rows_rejected", pa.int64(), "rows set aside in rejected_rows", nullable=False),
    _column("rows_known", pa.int64(), "rows that the ledger already had", nullable=False),
    _column("exact_duplicates", pa.int64(), "rows of the file identical to an earlier row of it", nullable=False),
    _column("first_ts", TIME, "earliest usable row"),
    _column("last_ts", TIME, "latest usable row"),
    _column("mode", pa.string(), "append, or replace: the upload's period was replaced", nullable=False),
    _column("reading", pa.string(), "mapping and settings that its rows were read with, JSON", nullable=False),
)

CONTACTS = _table(
    "contacts",
    "one customer's contact details, joined only when a list is exported",
    _CUSTOMER,
    _column("name", pa.string(), "name"),
    _column("email", pa.string(), "e-mail address"),
    _column("phone", pa.string(), "phone number"),
)

TRAINING_SNAPSHOTS = _table(
    "training_snapshots",
    "one eligible customer at one mature cutoff",
    _CUSTOMER,
    _CUTOFF,
    _column("split", pa.string(), "train, or test: the last mature cutoff", nullable=False),
    _FOLD,
    _CHURNED,
    open=True,
)

EMBARGOED_SNAPSHOTS = _table(
    "embargoed_snapshots",
    "one eligible customer at a mature cutoff between T - H and T: outcomes overlap the test, so only the champion's final refit reads it",
    _CUSTOMER,
    _CUTOFF,
    _FOLD,
    _CHURNED,
    open=True,
)

CUSTOMER_FEATURES = _table("customer_features", "one eligible customer at data end", _CUSTOMER, _AS_OF, open=True)

TEST_PREDICTIONS = _table(
    "test_predictions",
    "one eligible customer at the test cutoff; beside these one p_<model> per candidate and baseline",
    _CUSTOMER,
    _CUTOFF,
    _FOLD,
    _CHURNED,
    _column("p_hiatus", pa.float64(), "churn probability of the hiatus rule"),
    _column("p_bg_nbd", pa.float64(), "churn probability of BG/NBD"),
    _column("p_champion", pa.float64(), "churn probability of the champion's recipe, trained on training snapshots", nullable=False),
    _column("p_champion_unseen", pa.float64(), "the same from the fold model that never saw the customer", nullable=False),
    open=True,
)

BACKTEST = _table(
    "backtest",
    "one model at one past cutoff, with the whole procedure repeated there",
    _CUTOFF,
    _column("model", pa.string(), "kind of model, hiatus or bg_nbd", nullable=False),
    _column("is_champion", pa.bool_(), "the model that was chosen at this cutoff, without looking at its outcomes", nullable=False),
    _column("customers", pa.int64(), "eligible customers at the cutoff", nullable=False),
    _column("churn_rate", pa.float64(), "share of them that churned", nullable=False),
    _column("roc_auc", pa.float64(), "ROC-AUC"),
    _column("average_precision", pa.float64(), "average precision"),
    _column("log_loss", pa.float64(), "mean negative log-likelihood, nats"),
    _column("brier", pa.float64(), "mean squared error of the probability"),
    _column("ece", pa.float64(), "expected calibration error over ten equally large groups"),
    _column("f1", pa.float64(), "F1 at the threshold found before the cutoff"),
    _column("ece_of_chance", pa.float64(), "mean calibration error of exactly true probabilities with so few customers"),
    _column("roc_auc_low", pa.float64(), "lower end of the 95 % bootstrap interval; null for baselines"),
    _column("roc_auc_high", pa.float64(), "upper end"),
    _column("log_loss_low", pa.float64(), "lower end of the 95 % bootstrap interval; null for baselines"),
    _column("log_loss_high", pa.float64(), "upper end"),
    _column("training_cutoffs", pa.int64(), "cutoffs trained on", nullable=False),
    _column("training_rows", pa.int64(), "rows trained on", nullable=False),
    _column("effort", pa.string(), "effort of the search: quick, standard or thorough", nullable=False),
    _column("seconds", pa.float64(), "time of the whole origin", nullable=False),
)

SHAP_VALUES = _table(
    "shap_values",
    "one scored customer; one column per feature, its contribution to model_output",
    _CUSTOMER,
    _AS_OF,
    _column("base_value", pa.float64(), "model output before any feature is known", nullable=False),
    _column("model_output", pa.float64(), "base value plus all contributions", nullable=False),
    open=True,
)

FEATURE_IMPORTANCE = _table(
    "feature_importance",
    "one feature of the champion, most important first",
    _column("feature", pa.string(), "feature name", nullable=False),
    _column("factor", pa.string(), "the group of features that one reason speaks of", nullable=False),
    _column("importance", pa.float64(), "share of the mean absolute SHAP value; all features sum to 1", nullable=False),
    _column("mean_abs_shap", pa.float64(), "mean absolute contribution, on the explanation's scale", nullable=False),
    _column("direction", pa.float64(), "rank correlation of value and contribution: above 0, more of it raises churn"),
    _column("builtin", pa.float64(), "the model's own importance, scaled to sum 1, where it has one"),
    _column("permutation", pa.float64(), "mean loss of test log loss when the feature is shuffled"),
)

DECISION_RULES = _table(
    "decision_rules",
    "one rule found on training rows and measured on the test, or the profile of one risk tier, measured on the scored customers",
    _column("kind", pa.string(), "rule or profile", nullable=False),
    _column("outcome", pa.string(), "churns or stays; of a profile the tier, such as high risk", nullable=False),
    _column("rule", pa.string(), "the rule in words: IF ... AND ... THEN ...", nullable=False),
    _column(
        "conditions",
        pa.list_(pa.struct([("feature", pa.string()), ("above", pa.bool_()), ("threshold", pa.float64())])),
        "all must hold: feature > threshold where above, else feature <= threshold",
        nullable=False,
    ),
    _column("coverage", pa.float64(), "share of the customers for whom the conditions hold", nullable=False),
    _column("precision", pa.float64(), "share of these with the outcome", nullable=False),
    _column("lift", pa.float64(), "precision over the outcome's share among all", nullable=False),
    _column("count", pa.int64(), "customers for whom the conditions hold", nullable=False),
)

CUSTOMER_VALUE = _table(
    "customer_value",
    "one customer with an order, as of data end",
    _CUSTOMER,
    _column("clv", pa.float64(), "expected margin over the CLV horizon, currency", nullable=False),
    _column("clv_low", pa.float64(), "lower end of the 80 % interval, currency"),
    _column("clv_high", pa.float64(), "upper end of the 80 % interval, currency"),
    _column("p_alive", pa.float64(), "BG/NBD probability of still being a customer"),
    _column("expected_orders", pa.float64(), "orders expected over the CLV horizon", nullable=False),
    _column("expected_order_value", pa.float64(), "expected value of one order, currency", nullable=False),
    _column("value_if_retained", pa.float64(), "CLV given an order within H, currency", nullable=False),
    _column("value_if_churned", pa.float64(), "CLV given no order within H, currency", nullable=False),
    _column("method", pa.string(), "bg_nbd_gamma_gamma or fallback", nullable=False),
)

RISK_FACTORS = pa.list_(
    pa.struct(
        [("factor", pa.string()), ("feature", pa.string()), ("value", pa.float64()), ("impact", pa.float64()), ("reason", pa.string())]
    )
)

CUSTOMER_SCORES = _table(
    "customer_scores",
    "one customer with an order, as of data end",
    _CUSTOMER,
    _AS_OF,
    _column("status", pa.string(), "lapsed, new or eligible", nullable=False),
    _column("churn_probability", pa.float64(), "probability of no order in [as_of, as_of + H); null unless eligible"),
    _column("risk_tier", pa.string(), "high, medium or low; null unless eligible"),
    _column("clv", pa.float64(), "expected margin over the CLV horizon, currency", nullable=False),
    _column("money_at_risk", pa.float64(), "p x (value if retained - value if churned), currency; null unless eligible"),
    _column("last_order_at", TIME, "time of the last order", nullable=False),
    _column("days_since_last_order", pa.float64(), "days from the last order to as_of", nullable=False),
    _column("orders", pa.int64(), "orders before as_of", nullable=False),
    _column("total_spend", pa.float64(), "amounts of all rows, returns netted out, currency", nullable=False),
    _column("top_risk_factors", RISK_FACTORS, "strongest reasons; impact in probability points"),
)

SCORE_HISTORY = _table(
    "score_history",
    "one scored customer in one scoring: the receipt that is graded when due",
    _CUSTOMER,
    _AS_OF,
    _column("scored_at", TIME, "when, UTC", nullable=False),
    _column("run_id", pa.string(), "the run that scored", nullable=False),
    _column("model_version", pa.string(), "version of the registered champion", nullable=False),
    _column("due_at", TIME, "as_of + H: when the outcome is known", nullable=False),
    _column("churn_probability", pa.float64(), "probability given", nullable=False),
    _column("risk_tier", pa.string(), "tier given", nullable=False),
    _column("clv", pa.float64(), "CLV given, currency", nullable=False),
)

RISK_SEGMENTS = _table(
    "risk_segments",
    "one segment; the segments sum to all customers",
    _column("segment", pa.string(), "high_risk, medium_risk, low_risk, lapsed or new", nullable=False),
    _column("count", pa.int64(), "customers", nullable=False),
    _column("share", pa.float64(), "share of all customers", nullable=False),
    _column("revenue", pa.float64(), "sum of CLV, currency", nullable=False),
    _column("avg_clv", pa.float64(), "mean CLV, currency", nullable=False),
    _column("money_at_risk", pa.float64(), "sum of p x (value if retained - value if churned), currency"),
    _column("recoverable_low", pa.float64(), "money at risk x 30 %, currency"),
    _column("recoverable_high", pa.float64(), "money at risk x 40 %, currency"),
    _column("avg_churn_probability", pa.float64(), "mean probability"),
    _column("avg_days_since_last_order", pa.float64(), "days; null where the segment is empty"),
    _column("traits", pa.list_(pa.string()), "what its customers have in common, in words"),
)

ROI_SCENARIOS = _table(
    "roi_scenarios",
    "one campaign scenario",
    _column("scenario", pa.string(), "top_50, top_100, top_200, all_high_risk or profit_optimal", nullable=False),
    _column("label", pa.string(), "in words", nullable=False),
    _column("target_count", pa.int64(), "customers contacted", nullable=False),
    _column("discount_percent", pa.float64(), "percent", nullable=False),
    _column("success_rate", pa.float64(), "share of would-be churners saved", nullable=False),
    _column("total_cost", pa.float64(), "currency", nullable=False),
    _column("expected_saves", pa.float64(), "customers", nullable=False),
    _column("revenue_protected", pa.float64(), "currency", nullable=False),
    _column("net_roi", pa.float64(), "revenue protected - total cost, currency", nullable=False),
    _column("net_roi_low", pa.float64(), "lower end of the 80 % interval, currency"),
    _column("net_roi_high", pa.float64(), "upper end of the 80 % interval, currency"),
    _column("roi_percent", pa.float64(), "net_roi / total_cost x 100"),
    _column("probability_of_loss", pa.float64(), "probability that net_roi < 0"),
    _column("recommended", pa.bool_(), "the scenario with the star", nullable=False),
)

CAMPAIGN_RESULTS = _table(
    "campaign_results",
    "one campaign with a control group, once its outcomes are known",
    _column("campaign", pa.string(), "name of the campaign", nullable=False),
    _column("measured_at", TIME, "instant up to which orders were counted", nullable=False),
    _column("contacted", pa.int64(), "customers contacted", nullable=False),
    _column("control", pa.int64(), "customers drawn by lot and left alone", nullable=False),
    _column("success_rate", pa.float64(), "1 - churn rate of the contacted / churn rate of the control group", nullable=False),
    _column("success_rate_low", pa.float64(), "lower end of the 80 % interval", nullable=False),
    _column("success_rate_high", pa.float64(), "upper end of the 80 % interval", nullable=False),
)

CHURN_FORECAST = _table(
    "churn_forecast",
    "one month ahead, for the customers known today and without any action; low and high are an 80 % interval",
    _column("month", pa.int64(), "months ahead, the first is 1", nullable=False),
    _column("period_start", TIME, "start of the month ahead", nullable=False),
    _column("period_end", TIME, "end of the month ahead, exclusive", nullable=False),
    *(
        _column(name + end, pa.float64(), meaning, nullable=name == "churn_rate")
        for name, meaning in (
            ("active_customers", "customers with an order in the H days before the end of the month"),
            ("lost_customers", "of those active today, not active at the end of the month"),
            ("churn_rate", "of those eligible H days before the end of the month, share without an order since; null where nobody was"),
            ("revenue", "revenue of the month net of returns, currency"),
        )
        for end in ("", "_low", "_high")
    ),
)

CHURN_DRIVERS = _table(
    "churn_drivers",
    "one finding about why customers churn, in words and with its numbers",
    _column(
        "segment",
        pa.string(),
        "high_risk, medium_risk or above_average (where hardly anybody is high); all for changes over time",
        nullable=False,
    ),
    _column("kind", pa.string(), "share: customers beyond a threshold; change: this period against the one before", nullable=False),
    _column("factor", pa.string(), "the group of features that it speaks of; null for changes over time"),
    _column("feature", pa.string(), "feature or measure", nullable=False),
    _column("threshold", pa.float64(), "threshold of a share, in the unit of the feature"),
    _column("inside", pa.float64(), "share inside the segment, or the measure in the last period", nullable=False),
    _column("outside", pa.float64(), "share of the other scored customers, or the measure in the period before", nullable=False),
    _column(
        "mean_contribution", pa.float64(), "mean SHAP contribution in the segment minus that of the others, on the explanation's scale"
    ),
    _column("sentence", pa.string(), "the finding in words", nullable=False),
)

CUSTOMER_SEGMENTS = _table(
    "customer_segments",
    "one customer with an order and the groups that it belongs to",
    _CUSTOMER,
    _column("segment", pa.string(), "high_risk, medium_risk, low_risk, lapsed or new", nullable=False),
    _column("recency_score", pa.int8(), "1 (long ago) - 5 (just now), fifths of all customers", nullable=False),
    _column("frequency_score", pa.int8(), "1 (few orders) - 5 (many)", nullable=False),
    _column("monetary_score", pa.int8(), "1 (low spend) - 5 (high)", nullable=False),
    _column("rfm_segment", pa.string(), "RFM segment in words", nullable=False),
    _column("relative_tier", pa.string(), "tier relative to the shop's own churn rate; null unless eligible"),
    _column("persona", pa.string(), "group of customers with like reasons; null unless at risk"),
)

RECOMMENDATIONS = _table(
    "recommendations",
    "one action for one segment, most profitable first",
    _column("segment", pa.string(), "who", nullable=False),
    _column("action", pa.string(), "name in the shop's catalogue", nullable=False),
    _column("kind", pa.string(), "discount, call, product_suggestion or win_back", nullable=False),
    _column("offer", pa.string(), "the offer in words", nullable=False),
    _column("reason", pa.string(), "most frequent main reason of its customers; null where they have none"),
    _column("customers", pa.int64(), "customers to contact", nullable=False),
    _column("discount_percent", pa.float64(), "percent", nullable=False),
    _column("success_rate", pa.float64(), "share of would-be churners saved", nullable=False),
    _column("expected_saves", pa.float64(), "customers", nullable=False),
    _column("expected_cost", pa.float64(), "currency", nullable=False),
    _column("expected_revenue", pa.float64(), "currency protected", nullable=False),
    _column("expected_profit", pa.float64(), "currency", nullable=False),
    _column("expected_profit_low", pa.float64(), "lower end of the 80 % interval, currency", nullable=False),
    _column("expected_profit_high", pa.float64(), "upper end of the 80 % interval, currency", nullable=False),
    _column("probability_of_loss", pa.float64(), "probability that the profit is below zero"),
    _column("sentence", pa.string(), "the recommendation in words", nullable=False),
)

RECOMMENDED_ACTIONS = _table(
    "recommended_actions",
    "one customer worth contacting, with the action and the message",
    _CUSTOMER,
    _column("segment", pa.string(), "segment of the customer", nullable=False),
    _column("action", pa.string(), "name in the shop's catalogue", nullable=False),
    _column("reason", pa.string(), "factor of the strongest reason; null where there is none"),
    _column("expected_profit", pa.float64(), "currency", nullable=False),
    _column("discount_percent", pa.float64(), "percent", nullable=False),
    _column("subject", pa.string(), "subject line", nullable=False),
    _column("message", pa.string(), "text of the message", nullable=False),
    _column("last_purchase_date", TIME, "day of the last order", nullable=False),
    _column("products", pa.list_(pa.string()), "1-3 complementary products; empty where the files name none", nullable=False),
    _column("expires_at", TIME, "last day of the offer", nullable=False),
)

EARLY_WARNINGS = _table(
    "early_warnings",
    "one customer who gives cause for concern",
    _CUSTOMER,
    _column("kind", pa.string(), "moved_up, high_value_at_risk or weak_start", nullable=False),
    _column("previous_tier", pa.string(), "tier at the scoring before; null where there was none"),
    _column("risk_tier", pa.string(), "tier now; null for new customers"),
    _column("previous_probability", pa.float64(), "churn probability at the scoring before"),
    _column("churn_probability", pa.float64(), "churn probability now; null for new customers"),
    _column("clv", pa.float64(), "expected margin over the CLV horizon, currency", nullable=False),
    _column("sentence", pa.string(), "the warning in words", nullable=False),
)

GRADED_PREDICTIONS = _table(
    "graded_predictions",
    "one receipt of score_history with what happened",
    _CUSTOMER,
    _AS_OF,
    _column("scored_at", TIME, "when, UTC", nullable=False),
    _column("run_id", pa.string(), "the run that scored", nullable=False),
    _column("model_version", pa.string(), "version of the registered champion", nullable=False),
    _column("due_at", TIME, "as_of + H: when the outcome is known", nullable=False),
    _column("churn_probability", pa.float64(), "probability given", nullable=False),
    _column("risk_tier", pa.string(), "tier given", nullable=False),
    _column("clv", pa.float64(), "CLV given, currency", nullable=False),
    _column("outcome", pa.string(), "known, not_yet_known, or not_in_ledger: the customer's orders before as_of are gone", nullable=False),
    _column("churned", pa.int8(), "1 when no order in [as_of, as_of + H); null unless the outcome is known"),
)

GRADED_SCORINGS = _table(
    "graded_scorings",
    "one scoring of the shop and how well it did; measures are null until its outcomes are known",
    _column("run_id", pa.string(), "the run that scored", nullable=False),
    _AS_OF,
    _column("scored_at", TIME, "when, UTC", nullable=False),
    _column("due_at", TIME, "as_of + H: when the outcome is known", nullable=False),
    _column("model_version", pa.string(), "version of the registered champion", nullable=False),
    _column("horizon", pa.int64(), "H, days", nullable=False),
    _column("outcome", pa.string(), "known or not_yet_known", nullable=False),
    _column("customers", pa.int64(), "customers scored", nullable=False),
    _column("graded", pa.int64(), "customers whose outcome is known", nullable=False),
    _column("expected_churn_rate", pa.float64(), "mean probability given", nullable=False),
    _column("churn_rate", pa.float64(), "share that churned"),
    _column("roc_auc", pa.float64(), "ROC-AUC; null where all or none churned"),
    _column("average_precision", pa.float64(), "average precision"),
    _column("log_loss", pa.float64(), "mean negative log-likelihood, nats"),
    _column("log_loss_of_rate", pa.float64(), "log loss of one who knew the churn rate and nothing else, nats"),
    _column("brier", pa.float64(), "mean squared error of the probability"),
    _column("calibration_error", pa.float64(), "expected calibration error over ten equally large groups"),
    _column("calibration_slope", pa.float64(), "slope of outcome on log-odds: 1 when calibrated, below 1 when too sure"),
    _column("calibration_intercept", pa.float64(), "intercept of the same: 0 when calibrated"),
    *(
        column
        for tier in ("high", "medium", "low")
        for column in (
            _column(f"{tier}_customers", pa.int64(), f"customers scored {tier}", nullable=False),
            _column(f"{tier}_expected_churn_rate", pa.float64(), f"mean probability of tier {tier}; null where it is empty"),
            _column(f"{tier}_churn_rate", pa.float64(), f"share of tier {tier} that churned"),
        )
    ),
    _column("expected_clv_of_churners", pa.float64(), "sum of p x CLV, currency", nullable=False),
    _column("clv_of_churners", pa.float64(), "CLV, as estimated then, of those who churned, currency"),
    _column("clv_of_churners_flagged", pa.float64(), "the part of it that was in tier high or medium, currency"),
)

FEATURE_DRIFT = _table(
    "feature_drift",
    "one feature: today's customers against those that the champion learned from",
    _column("feature", pa.string(), "feature name", nullable=False),
    _column("importance", pa.float64(), "share of the champion's importance; 0 where it does not use the feature", nullable=False),
    _column("psi", pa.float64(), "population stability index against all training snapshots", nullable=False),
    _column(
        "psi_limit", pa.float64(), "from where on it counts: the shop's limit, or what chance gives with so few customers", nullable=False
    ),
    _column("classifier_auc", pa.float64(), "out-of-fold ROC-AUC of telling training snapshots from today by this feature", nullable=False),
    _column("psi_same_season", pa.float64(), "PSI against the snapshots of the same season a year ago; null where there are none"),
    _column("classifier_auc_same_season", pa.float64(), "the classifier against them; null where there are none"),
    _column("psi_newest", pa.float64(), "PSI against the newest training snapshot", nullable=False),
    _column("classifier_auc_newest", pa.float64(), "the classifier against it", nullable=False),
    _column(
        "drifted", pa.bool_(), "neither training as a whole nor its newest snapshot nor the same season looked like today", nullable=False
    ),
)

TABLES: dict[str, TableSchema] = {
    t.name: t
    for t in (
        TRANSACTIONS,
        REJECTED_ROWS,
        UPLOADS,
        CONTACTS,
        TRAINING_SNAPSHOTS,
        EMBARGOED_SNAPSHOTS,
        CUSTOMER_FEATURES,
        TEST_PREDICTIONS,
        BACKTEST,
        SHAP_VALUES,
        FEATURE_IMPORTANCE,
        DECISION_RULES,
        CUSTOMER_VALUE,
        CUSTOMER_SCORES,
        SCORE_HISTORY,
        RISK_SEGMENTS,
        ROI_SCENARIOS,
        CAMPAIGN_RESULTS,
        CHURN_DRIVERS,
        CUSTOMER_SEGMENTS,
        RECOMMENDATIONS,
        RECOMMENDED_ACTIONS,
        EARLY_WARNINGS,
        CHURN_FORECAST,
        GRADED_PREDICTIONS,
        GRADED_SCORINGS,
        FEATURE_DRIFT,
    )
}

SNAPSHOT_KEYS = ("customer_id", "cutoff", "split", "fold", "churned", "as_of")


def feature_columns(columns: list[str]) -> list[str]:
    """The feature columns among a snapshot's columns: everything that is not a key, split or label."""
    return [c for c in columns if c not in SNAPSHOT_KEYS]
