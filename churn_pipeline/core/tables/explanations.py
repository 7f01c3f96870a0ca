"""Why the champion says what it says."""

import pyarrow as pa

from churn_pipeline.core.tables.declaration import AS_OF, CUSTOMER, column, table

SHAP_VALUES = table(
    "shap_values",
    "one scored customer; one column per feature, its contribution to model_output",
    CUSTOMER,
    AS_OF,
    column("base_value", pa.float64(), "model output before any feature is known", nullable=False),
    column("model_output", pa.float64(), "base value plus all contributions", nullable=False),
    open=True,
)

FEATURE_IMPORTANCE = table(
    "feature_importance",
    "one feature of the champion, most important first",
    column("feature", pa.string(), "feature name", nullable=False),
    column("factor", pa.string(), "the group of features that one reason speaks of", nullable=False),
    column(
        "importance",
        pa.float64(),
        "share of the mean absolute SHAP value; all features sum to 1",
        nullable=False,
    ),
    column(
        "mean_abs_shap",
        pa.float64(),
        "mean absolute contribution, on the explanation's scale",
        nullable=False,
    ),
    column(
        "direction",
        pa.float64(),
        "rank correlation of value and contribution: above 0, more of it raises churn",
    ),
    column("builtin", pa.float64(), "the model's own importance, scaled to sum 1, where it has one"),
    column("permutation", pa.float64(), "mean loss of test log loss when the feature is shuffled"),
)

DECISION_RULES = table(
    "decision_rules",
    "one rule found on training rows and measured on the test, or the profile of one risk tier, "
    "measured on the scored customers",
    column("kind", pa.string(), "rule or profile", nullable=False),
    column(
        "outcome", pa.string(), "churns or stays; of a profile the tier, such as high risk", nullable=False
    ),
    column("rule", pa.string(), "the rule in words: IF ... AND ... THEN ...", nullable=False),
    column(
        "conditions",
        pa.list_(pa.struct([("feature", pa.string()), ("above", pa.bool_()), ("threshold", pa.float64())])),
        "all must hold: feature > threshold where above, else feature <= threshold",
        nullable=False,
    ),
    column("coverage", pa.float64(), "share of the customers for whom the conditions hold", nullable=False),
    column("precision", pa.float64(), "share of these with the outcome", nullable=False),
    column("lift", pa.float64(), "precision over the outcome's share among all", nullable=False),
    column("count", pa.int64(), "customers for whom the conditions hold", nullable=False),
)
