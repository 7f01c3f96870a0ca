"""What is to come: the forecast, early warnings, the intervals, and the limits of it all."""

from churn_pipeline.core.documents.results import Results
from churn_pipeline.core.wording import counted, money, number, percent
from churn_pipeline.reports.content.blocks import (
    Beside,
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
from churn_pipeline.reports.content.names import day

UNKNOWN = "–"
WARNINGS_SHOWN = 5
WARNINGS = {
    "moved_up": "moved to a higher risk since the last scoring",
    "high_value_at_risk": "are valuable and newly at risk",
    "weak_start": "are new and have not come back by the time that most do",
}


def forecast_section(results: Results) -> Section | None:
    """The months ahead if nothing is done."""
    months = results.forecast.months
    if not months:
        return None
    currency, start = results.currency, results.forecast.active_customers_now
    rows = tuple(
        (
            day(row["period_end"]),
            number(row["active_customers"], 0),
            f"{number(row['active_customers_low'], 0)} to {number(row['active_customers_high'], 0)}",
            number(row["lost_customers"], 0),
            UNKNOWN if row["churn_rate"] is None else percent(row["churn_rate"]),
            money(row["revenue"], currency),
            f"{money(row['revenue_low'], currency)} to {money(row['revenue_high'], currency)}",
        )
        for row in months
    )
    table = Table(
        (
            Column("Until", "left", 1.0),
            Column("Active"),
            Column("80 % interval"),
            Column("Lost"),
            Column("Churn rate"),
            Column("Revenue of the month"),
            Column("80 % interval"),
        ),
        rows,
        note="If nothing is done, and without customers yet to come. Active: with an order in the "
        f"{results.summary.horizon_days} days before; today {counted(start, 'customers')}. Lost: of those "
        "active "
        "today, no longer so.",
    )
    active = _month_picture(results, "active_customers", "Active customers", "")
    revenue = _month_picture(results, "revenue", "Revenue of the month", currency)
    return Section("The months ahead, if nothing is done", (Beside(active, revenue), table))


def _month_picture(results: Results, name: str, title: str, currency: str) -> Picture:
    months = results.forecast.months
    x = tuple(float(row["month"]) for row in months)
    band = [tuple(float(row[name + end]) for row in months) for end in ("", "_low", "_high")]
    last = months[-1]
    end = f"{number(last[name], 0)} ({number(last[f'{name}_low'], 0)} to {number(last[f'{name}_high'], 0)})"
    return Picture(
        title + (f", {currency}" if currency else ""),
        Lines(x, (Series("expected", *band),), x_title="months ahead", dots=True),
        f"{title} by month ahead with an 80 % interval; after {counted(len(months), 'months')} {end}.",
    )


def warning_section(results: Results) -> Section:
    """Who gives cause for concern since the last scoring."""
    counts = results.early_warnings.counts
    if not counts:
        return Section("Early warnings", (Paragraph("None since the last scoring.", "quiet"),))
    said = [f"{counted(count, 'customers')} {WARNINGS.get(kind, kind)}." for kind, count in counts.items()]
    shown = results.early_warnings.first[:WARNINGS_SHOWN]
    blocks: list[Block] = [Bullets(tuple(said))]
    if shown:
        rows = tuple((_short_id(row["customer_id"]), row["sentence"]) for row in shown)
        more = sum(counts.values()) - len(shown)
        note = f"And {number(more)} more in the table early_warnings." if more else ""
        blocks.append(Table((Column("Customer", "left"), Column("Warning", "left", 1.0)), rows, note=note))
    return Section("Early warnings", tuple(blocks))


def advice_section(results: Results) -> Section | None:
    """What earlier lists met, beside lists that were not given; nothing before an outcome is known."""
    if results.advice is None or not results.advice.sentences:
        return None
    return Section("What came of earlier lists", (Bullets(tuple(results.advice.sentences)),))


def discount_section(results: Results) -> Section | None:
    """What discounts did; nothing where the shop's files have none."""
    if results.discounts is None or not results.discounts.sentences:
        return None
    return Section("What discounts did", (Bullets(tuple(results.discounts.sentences)),))


def uplift_section(results: Results) -> Section | None:
    """Whom contacting changes; nothing before a campaign with a control group has ended."""
    if results.uplift is None or not results.uplift.sentences:
        return None
    return Section("Whom contacting changes", (Bullets(tuple(results.uplift.sentences)),))


def expectation_section(results: Results) -> Section:
    """Every expectation with the interval that goes with it."""
    summary, currency = results.summary, results.currency
    rows = _leaving(results)
    rows += [
        (
            "Money at risk",
            money(summary.money_at_risk, currency),
            f"{money(summary.money_at_risk_low, currency)} to {money(summary.money_at_risk_high, currency)}",
            "what a save may be worth, season",
        )
    ]
    primary = results.recommendations.primary.model_dump()
    if primary["action"] != "none":
        rows.append(
            (
                "Profit of the recommended campaign",
                money(primary["net_roi"], currency),
                f"{money(primary['net_roi_low'], currency)} to {money(primary['net_roi_high'], currency)}",
                "80 %: luck, success rate, values, season",
            )
        )
    for name, label in (
        ("active_customers", "Active customers in a month"),
        ("revenue", "Revenue of the next month"),
    ):
        if results.forecast.months:
            first = results.forecast.months[0]
            said = [number(first[name + end], 0) if name != "revenue" else money(first[name + end], currency)
                    for end in ("", "_low", "_high")]  # fmt: skip
            rows.append((label, said[0], f"{said[1]} to {said[2]}", "80 %, tested at past dates"))
    table = Table(
        (
            Column("What", "left", 1.0),
            Column("Expected"),
            Column("Between"),
            Column("What the range holds", "left"),
        ),
        tuple(rows),
    )
    held = results.forecast.interval_held_at_past_origins
    notes = [results.customer_value.correction.get("sentence", "")]
    if held is not None:
        notes.append(
            f"At {counted(results.forecast.past_origins, 'past dates')} the forecast's intervals held "
            f"{percent(held)} of the time; {percent(results.forecast.interval)} is what they aim at."
        )
    return Section("What to expect", (table, Bullets(tuple(note for note in notes if note))))


def _leaving(results: Results) -> list[tuple[str, str, str, str]]:
    """How many will leave, with its range where one is known."""
    summary = results.summary
    low, high = summary.expected_churners_low, summary.expected_churners_high
    if low is None or high is None:
        return []
    return [
        (
            f"Customers who leave within {summary.horizon_days} days",
            number(summary.expected_churners, 0),
            f"{number(low, 0)} to {number(high, 0)}",
            "80 %: chance, season",
        )
    ]


def method_section(results: Results) -> Section:
    """How it was done and where it ends, in plain words."""
    training, definition = results.training, results.churn_definition
    cutoffs = training.get("training_cutoffs")
    said = [
        f"A customer has churned who places no order within {definition.horizon} days. {definition.reason}",
        "Everything about the future was tried on the past first: the models learned from "
        f"{number(cutoffs) if cutoffs else 'several'} past dates, and then had to say what customers did "
        "after a later one. Nothing that was known only afterwards was used. The champion was then fitted "
        "anew, with the dates since.",
        "A probability speaks of a group: of 100 customers with 60 %, about 60 leave. Which of them, "
        "nobody knows.",
        "The models say who is likely to leave, not who can be kept. How many an offer keeps is assumed, "
        "until a "
        "campaign with customers left out by lot has measured it.",
        f"A customer's value is what is expected over {results.customer_value.clv_months} months "
        f"({results.customer_value.reason}); it is no lifetime value.",
        "The season, and whatever has never happened before, can move all probabilities up or down "
        "together; the "
        "order of the customers hardly changes then.",
        f"The data scored {number(results.quality.score, 1)} of 10; the profile report says what to mend.",
    ]
    if results.level is not None:
        said.append(results.level.sentence)
    said += training.get("campaigns", {}).get("sentences", [])
    dominant = results.summary.dominant_customer
    if dominant:
        said.append(dominant["sentence"])
    return Section("Method and limits", (Bullets(tuple(said)),))


def _short_id(customer: str, longest: int = 24) -> str:
    return customer if len(customer) <= longest else f"{customer[: longest - 1]}…"
