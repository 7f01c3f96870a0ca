"""What to do: the recommended campaign with its message, what else pays, and the scenarios side by side."""

from typing import Any

from churn_pipeline.core.documents.results import Results
from churn_pipeline.core.wording import counted, money, number, percent
from churn_pipeline.reports.content.blocks import (
    Block,
    Bullets,
    Column,
    Lines,
    Paragraph,
    Picture,
    Section,
    Series,
    Table,
)
from churn_pipeline.reports.content.names import day, segment_name

UNKNOWN = "–"
ACTIONS_SHOWN = 8
SHORT_NAMES = {
    "top_50": "Top 50",
    "top_100": "Top 100",
    "top_200": "Top 200",
    "all_high_risk": "All at high risk",
    "profit_optimal": "Most profitable",
}


def campaign_section(results: Results) -> Section:
    """The recommendation: whom, with what offer and subject line, when, and what is expected of it."""
    primary = results.recommendations.primary.model_dump()
    blocks: list[Block] = []
    if primary["action"] == "none":
        blocks.append(Paragraph(primary["sentence"], "note"))
    else:
        blocks += [_plan(primary, results.currency), *_message(primary)]
    if results.recommendations.actions:
        blocks.append(_actions(results))
    return Section("What to do", tuple(blocks))


def scenario_section(results: Results) -> Section | None:
    """Campaigns of several sizes, with the star by profit and the one that the plain formula's ROI % "
    "gives."""
    scenarios = results.roi_scenarios
    if not scenarios.scenarios:
        return None
    plain = {row["scenario"]: row for row in scenarios.specification_formula}
    best_plain = _best_by_percent(scenarios.specification_formula)
    rows, marked = [], []
    for place, row in enumerate(scenarios.scenarios):
        is_star = row["scenario"] == scenarios.recommended
        if is_star:
            marked.append(place)
        rows.append(_scenario_row(row, plain.get(row["scenario"]), is_star, best_plain, results.currency))
    table = Table(
        (
            Column("Scenario", "left", 1.0),
            Column("Targets"),
            Column("Discount"),
            Column("Cost"),
            Column("Saved"),
            Column("Profit"),
            Column("80 % interval"),
            Column("ROI"),
            Column("ROI, plain formula"),
        ),
        tuple(rows),
        tuple(marked),
        _legend(results, best_plain),
    )
    picture = _profit_curve(results)
    return Section("Campaigns compared", (table, picture) if picture else (table,))


def _legend(results: Results, best_plain: str | None) -> str:
    """What the stars and the plain formula say."""
    star = "★ the most profitable. " if results.roi_scenarios.recommended else "No campaign pays for itself. "
    if best_plain is None:
        plain = "By the plain formula nobody would be contacted, since no customer is at high risk."
    else:
        plain = (
            "☆ the highest ROI by the plain formula, which takes everyone contacted for a leaver and a "
            "save for "
            "a whole customer value: it favours short lists, and stands here for comparison."
        )
    return f"{star}{plain} {results.roi_scenarios.note}"


def _plan(primary: dict[str, Any], currency: str) -> Bullets:
    message = primary.get("example_message") or {}
    until = f", valid until {day(message['expires_at'])}" if message.get("expires_at") else ""
    plan = [
        f"Whom: {primary['sentence'].split(':')[0].removeprefix('Target ')}.",
        f"When: this week{until}; those who are already away longest will not wait.",
        f"Expected: cost {money(primary['expected_cost'], currency)}, "
        f"{number(primary['expected_saves'], 0)} customers saved, "
        f"{money(primary['expected_revenue'], currency)} protected, profit "
        f"{money(primary['net_roi'], currency)} "
        f"(80 % interval {money(primary['net_roi_low'], currency)} to "
        f"{money(primary['net_roi_high'], currency)}; probability of a loss "
        f"{percent(primary['probability_of_loss'] or 0.0)}).",
        f"Assumed: the offer keeps {percent(primary['success_rate'])} of those who would have left. Leave "
        "some "
        "customers out by lot, and the next report can say what it really is.",
    ]
    return Bullets(tuple(plan))


def _message(primary: dict[str, Any]) -> list[Block]:
    message = primary.get("example_message")
    if not message:
        return []
    return [Paragraph(f"Subject: {message['subject']}\n{message['message']}", "note")]


def _actions(results: Results) -> Table:
    currency = results.currency
    rows = tuple(
        (
            segment_name(row["segment"]),
            row["offer"],
            number(row["customers"]),
            money(row["expected_cost"], currency),
            _saved(row["expected_saves"]),
            money(row["expected_profit"], currency),
            percent(row["probability_of_loss"]) if row["probability_of_loss"] is not None else UNKNOWN,
        )
        for row in results.recommendations.actions[:ACTIONS_SHOWN]
    )
    return Table(
        (
            Column("Segment", "left"),
            Column("Offer that pays best", "left", 1.0),
            Column("Customers"),
            Column("Cost"),
            Column("Saved"),
            Column("Profit"),
            Column("Loss"),
        ),
        rows,
        note="If each customer gets the action of the shop's catalogue that pays best. Loss: probability "
        "that the "
        "profit is below zero.",
    )


def _scenario_row(
    row: dict[str, Any], plain: dict[str, Any] | None, is_star: bool, best_plain: str | None, currency: str
) -> tuple[str, ...]:
    by_formula = (
        UNKNOWN if plain is None or plain["roi_percent"] is None else f"{number(plain['roi_percent'], 0)} %"
    )
    mark = f"{' ★' if is_star else ''}{' ☆' if row['scenario'] == best_plain else ''}"
    interval = f"{money(row['net_roi_low'], currency)} to {money(row['net_roi_high'], currency)}"
    return (
        SHORT_NAMES.get(row["scenario"], row["scenario"].replace("_", " ")) + mark,
        number(row["target_count"]),
        f"{row['discount_percent']:g} %",
        money(row["total_cost"], currency),
        _saved(row["expected_saves"]),
        money(row["net_roi"], currency),
        interval if row["target_count"] else UNKNOWN,
        UNKNOWN if row["roi_percent"] is None else f"{number(row['roi_percent'], 0)} %",
        by_formula,
    )


def _saved(customers: float) -> str:
    return number(customers, 0 if customers >= 10 else 1)


def _best_by_percent(rows: list[dict[str, Any]]) -> str | None:
    paying = [row for row in rows if row["roi_percent"] is not None and row["target_count"]]
    return max(paying, key=lambda row: row["roi_percent"])["scenario"] if paying else None


def _profit_curve(results: Results) -> Picture | None:
    curve = results.roi_scenarios.profit_curve
    if len(curve) < 2:
        return None
    best = max(curve, key=lambda point: point["expected_profit"])
    profit = money(best["expected_profit"], results.currency)
    return Picture(
        f"Expected profit by length of the list{_in(results.currency)}",
        Lines(
            tuple(float(point["target_count"]) for point in curve),
            (Series("expected profit", tuple(point["expected_profit"] for point in curve)),),
            x_title="customers contacted, the most profitable first",
            mark=(
                float(best["target_count"]),
                f"{counted(int(best['target_count']), 'customers')}: {profit}",
            ),
        ),
        f"The expected profit rises to {profit} at {counted(int(best['target_count']), 'customers')} and "
        "falls "
        "beyond.",
    )


def _in(currency: str) -> str:
    return f", {currency}" if currency else ""
