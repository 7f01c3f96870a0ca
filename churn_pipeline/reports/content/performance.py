"""How good the predictions are, in sentences, tables and charts that the reports share."""

from churn_pipeline.core.documents.models import BaselinePerformance, Measures, ModelPerformance
from churn_pipeline.core.documents.results import Results
from churn_pipeline.core.wording import counted, number, percent
from churn_pipeline.features.catalogue import FACTORS, feature
from churn_pipeline.reports.content.blocks import Column, Picture, RankedBars, Table
from churn_pipeline.reports.content.names import day, in_a_hundred, model_name

UNKNOWN = "–"
WELL_CALIBRATED = 0.04
"""Calibration error up to which a probability may be taken at its word, 0-1."""


def champion_of(results: Results) -> ModelPerformance | None:
    """The champion's figures on the test; None where it was not among those compared."""
    return next((model for model in results.model_performance if model.is_champion), None)


def worth_of_learning(results: Results) -> str:
    """Whether machine learning is worth it here, with the ranking of everyone in plain words."""
    if results.verdict is None:
        return "Whether machine learning is worth it here could not be tested yet."
    champion = champion_of(results)
    baselines = results.baselines or []
    ranked: list[ModelPerformance | BaselinePerformance] = [champion, *baselines] if champion else []
    said = [
        f"{model_name(model.model)} {in_a_hundred(model.roc_auc)}"
        for model in ranked
        if model.roc_auc is not None
    ]
    if not said:
        return results.verdict.sentence
    return (
        f"{results.verdict.sentence} Shown a customer who left and one who stayed, the right one is given "
        "the "
        f"higher probability so often: {'; '.join(said)}. Chance alone gives 50."
    )


def performance_sentences(champion: Measures, results: Results) -> list[str]:
    """What the champion's figures mean: of 100 flagged so many leave."""
    training, sentences = results.training, []
    when = f" as of {day(training['test_cutoff'])}" if training.get("test_cutoff") else ""
    sentences.append(
        f"Tested on {counted(champion.rows, 'customers')}{when}, whose outcome the models had not seen."
    )
    sentences.append(
        f"Of 100 customers whom it flags (a probability of {percent(champion.threshold)} or more), "
        f"{_round(champion.precision)} leave; among all customers it is {_round(champion.churn_rate)}."
    )
    missed = None if champion.recall is None else 1 - champion.recall
    sentences.append(
        f"Of 100 customers who leave, it flags {_round(champion.recall)} and misses {_round(missed)}."
    )
    extra = champion.model_extra or {}
    if extra.get("precision_at_10") is not None:
        lift = extra.get("lift_at_10")
        times = f", {number(lift, 1)} times the average" if lift is not None else ""
        sentences.append(
            f"Of the tenth of customers with the highest probabilities, "
            f"{in_a_hundred(extra['precision_at_10'])} leave{times}."
        )
    if champion.ece is not None:
        word = (
            "Probabilities can be taken at their word: they"
            if champion.ece < WELL_CALIBRATED
            else "Probabilities"
        )
        sentences.append(f"{word} were off by {number(100 * champion.ece, 1)} percentage points on average.")
    return sentences


def comparison_table(results: Results) -> Table:
    """All models on one test, the champion marked with a star, and the two simple rules below them."""
    models: list[ModelPerformance | BaselinePerformance] = [*results.model_performance]
    models += results.baselines or []
    rows, marked = [], []
    for place, model in enumerate(models):
        is_champion = isinstance(model, ModelPerformance) and model.is_champion
        if is_champion:
            marked.append(place)
        figures = (model.precision, model.recall, model.f1, model.roc_auc, model.log_loss, model.ece)
        rows.append((model_name(model.model) + (" ★" if is_champion else ""), *map(_figure, figures)))
    headings = ("Precision", "Recall", "F1", "ROC-AUC", "Log loss", "Calibration error")
    return Table(
        (Column("Model", "left", 1.0), *(Column(heading) for heading in headings)),
        tuple(rows),
        tuple(marked),
        "★ in use. Precision: share of those flagged who leave. Recall: share of those who leave that were "
        "flagged. F1: both in one. ROC-AUC: how well it ranks, .5 is chance. Log loss and calibration "
        "error: of "
        "the probabilities, smaller is better.",
    )


def importance_picture(results: Results, most: int) -> Picture | None:
    """The features that move the probabilities most; None without any."""
    top = [row for row in results.feature_importance[:most] if row.importance > 0]
    if not top:
        return None
    labels = tuple(feature(row.feature).label for row in top)
    chart = RankedBars(
        labels,
        tuple(row.importance for row in top),
        tuple(percent(row.importance) for row in top),
        raises=tuple((row.direction or 0) > 0 for row in top),
    )
    told = ", ".join(f"{label} {percent(row.importance)}" for label, row in zip(labels, top, strict=True))
    return Picture(
        "What moves the probabilities most",
        chart,
        f"Share of all contributions: {told}.",
        "Share of all contributions. Red: more of it raises churn. Blue: more of it lowers it.",
    )


def factor_name(factor: str | None) -> str:
    """A reason's name in words, '–' for none."""
    return FACTORS.get(factor, factor) if factor else UNKNOWN


def _round(share: float | None) -> str:
    return UNKNOWN if share is None else number(100 * share, 0)


def _figure(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.3f}"
