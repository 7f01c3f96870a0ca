"""What MLflow's pages say of experiments, models, versions and runs, in words (Markdown)."""

from collections.abc import Mapping, Sequence
from typing import Any

from churn_pipeline.core.wording import number

KIND_WORDS = {
    "logistic_regression": "Logistic regression on quantile-normal features, with or without cubic splines.",
    "random_forest": "Random forest.",
    "xgboost": "Gradient boosted trees, XGBoost.",
    "lightgbm": "Gradient boosted trees, LightGBM.",
    "svm": "Support vector machine with an RBF kernel.",
    "decision_tree": "One pruned decision tree.",
    "neural_network": "A small neural network.",
    "blend": "Mean of the log-odds of all trained kinds and BG/NBD.",
    "hiatus": "Baseline: how long ago the last order was, nothing else.",
    "bg_nbd": "Baseline: BG/NBD (Fader, Hardie and Lee 2005), four parameters.",
}


def experiment_in_words(shop: str) -> str:
    """Of a shop's experiment."""
    return f"""**Trainings of the shop `{shop}`.** A run with nested runs is one training: the outer run has \
the choice, the model card, the dataset and the registered model, each nested run one kind of model, with \
its search (`trial_loss` by trial), its measures by cutoff (`cutoff_...`) and by fold (`fold_...`) and curves.

Time of a nested run is the time of its training. Measures that begin with `test_` are of the newest cutoff \
whose outcome is known, which no training, tuning or choice has seen. \
To compare kinds, mark nested runs and press *Compare*."""


def model_in_words(shop: str, trail: Sequence[Mapping[str, Any]]) -> str:
    """Of a shop's registered model: what it answers, and its decisions beside each other, newest first."""
    lines = [
        "| decided (UTC) | decision | kind | ROC-AUC | log loss | why |",
        "|---|---|---|---|---|---|",
    ]
    for entry in reversed(trail):
        new = entry.get("new") or {}
        figures = [
            f"{new[name]:.4f}" if new.get(name) is not None else "-" for name in ("roc_auc", "log_loss")
        ]
        cells = [entry["at"][:16].replace("T", " "), decision_in_words(entry), new.get("kind", "-")]
        lines.append(f"| {' | '.join([*cells, *figures, entry['reason']])} |")
    return f"""Churn of the shop `{shop}`: rows of its table customer_features in, the probability of no \
order within the horizon out, as in customer_scores. The version with the alias `champion` scores.

**Versions and decisions**, newest first; figures are of the test that decided.

{chr(10).join(lines)}"""


def decision_in_words(entry: Mapping[str, Any]) -> str:
    """An entry of the audit trail as a short phrase."""
    if entry["event"] == "kept":
        return f"version {entry['version']} stays, version {entry['challenger']} is challenger"
    replaced = f", replaces {entry['replaced']}" if entry.get("replaced") else ""
    return f"version {entry['version']} becomes champion{replaced}"


def version_in_words(entry: Mapping[str, Any]) -> str:
    """Of a version that a decision is about."""
    new, old = entry.get("new") or {}, entry.get("old") or {}
    told = f"**{decision_in_words(entry).capitalize()}**: {entry['reason']}."
    rows = [
        f"| {who} | {of.get('kind', '-')} | "
        + " | ".join(f"{of[name]:.4f}" if of.get(name) is not None else "-" for name in FIGURES)
        + " |"
        for who, of in (("this training", new), ("the standing recipe, trained anew", old))
        if of
    ]
    if not rows:
        return told
    head = f"| at {entry['cutoff']} | kind | ROC-AUC | average precision | log loss | ECE |"
    return "\n".join([told, "", head, "|---|---|---|---|---|---|", *rows])


FIGURES = ("roc_auc", "average_precision", "log_loss", "ece")


def run_in_words(card: str, pipeline_run: str | None) -> str:
    """Of a training's run: the way to the pipeline's run that made it, and the model card."""
    return f"[The run in Dagster that trained it]({pipeline_run})\n\n{card}" if pipeline_run else card


def kind_in_words(entry: Mapping[str, Any]) -> str:
    """Of the run of one kind of model, from its entry in the comparison."""
    kind = entry["model"]
    chosen = " Chosen as champion by this training." if entry.get("is_champion") else ""
    former = entry.get("training", {}).get("reused_from_run")
    taken = f" Taken over from run {former}: same data, settings, code and libraries." if former else ""
    return (
        f"{KIND_WORDS[kind]}{chosen}{taken} On {number(entry['rows'])} customers of the test: ROC-AUC "
        f"{_figure(entry['roc_auc'])}, log loss {_figure(entry['log_loss'])}, ECE {_figure(entry['ece'])}."
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
