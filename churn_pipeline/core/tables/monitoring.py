"""How well earlier scores did, and whether today's customers are still those that were learned from."""

import pyarrow as pa

from churn_pipeline.core.enums import Tier
from churn_pipeline.core.tables.declaration import AS_OF, CUSTOMER, TIME, column, table

GRADED_PREDICTIONS = table(
    "graded_predictions",
    "one receipt of score_history with what happened",
    CUSTOMER,
    AS_OF,
    column("scored_at", TIME, "when, UTC", nullable=False),
    column("run_id", pa.string(), "the run that scored", nullable=False),
    column("model_version", pa.string(), "version of the registered champion", nullable=False),
    column("due_at", TIME, "as_of + H: when the outcome is known", nullable=False),
    column("status", pa.string(), "eligible, lapsed or new at as_of", nullable=False),
    column("churn_probability", pa.float64(), "probability given; null unless eligible"),
    column("return_probability", pa.float64(), "probability of an order given", nullable=False),
    column("risk_tier", pa.string(), "tier given; null unless eligible"),
    column("clv", pa.float64(), "CLV given, currency", nullable=False),
    column(
        "outcome",
        pa.string(),
        "known, not_yet_known, or not_in_ledger: the customer's orders before as_of are gone",
        nullable=False,
    ),
    column("churned", pa.int8(), "1 when no order in [as_of, as_of + H); null unless the outcome is known"),
)

GRADED_SCORINGS = table(
    "graded_scorings",
    "one scoring of the shop and how well it did; measures are null until its outcomes are known",
    column("run_id", pa.string(), "the run that scored", nullable=False),
    AS_OF,
    column("scored_at", TIME, "when, UTC", nullable=False),
    column("due_at", TIME, "as_of + H: when the outcome is known", nullable=False),
    column("model_version", pa.string(), "version of the registered champion", nullable=False),
    column("horizon", pa.int64(), "H, days", nullable=False),
    column("outcome", pa.string(), "known or not_yet_known", nullable=False),
    column("customers", pa.int64(), "customers scored", nullable=False),
    column(
        "graded",
        pa.int64(),
        "customers whose outcome is known and whom no campaign contacted",
        nullable=False,
    ),
    column("expected_churn_rate", pa.float64(), "mean probability given", nullable=False),
    column("churn_rate", pa.float64(), "share that churned"),
    column("roc_auc", pa.float64(), "ROC-AUC; null where all or none churned"),
    column("average_precision", pa.float64(), "average precision"),
    column("log_loss", pa.float64(), "mean negative log-likelihood, nats"),
    column(
        "log_loss_of_rate", pa.float64(), "log loss of one who knew the churn rate and nothing else, nats"
    ),
    column("brier", pa.float64(), "mean squared error of the probability"),
    column("calibration_error", pa.float64(), "expected calibration error over ten equally large groups"),
    column(
        "calibration_slope",
        pa.float64(),
        "slope of outcome on log-odds: 1 when calibrated, below 1 when too sure",
    ),
    column("calibration_intercept", pa.float64(), "intercept of the same: 0 when calibrated"),
    *(
        measure
        for tier in Tier
        for measure in (
            column(f"{tier}_customers", pa.int64(), f"customers scored {tier}", nullable=False),
            column(
                f"{tier}_expected_churn_rate",
                pa.float64(),
                f"mean probability of tier {tier}; null where it is empty",
            ),
            column(f"{tier}_churn_rate", pa.float64(), f"share of tier {tier} that churned"),
        )
    ),
    column("expected_clv_of_churners", pa.float64(), "sum of p x CLV, currency", nullable=False),
    column("clv_of_churners", pa.float64(), "CLV, as estimated then, of those who churned, currency"),
    column(
        "clv_of_churners_flagged", pa.float64(), "the part of it that was in tier high or medium, currency"
    ),
    column("contacted", pa.int64(), "customers whom a campaign contacted meanwhile: not graded"),
    column(
        "churn_rate_happened", pa.float64(), "share that churned with the campaigns; churn_rate is without"
    ),
    column(
        "expected_of_graded",
        pa.float64(),
        "mean probability of the graded, those left alone by lot standing for the contacted",
    ),
    column("effective_customers", pa.float64(), "customers of equal weight who would say as much"),
)

FEATURE_DRIFT = table(
    "feature_drift",
    "one feature: today's customers against those that the champion learned from",
    column("feature", pa.string(), "feature name", nullable=False),
    column(
        "importance",
        pa.float64(),
        "share of the champion's importance; 0 where it does not use the feature",
        nullable=False,
    ),
    column("psi", pa.float64(), "population stability index against all training snapshots", nullable=False),
    column(
        "psi_limit",
        pa.float64(),
        "from where on it counts: the shop's limit, or what chance gives with so few customers",
        nullable=False,
    ),
    column(
        "classifier_auc",
        pa.float64(),
        "out-of-fold ROC-AUC of telling training snapshots from today by this feature",
        nullable=False,
    ),
    column(
        "psi_same_season",
        pa.float64(),
        "PSI against the snapshots of the same season a year ago; null where there are none",
    ),
    column(
        "classifier_auc_same_season", pa.float64(), "the classifier against them; null where there are none"
    ),
    column("psi_newest", pa.float64(), "PSI against the newest training snapshot", nullable=False),
    column("classifier_auc_newest", pa.float64(), "the classifier against it", nullable=False),
    column(
        "drifted",
        pa.bool_(),
        "neither training as a whole nor its newest snapshot nor the same season looked like today",
        nullable=False,
    ),
)
