"""Who may come back: the lapsed and the new, whose chance of an order has models of their own."""

import pyarrow as pa

from churn_pipeline.core.tables.declaration import AS_OF, CUSTOMER, CUTOFF, TIME, column, table

STATUS = column("status", pa.string(), "at the cutoff: lapsed or new", nullable=False)
RETURNED = column("returned", pa.int8(), "label: 1 when an order is in [cutoff, cutoff + H)", nullable=False)

RETURN_SNAPSHOTS = table(
    "return_snapshots",
    "one lapsed or new customer at one mature cutoff, drawn by a hash where there are more than the cap",
    CUSTOMER,
    CUTOFF,
    STATUS,
    column(
        "split",
        pa.string(),
        "train, test (the last mature cutoff) or embargoed (between: the last fit alone reads it)",
        nullable=False,
    ),
    column("fold", pa.int8(), "fold of the customer, 0-2", nullable=False),
    RETURNED,
    open=True,
)

RETURN_FEATURES = table(
    "return_features", "one lapsed or new customer at data end", CUSTOMER, AS_OF, STATUS, open=True
)

RETURN_PREDICTIONS = table(
    "return_predictions",
    "one lapsed or new customer at the last mature cutoff",
    CUSTOMER,
    CUTOFF,
    STATUS,
    RETURNED,
    column(
        "p_return",
        pa.float64(),
        "return probability of the newest training's recipe, learned from training rows; BG/NBD's where it "
        "answers",
        nullable=False,
    ),
    column("p_bg_nbd", pa.float64(), "return probability of BG/NBD", nullable=False),
    column("p_hiatus", pa.float64(), "return probability of the hiatus rule", nullable=False),
)

GRADED_RETURNS = table(
    "graded_returns",
    "the return probabilities of one scoring's customers of one status, and how well they did; "
    "measures are null until the outcomes are known",
    column("run_id", pa.string(), "the run that scored", nullable=False),
    AS_OF,
    column("scored_at", TIME, "when, UTC", nullable=False),
    column("due_at", TIME, "as_of + H: when the outcome is known", nullable=False),
    column("model_version", pa.string(), "version of the registered champion", nullable=False),
    column("status", pa.string(), "eligible, lapsed or new at as_of", nullable=False),
    column("outcome", pa.string(), "known or not_yet_known", nullable=False),
    column("customers", pa.int64(), "customers with a receipt", nullable=False),
    column("graded", pa.int64(), "customers whose outcome is known", nullable=False),
    column("expected_return_rate", pa.float64(), "mean probability given", nullable=False),
    column("return_rate", pa.float64(), "share that ordered"),
    column("roc_auc", pa.float64(), "ROC-AUC; null where all or none ordered"),
    column("log_loss", pa.float64(), "mean negative log-likelihood, nats"),
    column(
        "log_loss_of_rate", pa.float64(), "log loss of one who knew the return rate and nothing else, nats"
    ),
    column("calibration_error", pa.float64(), "expected calibration error over ten equally large groups"),
    column(
        "calibration_error_of_chance",
        pa.float64(),
        "mean calibration error of exactly true probabilities with so few customers",
    ),
)
