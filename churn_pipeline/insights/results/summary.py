"""The results document in a screenful of words, as the command line prints it."""

from collections.abc import Mapping
from typing import Any

from churn_pipeline.core.wording import counted, money, number, percent


def results_in_words(document: Mapping[str, Any]) -> str:
    """Summary, models, segments, drivers and recommendation of a results document (results.json) as plain
    lines."""
    blocks = [
        _overview(document),
        _models(document),
        _segments(document),
        _outlook(document),
        _drivers(document),
        _recommendation(document),
        _advice(document),
        _discounts(document),
        _uplift(document),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def _overview(document: Mapping[str, Any]) -> list[str]:
    summary, currency = document["summary"], document.get("currency", "")
    everyone, scored = counted(summary["total_customers"], "customers"), number(summary["eligible_customers"])
    lines = [f"Shop {document.get('shop', '')}: {everyone}, {scored} of them scored"]
    lines.append(f"  churn rate           {percent(summary['churn_rate'])} observed in the test")
    if summary.get("expected_churn_rate") is not None:
        expected, churners = percent(summary["expected_churn_rate"]), number(summary["expected_churners"], 0)
        lines[-1] += f", {expected} expected from now on ({churners} customers{_interval(summary)})"
    at_risk = money(summary["revenue_at_risk"], currency)
    lines.append(
        f"  revenue at risk      {at_risk} CLV of the "
        f"{counted(summary['high_risk_customers'], 'customers')} at high risk"
    )
    lines.append(f"  money at risk        {money(summary['money_at_risk'], currency)} more if nobody churned")
    if "money_at_risk_low" in summary:
        lines[-1] += (
            f" ({money(summary['money_at_risk_low'], currency)} to "
            f"{money(summary['money_at_risk_high'], currency)})"
        )
    lines += [f"  {told}" for told in _about_money(document)]
    sentence = (document.get("relative_tiers") or {}).get("sentence")
    return [*lines, f"  {sentence}"] if sentence else lines


def _interval(summary: Mapping[str, Any]) -> str:
    """The 80 % interval of the expected churners; "" in results of an earlier version."""
    if summary.get("expected_churners_low") is None:
        return ""
    low, high = (number(summary[f"expected_churners_{end}"], 0) for end in ("low", "high"))
    return f", {low} to {high} in 80 of 100 cases"


def _about_money(document: Mapping[str, Any]) -> list[str]:
    """Sentences without which the amounts would be misread."""
    dominant, scenarios = document["summary"].get("dominant_customer"), document.get("roi_scenarios") or {}
    margin = scenarios.get("margin") or {}
    told = [margin["sentence"]] if margin.get("gross_margin") == 1 else []
    return [*told, dominant["sentence"]] if dominant else told


def _models(document: Mapping[str, Any]) -> list[str]:
    champion = document["summary"]["champion_model"]
    lines = ["Models (test)          AUC     F1   precision  recall"]
    for model in document["model_performance"]:
        figures = "  ".join(_figure(model.get(name)) for name in ("roc_auc", "f1", "precision", "recall"))
        lines.append(
            f"  {model['model']:20s} {figures}{'  * champion' if model['model'] == champion else ''}"
        )
    if challenger := document.get("champion", {}).get("challenger"):
        lines.append(
            f"  version {document['champion']['version']} stays champion, "
            f"version {challenger['version']} is challenger:"
        )
        lines.append(f"  {document['champion']['reason']}")
    verdict = document.get("verdict")
    words = verdict.get("sentence") if isinstance(verdict, Mapping) else verdict
    of_campaigns = (document.get("training") or {}).get("campaigns", {}).get("sentences", [])
    return [*lines, *(f"  {told}" for told in [*([words] if words else []), *of_campaigns])]


def _figure(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, int | float) else "     -"


def _segments(document: Mapping[str, Any]) -> list[str]:
    currency = document.get("currency", "")
    lines = ["Segments               customers        CLV   average   order within H"]
    for name, segment in document["segments"].items():
        lines.append(
            f"  {name:20s} {number(segment['count']):>9} {money(segment['revenue'], currency):>10} "
            f"{money(segment['avg_clv'], currency):>9} {_chance(segment):>16}"
        )
    return lines


def _chance(segment: Mapping[str, Any]) -> str:
    """Mean chance of an order within H, and how many customers that comes to."""
    mean = segment.get("avg_return_probability")
    return "-" if mean is None else f"{percent(mean, 1)} ({number(segment['expected_returns'], 0)})"


def _outlook(document: Mapping[str, Any]) -> list[str]:
    """What the chances of the lapsed and the new, and the dates of the next order, rest on."""
    outlook = document.get("return_outlook")
    if not outlook:
        return []
    lines = ["Who orders again"]
    for status, told in outlook["populations"].items():
        lines.append(f"  {status}: {told['reason']}")
        test = told.get("test", {}).get("p_return", {})
        if told["method"] == "model" and test.get("roc_auc") is not None:
            baseline = told["test"]["p_bg_nbd"]
            lines.append(
                f"  {' ' * len(status)}  at the test: "
                f"AUC {test['roc_auc']:.4f}, log loss {test['log_loss']:.4f} "
                f"(BG/NBD {baseline['roc_auc']:.4f}, {baseline['log_loss']:.4f}); "
                f"a fit learns from {number(told['training_rows'])} rows"
            )
    timing = outlook["next_order"]
    dated = counted(timing["customers_with_a_date"], "customers")
    held = (
        ""
        if timing["coverage"] is None
        else f"; its 80 % interval held {percent(timing['coverage'])} of the newest orders it was tried on"
    )
    return [*lines, f"  next order: a date for {dated}{held}"]


def _drivers(document: Mapping[str, Any]) -> list[str]:
    sentences = [driver["sentence"] for driver in (document.get("drivers") or [])[:5]]
    return ["Why customers churn", *(f"  - {sentence}" for sentence in sentences)] if sentences else []


def _recommendation(document: Mapping[str, Any]) -> list[str]:
    primary = document["recommendations"].get("primary")
    return ["Recommendation", f"  {primary['sentence']}"] if primary and primary.get("sentence") else []


def _advice(document: Mapping[str, Any]) -> list[str]:
    """What the lists of an earlier run met; nothing before the first outcome is known."""
    sentences = (document.get("advice") or {}).get("sentences", [])
    return ["What came of earlier lists", *(f"  - {sentence}" for sentence in sentences)] if sentences else []


def _discounts(document: Mapping[str, Any]) -> list[str]:
    """What discounts did; nothing where the shop's files have none."""
    sentences = (document.get("discounts") or {}).get("sentences", [])
    return ["What discounts did", *(f"  - {sentence}" for sentence in sentences)] if sentences else []


def _uplift(document: Mapping[str, Any]) -> list[str]:
    """Whom contacting changes; nothing before a campaign with a control group has ended."""
    sentences = (document.get("uplift") or {}).get("sentences", [])
    return ["Whom contacting changes", *(f"  - {sentence}" for sentence in sentences)] if sentences else []
