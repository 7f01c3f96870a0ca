"""The results document in a screenful of words, as the command line prints it."""

from collections.abc import Mapping
from typing import Any

from churn_pipeline.insights.wording import customers, money, percent


def results_in_words(document: Mapping[str, Any]) -> str:
    """Summary, models, segments, drivers and recommendation of a results document (results.json) as plain lines."""
    blocks = [_overview(document), _models(document), _segments(document), _drivers(document), _recommendation(document)]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def _overview(document: Mapping[str, Any]) -> list[str]:
    summary, currency = document["summary"], document.get("currency", "")
    lines = [f"Shop {document.get('shop', '')}: {customers(summary['total_customers'])}, {summary['eligible_customers']:,} of them scored"]
    lines.append(f"  churn rate           {percent(summary['churn_rate'])} observed in the test")
    if summary.get("expected_churn_rate") is not None:
        lines[-1] += f", {percent(summary['expected_churn_rate'])} expected from now on ({summary['expected_churners']:,.0f} customers)"
    at_risk = money(summary["revenue_at_risk"], currency)
    lines.append(f"  revenue at risk      {at_risk} CLV of the {customers(summary['high_risk_customers'])} at high risk")
    lines.append(f"  money at risk        {money(summary['money_at_risk'], currency)} expected to be lost by churn")
    sentence = (document.get("relative_tiers") or {}).get("sentence")
    return [*lines, f"  {sentence}"] if sentence else lines


def _models(document: Mapping[str, Any]) -> list[str]:
    champion = document["summary"]["champion_model"]
    lines = ["Models (test)          AUC     F1   precision  recall"]
    for model in document["model_performance"]:
        figures = "  ".join(_figure(model.get(name)) for name in ("roc_auc", "f1", "precision", "recall"))
        lines.append(f"  {model['model']:20s} {figures}{'  * champion' if model['model'] == champion else ''}")
    if challenger := document.get("champion", {}).get("challenger"):
        lines.append(f"  version {document['champion']['version']} stays champion, version {challenger['version']} is challenger:")
        lines.append(f"  {document['champion']['reason']}")
    verdict = document.get("verdict")
    words = verdict.get("sentence") if isinstance(verdict, Mapping) else verdict
    return [*lines, f"  {words}"] if words else lines


def _figure(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, int | float) else "     -"


def _segments(document: Mapping[str, Any]) -> list[str]:
    currency = document.get("currency", "")
    lines = ["Segments               customers        CLV   average"]
    for name, segment in document["segments"].items():
        lines.append(
            f"  {name:20s} {segment['count']:9,} {money(segment['revenue'], currency):>10} {money(segment['avg_clv'], currency):>9}"
        )
    return lines


def _drivers(document: Mapping[str, Any]) -> list[str]:
    sentences = [driver["sentence"] for driver in (document.get("drivers") or [])[:5]]
    return ["Why customers churn", *(f"  - {sentence}" for sentence in sentences)] if sentences else []


def _recommendation(document: Mapping[str, Any]) -> list[str]:
    primary = document["recommendations"].get("primary")
    return ["Recommendation", f"  {primary['sentence']}"] if primary and primary.get("sentence") else []
