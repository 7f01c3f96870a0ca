"""What the models said about the test, and the repetition of the whole procedure in the past."""

import pyarrow as pa

from churn_pipeline.core.tables.declaration import CHURNED, CUSTOMER, CUTOFF, FOLD, column, table

TEST_PREDICTIONS = table(
    "test_predictions",
    "one eligible customer at the test cutoff; beside these one p_<model> per candidate and baseline",
    CUSTOMER,
    CUTOFF,
    FOLD,
    CHURNED,
    column("p_hiatus", pa.float64(), "churn probability of the hiatus rule"),
    column("p_bg_nbd", pa.float64(), "churn probability of BG/NBD"),
    column(
        "p_champion",
        pa.float64(),
        "churn probability of the champion's recipe, trained on training snapshots",
        nullable=False,
    ),
    column(
        "p_champion_unseen",
        pa.float64(),
        "the same from the fold model that never saw the customer",
        nullable=False,
    ),
    open=True,
)

MODEL_COMPARISON = table(
    "model_comparison",
    "one eligible customer at the test cutoff, as the training compared its models; "
    "test_predictions has the champion in use",
    *TEST_PREDICTIONS.schema,
    open=True,
)

BACKTEST = table(
    "backtest",
    "one model at one past cutoff, with the whole procedure repeated there",
    CUTOFF,
    column("model", pa.string(), "kind of model, blend, hiatus or bg_nbd", nullable=False),
    column(
        "is_champion",
        pa.bool_(),
        "the model that was chosen at this cutoff, without looking at its outcomes",
        nullable=False,
    ),
    column("customers", pa.int64(), "eligible customers at the cutoff", nullable=False),
    column("churn_rate", pa.float64(), "share of them that churned", nullable=False),
    column("roc_auc", pa.float64(), "ROC-AUC"),
    column("average_precision", pa.float64(), "average precision"),
    column("log_loss", pa.float64(), "mean negative log-likelihood, nats"),
    column("brier", pa.float64(), "mean squared error of the probability"),
    column("ece", pa.float64(), "expected calibration error over ten equally large groups"),
    column("f1", pa.float64(), "F1 at the threshold found before the cutoff"),
    column(
        "ece_of_chance",
        pa.float64(),
        "mean calibration error of exactly true probabilities with so few customers",
    ),
    column("roc_auc_low", pa.float64(), "lower end of the 95 % bootstrap interval; null for baselines"),
    column("roc_auc_high", pa.float64(), "upper end"),
    column("log_loss_low", pa.float64(), "lower end of the 95 % bootstrap interval; null for baselines"),
    column("log_loss_high", pa.float64(), "upper end"),
    column(
        "champion_less_model",
        pa.float64(),
        "log loss of the champion less the model's, on the same customers",
    ),
    column("champion_less_model_error", pa.float64(), "standard error of that mean difference"),
    column("training_cutoffs", pa.int64(), "cutoffs trained on", nullable=False),
    column("training_rows", pa.int64(), "rows trained on", nullable=False),
    column("effort", pa.string(), "effort of the search: quick, standard or thorough", nullable=False),
    column("seconds", pa.float64(), "time of the whole origin", nullable=False),
)
