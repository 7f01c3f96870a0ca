"""A page in Markdown about the champion: what it predicts, from what, how well, and where it should not be
used."""

from typing import Any

from churn_pipeline.core.wording import counted, number, percent


def model_card(shop: str, document: dict[str, Any]) -> str:
    """The card of a comparison's champion, from the comparison's document."""
    champion = next(m for m in document["model_performance"] if m["is_champion"])
    interval = champion["intervals"]
    columns = ("roc_auc", "average_precision", "log_loss", "ece", "f1")
    models = [*document["model_performance"], *document["baselines"]]
    table = "\n".join(f"| {m['model']} | {' | '.join(_shown(m[c]) for c in columns)} |" for m in models)
    left_out = "; ".join(f"{name} ({why})" for name, why in document["dropped_features"].items())
    return f"""# Churn model of {shop}

**Predicts** the probability that an active customer with enough orders places no order \
within the horizon after the cutoff.

**Champion**: {champion["model"]}, {_parameters(champion["params"])}, \
calibration {champion["calibration"]["method"]}; \
the shop's level at the test moved all log-odds by {champion["calibration"]["level_shift"]:+.2f}.

**Trained on** {number(document["training_rows"])} rows at {document["training_cutoffs"]} cutoffs, \
{len(document["features"])} features; \
no outcome after {document["test_cutoff"]} was used.

**Tested** at {document["test_cutoff"]} on {counted(document["test_customers"], "customers")}, \
of whom {percent(document["churn_rate"], 1)} churned.

| model | ROC-AUC | average precision | log loss | ECE | F1 |
|---|---|---|---|---|---|
{table}

The champion's AUC is between {_shown(interval["roc_auc"][0])} and {_shown(interval["roc_auc"][1])} \
in 95 of 100 samples of customers. \
Calling every customer a churner would have an F1 of {_shown(champion["f1_everybody_churns"])}.

**Is it worth it?** {document["verdict"]["sentence"]}

**Do not use it** to judge a person, for customers with too few orders (they get no probability), \
or as a measure of what a campaign would achieve: \
it says who is likely to leave, not who can be kept.

Features left out: {left_out or "none"}.
"""


def _parameters(params: dict[str, Any]) -> str:
    told = ", ".join(f"{name.replace('_', ' ')} {_listed(value)}" for name, value in params.items())
    return f"with {told}" if told else "without parameters of its own"


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
