"""The model report: how the models compare, whether probabilities hold, what they rest on, and where the
model came from."""

from typing import Any

from churn_pipeline.core.documents.models import ModelPerformance
from churn_pipeline.core.documents.results import Results
from churn_pipeline.core.wording import counted, number, percent
from churn_pipeline.features.catalogue import feature
from churn_pipeline.reports.content.blocks import (
    Beside,
    Block,
    Bullets,
    Card,
    Cards,
    Column,
    Paragraph,
    Report,
    Section,
    Table,
)
from churn_pipeline.reports.content.model_probabilities import Calibration, probabilities
from churn_pipeline.reports.content.names import day, model_name
from churn_pipeline.reports.content.performance import (
    champion_of,
    comparison_table,
    importance_picture,
    performance_sentences,
    worth_of_learning,
)

UNKNOWN = "–"
FEATURES_SHOWN = 15
RULES_SHOWN = 10
CHAMPIONS_SHOWN = 6
LIBRARIES_SHOWN = 6
CALIBRATIONS = {"none": "as the models are", "platt": "Platt scaling", "isotonic": "isotonic regression"}


def model_report(results: Results, calibrated: Calibration | None) -> Report:
    """The report of a shop's results document; calibrated: of the champion on the test, None where its
    predictions are not kept."""
    champion = champion_of(results)
    sections = [
        _summary(results, champion),
        _comparison(results),
        _flags(champion, results),
        probabilities(results, calibrated),
        _importance(results),
        _rules(results),
        _model_card(results, champion),
        _history(results),
    ]
    tested = results.training.get("test_cutoff")
    return Report(
        title="Churn model report",
        shop=results.shop,
        subtitle=f"version {results.champion.version}, {model_name(results.champion.kind).lower()}"
        + (f", tested as of {day(tested)}" if tested else ""),
        footer=f"{results.shop} · churn model, version {results.champion.version}",
        sections=tuple(section for section in sections if section is not None),
    )


def _summary(results: Results, champion: ModelPerformance | None) -> Section:
    blocks: list[Block] = [
        Paragraph(worth_of_learning(results), "note"),
        Paragraph(f"Why this one: {results.champion.reason}."),
    ]
    if champion is not None:
        auc, loss = champion.intervals.get("roc_auc"), champion.intervals.get("log_loss")
        cards = Cards(
            (
                Card(
                    _share(champion.precision),
                    "of those flagged leave",
                    _with_interval("precision", champion.intervals.get("precision")),
                ),
                Card(
                    _share(champion.recall),
                    "of those who leave were flagged",
                    _with_interval("recall", champion.intervals.get("recall")),
                ),
                Card(_figure(champion.roc_auc), "ROC-AUC", _between(auc)),
                Card(_figure(champion.log_loss), "log loss", _between(loss)),
            )
        )
        blocks.insert(0, cards)
    return Section("Summary", tuple(blocks))


def _comparison(results: Results) -> Section:
    return Section("All models on one test", (comparison_table(results), _cross_validation(results)))


def _cross_validation(results: Results) -> Table:
    measures = {"f1": "F1", "recall": "Recall", "roc_auc": "ROC-AUC", "log_loss": "Log loss"}
    rows = []
    for model in results.model_performance:
        cells = [_mean_and_sd(model.cross_validation.get(name)) for name in measures]
        unseen = model.unseen_customers
        rows.append((model_name(model.model), *cells, _figure(unseen.roc_auc), _figure(unseen.log_loss)))
    headings = (*measures.values(), "ROC-AUC, unseen", "Log loss, unseen")
    return Table(
        (Column("Cross-validation", "left", 1.0), *(Column(heading) for heading in headings)),
        tuple(rows),
        note="Mean and standard deviation over five folds of customers, on the training dates. Unseen: on "
        "the "
        "test, each customer by the fold model that never saw them.",
    )


def _flags(champion: ModelPerformance | None, results: Results) -> Section | None:
    if champion is None:
        return None
    found = champion.model_extra or {}
    names = ("true_positives", "false_negatives", "false_positives", "true_negatives")
    if any(found.get(name) is None for name in names):
        return None
    caught, missed, wrongly, rightly = (int(found[name]) for name in names)
    matrix = Table(
        (Column("In the test", "left", 1.0), Column("flagged"), Column("not flagged"), Column("together")),
        (
            ("left", number(caught), number(missed), number(caught + missed)),
            ("stayed", number(wrongly), number(rightly), number(wrongly + rightly)),
            ("together", number(caught + wrongly), number(missed + rightly), number(champion.rows)),
        ),
        note=f"Flagged from a probability of {percent(champion.threshold)} on; chosen on customers whom the "
        "models had not seen, never on the test.",
    )
    return Section(
        "Whom it flags", (Beside(Bullets(tuple(performance_sentences(champion, results))), matrix),)
    )


def _importance(results: Results) -> Section | None:
    picture = importance_picture(results, FEATURES_SHOWN)
    if picture is None:
        return None
    rows = tuple(
        (
            feature(row.feature).label,
            percent(row.importance),
            _direction(row.direction),
            UNKNOWN if row.builtin is None else percent(row.builtin),
            _figure(row.permutation, 4),
        )
        for row in results.feature_importance[:FEATURES_SHOWN]
    )
    table = Table(
        (
            Column("Feature", "left", 1.0),
            Column("Share (SHAP)"),
            Column("More of it", "left"),
            Column("The model's own account"),
            Column("Loss when shuffled"),
        ),
        rows,
        note=f"The {FEATURES_SHOWN} most important of {number(len(results.feature_importance))} features, "
        "by the "
        "mean size of their exact contributions (Shapley values) to the log-odds of all scored customers.",
    )
    return Section("What it rests on", (picture, table))


def _rules(results: Results) -> Section | None:
    found = results.decision_rules[:RULES_SHOWN]
    if not found:
        return None
    rows = tuple(
        (rule["rule"], number(rule["count"]), percent(rule["precision"]), number(rule["lift"], 1))
        for rule in found
    )
    table = Table(
        (Column("Rule", "left", 1.0), Column("Customers"), Column("Holds for"), Column("Times usual")),
        rows,
        note="Rules were found on the training dates and counted on the test; those of a tier describe the "
        "scored "
        "customers. They describe the model in short; the probabilities are more exact.",
    )
    return Section("Rules of thumb", (table,))


def _model_card(results: Results, champion: ModelPerformance | None) -> Section:
    version, training = results.champion, results.training
    details = version.model_extra or {}
    calibrated_by = (champion.calibration if champion else {}).get("method", "none")
    code = [str(details[name])[:12] for name in ("code_version", "code_commit") if details.get(name)]
    libraries = list((details.get("libraries") or {}).items())[:LIBRARIES_SHOWN]
    rows = [
        (
            "Predicts",
            f"the probability of no order within {results.summary.horizon_days} days, for customers with at "
            f"least {results.churn_definition.min_orders} orders, the last of them within that time",
        ),
        ("Made of", _parameters(version.params, details.get("members") or [])),
        ("Calibration", CALIBRATIONS.get(calibrated_by, calibrated_by)),
        ("Learned from", _rows_at_cutoffs(details.get("rows"), len(details.get("cutoffs") or []))),
        ("Compared on", _rows_at_cutoffs(training.get("training_rows"), training.get("training_cutoffs"))),
        ("Features", _features(len(version.features), training.get("dropped_features") or {})),
        ("Chosen by", _weights(training.get("selection_weights") or {})),
        ("Code", ", ".join(code)),
        ("Libraries", ", ".join(f"{name} {installed}" for name, installed in libraries)),
        (
            "Not meant",
            "to judge a person; for customers without a probability; or to say what an offer achieves: it "
            "says "
            "who is likely to leave, not who can be kept",
        ),
    ]
    table = Table((Column("", "left"), Column("", "left", 1.0)), tuple((a, b or UNKNOWN) for a, b in rows))
    return Section("Model card", (table,))


def _history(results: Results) -> Section | None:
    entries = results.champion.history[-CHAMPIONS_SHOWN:][::-1]
    if not entries:
        return None
    rows = tuple(
        (day(entry["at"]), entry["event"], str(entry["version"]), entry["reason"]) for entry in entries
    )
    table = Table(
        (Column("On", "left"), Column("What", "left"), Column("Version"), Column("Why", "left", 1.0)), rows
    )
    return Section("Champions so far", (table,))


def _parameters(params: dict[str, Any], members: list[dict[str, Any]]) -> str:
    if members:
        return f"the mean of {', '.join(model_name(member['kind']) for member in members)} (log-odds)"
    return ", ".join(f"{name} {value}" for name, value in params.items())


def _weights(weights: dict[str, Any]) -> str:
    parts = [f"{name} {value:g}" for name, value in weights.items() if value]
    return f"loss at earlier dates; ties by {', '.join(parts)}" if parts else "loss at earlier dates"


def _rows_at_cutoffs(rows: int | None, cutoffs: int | None) -> str:
    return f"{number(rows or 0)} rows at {counted(cutoffs or 0, 'cutoffs')}"


def _features(used: int, dropped: dict[str, str], shown: int = 5) -> str:
    if not dropped:
        return f"{number(used)} of the catalogue"
    named = "; ".join(f"{name} ({why})" for name, why in list(dropped.items())[:shown])
    more = " and more" if len(dropped) > shown else ""
    return f"{number(used)} of the catalogue; {number(len(dropped))} left out: {named}{more}"


def _direction(direction: float | None) -> str:
    if direction is None or abs(direction) < 0.1:
        return "either way"
    return "raises churn" if direction > 0 else "lowers churn"


def _mean_and_sd(measure: dict[str, float | None] | None) -> str:
    mean, sd = (measure or {}).get("mean"), (measure or {}).get("sd")
    return UNKNOWN if mean is None or sd is None else f"{mean:.3f} ± {sd:.3f}"


def _share(value: float | None) -> str:
    return UNKNOWN if value is None else percent(value)


def _figure(value: float | None, decimals: int = 3) -> str:
    return UNKNOWN if value is None else f"{value:.{decimals}f}"


def _between(interval: tuple[float | None, float | None] | None) -> str:
    if interval is None or None in interval:
        return ""
    return f"95 % interval {_figure(interval[0])} to {_figure(interval[1])}"


def _with_interval(name: str, interval: tuple[float | None, float | None] | None) -> str:
    if interval is None or interval[0] is None or interval[1] is None:
        return name
    return f"{name}, 95 % interval {_share(interval[0])} to {_share(interval[1])}"
