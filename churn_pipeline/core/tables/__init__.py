"""Every table that flows between stages: its columns, types and meaning, declared once, in a file a stage.

Tables with features have their fixed columns here; the feature columns follow the catalogue of the features
package. customer_id is always a string; times are naive, in the shop's time zone, in microseconds; amounts
are in the shop's currency."""

from churn_pipeline.core.tables.advice import ADVICE_BACKTEST, ADVICE_LEDGER, GRADED_ADVICE
from churn_pipeline.core.tables.campaigns import (
    CAMPAIGN_MEMBERS,
    CAMPAIGN_RESULTS,
    CONTACT_HISTORY,
    DO_NOT_CONTACT,
)
from churn_pipeline.core.tables.declaration import TIME, TableSchema
from churn_pipeline.core.tables.discounts import DISCOUNT_USE
from churn_pipeline.core.tables.explanations import DECISION_RULES, FEATURE_IMPORTANCE, SHAP_VALUES
from churn_pipeline.core.tables.insights import (
    CHURN_DRIVERS,
    CHURN_FORECAST,
    CUSTOMER_SEGMENTS,
    EARLY_WARNINGS,
    RECOMMENDATIONS,
    RECOMMENDED_ACTIONS,
    RISK_SEGMENTS,
    ROI_SCENARIOS,
    TARGET_LISTS,
)
from churn_pipeline.core.tables.ledger import CONTACTS, REJECTED_ROWS, TRANSACTIONS, UPLOADS
from churn_pipeline.core.tables.models import BACKTEST, MODEL_COMPARISON, TEST_PREDICTIONS
from churn_pipeline.core.tables.monitoring import FEATURE_DRIFT, GRADED_PREDICTIONS, GRADED_SCORINGS
from churn_pipeline.core.tables.returns import (
    GRADED_RETURNS,
    RETURN_FEATURES,
    RETURN_PREDICTIONS,
    RETURN_SNAPSHOTS,
)
from churn_pipeline.core.tables.scores import (
    CUSTOMER_SCORES,
    CUSTOMER_VALUE,
    RISK_FACTORS,
    SCORE_HISTORY,
)
from churn_pipeline.core.tables.snapshots import (
    CUSTOMER_FEATURES,
    EMBARGOED_SNAPSHOTS,
    LEVEL_SNAPSHOTS,
    SNAPSHOT_KEYS,
    TRAINING_SNAPSHOTS,
    feature_columns,
)
from churn_pipeline.core.tables.uplift import CUSTOMER_UPLIFT

TABLES: dict[str, TableSchema] = {
    t.name: t
    for t in (
        TRANSACTIONS,
        REJECTED_ROWS,
        UPLOADS,
        CONTACTS,
        TRAINING_SNAPSHOTS,
        EMBARGOED_SNAPSHOTS,
        LEVEL_SNAPSHOTS,
        CUSTOMER_FEATURES,
        RETURN_SNAPSHOTS,
        RETURN_FEATURES,
        RETURN_PREDICTIONS,
        MODEL_COMPARISON,
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
        CHURN_DRIVERS,
        CUSTOMER_SEGMENTS,
        RECOMMENDATIONS,
        RECOMMENDED_ACTIONS,
        TARGET_LISTS,
        CAMPAIGN_MEMBERS,
        CAMPAIGN_RESULTS,
        DO_NOT_CONTACT,
        CONTACT_HISTORY,
        CUSTOMER_UPLIFT,
        ADVICE_BACKTEST,
        ADVICE_LEDGER,
        GRADED_ADVICE,
        DISCOUNT_USE,
        EARLY_WARNINGS,
        CHURN_FORECAST,
        GRADED_PREDICTIONS,
        GRADED_SCORINGS,
        GRADED_RETURNS,
        FEATURE_DRIFT,
    )
}
