"""Models, drivers and what a prediction is worth, in words."""

from typing import Any

from churn_pipeline.app.contents.summary import MODEL_NAMES
from churn_pipeline.core.wording import number, percent
from churn_pipeline.service.analysis import feature_labels

BASELINE_NAMES = {"hiatus": "Rule: days since the last order", "bg_nbd": "BG/NBD (2005)"}


def model_rows(results: dict[str, Any]) -> list[dict[str, str]]:
    """A row a model and baseline, best log loss first; the champion carries the star."""
    champion = results["summary"]["champion_model"]
    entries = [(m, MODEL_NAMES) for m in results["model_performance"]]
    entries += [(m, BASELINE_NAMES) for m in results["baselines"]]
    return [
        {
            "Model": ("★ " if model["model"] == champion else "") + names.get(model["model"], model["model"]),
            "AUC": f"{model['roc_auc']:.3f}",
            "Average precision": f"{model['average_precision']:.3f}",
            "Log loss": f"{model['log_loss']:.4f}",
            "F1": f"{model['f1']:.2f}",
            "Recall": percent(model["recall"]),
            "Precision": percent(model["precision"]),
        }
        for model, names in sorted(entries, key=lambda entry: entry[0]["log_loss"])
    ]


def champion_of(results: dict[str, Any]) -> dict[str, Any]:
    """The champion's entry in model_performance."""
    name = results["summary"]["champion_model"]
    return next(m for m in results["model_performance"] if m["model"] == name)


def performance_sentences(model: dict[str, Any]) -> list[str]:
    """The figures of a model at its threshold as a person says them."""
    flagged = model["true_positives"] + model["false_positives"]
    left = model["true_positives"] + model["false_negatives"]
    return [
        f"Of 100 customers that are flagged, {number(100 * model['precision'], 0)} leave.",
        f"Of 100 customers that leave, {number(100 * model['recall'], 0)} are flagged.",
        f"At the test date {number(flagged)} of {number(model['rows'])} customers were flagged and "
        f"{number(left)} left; {number(model['true_positives'])} are in both.",
        f"Among the tenth with the highest risk {percent(model['precision_at_10'])} left, "
        f"{number(model['lift_at_10'], 1)} times the usual share.",
        f"Between two customers of whom one leaves, the model picks the right one in "
        f"{percent(model['roc_auc'])} of the cases.",
    ]


def confusion_rows(model: dict[str, Any]) -> list[dict[str, str]]:
    """Who was flagged beside who left, at the model's threshold."""
    return [
        {
            "": "Flagged",
            "Left": number(model["true_positives"]),
            "Stayed": number(model["false_positives"]),
        },
        {
            "": "Not flagged",
            "Left": number(model["false_negatives"]),
            "Stayed": number(model["true_negatives"]),
        },
    ]


def feature_words(name: str) -> str:
    """A feature by the catalogue's label, as tables and charts have it; another name as words."""
    labels = feature_labels()
    if name in labels:
        return labels[name]
    return name.replace("_", " ").replace("bg nbd", "BG/NBD:").capitalize().replace("Bg/nbd", "BG/NBD")


def driver_breakdown(driver: dict[str, Any]) -> str:
    """What a driver of a segment means: who has the trait, inside and outside, and what it adds."""
    shares = (
        f"{percent(driver['inside'])} of the segment and {percent(driver['outside'])} of the others have it. "
        if driver["kind"] == "share" and driver["inside"] is not None and driver["outside"] is not None
        else ""
    )
    return (
        f"{feature_words(driver['feature'])}. {shares}It moves the probability of such a customer by "
        f"{100 * driver['mean_contribution']:+.1f} points on average."
    )


def importance_rows(results: dict[str, Any], most: int = 10) -> list[dict[str, Any]]:
    """The features that matter most, in percent of all."""
    return [
        {
            "Driver": feature_words(entry["feature"]),
            "Share of the decision, %": round(100 * entry["importance"], 1),
        }
        for entry in results["feature_importance"][:most]
    ]
