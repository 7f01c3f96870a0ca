"""The executive report: who is about to leave, what that is worth, what to do, and how far to trust it."""

from churn_pipeline.core.documents.results import Results
from churn_pipeline.core.wording import counted, money, number, percent
from churn_pipeline.reports.content.blocks import (
    Beside,
    Block,
    Bullets,
    Card,
    Cards,
    Column,
    Paragraph,
    Picture,
    RankedBars,
    Report,
    Section,
    Table,
)
from churn_pipeline.reports.content.campaign_sections import campaign_section, scenario_section
from churn_pipeline.reports.content.names import day, model_name, segment_name
from churn_pipeline.reports.content.outlook_sections import (
    advice_section,
    discount_section,
    expectation_section,
    forecast_section,
    method_section,
    uplift_section,
    warning_section,
)
from churn_pipeline.reports.content.performance import (
    champion_of,
    comparison_table,
    importance_picture,
    performance_sentences,
    worth_of_learning,
)

DRIVERS_SHOWN = 4
FEATURES_SHOWN = 8
TRAITS_SHOWN = 3
UNKNOWN = "–"


def executive_report(results: Results) -> Report:
    """The report of a shop's results document (results.json)."""
    as_of = results.summary.as_of
    when = f"as of {day(as_of)}, " if as_of else ""
    sections = [
        _summary(results),
        _performance(results),
        _drivers(results),
        _segments(results),
        campaign_section(results),
        scenario_section(results),
        forecast_section(results),
        warning_section(results),
        advice_section(results),
        discount_section(results),
        uplift_section(results),
        expectation_section(results),
        method_section(results),
    ]
    return Report(
        title="Customer churn report",
        shop=results.shop,
        subtitle=f"{when}for the next {results.summary.horizon_days} days",
        footer=f"{results.shop} · {when}model version {results.champion.version}, "
        f"{model_name(results.champion.kind).lower()}",
        sections=tuple(section for section in sections if section is not None),
    )


def _summary(results: Results) -> Section:
    summary = results.summary
    expected = summary.expected_churn_rate
    rate = Card(
        UNKNOWN if expected is None else percent(expected),
        "expected to leave",
        f"of those who can be scored, within {summary.horizon_days} days; {percent(summary.churn_rate)} left "
        "in the test",
    )
    cards = Cards(
        (
            Card(
                number(summary.total_customers),
                "customers" if summary.total_customers != 1 else "customer",
                f"{number(summary.eligible_customers)} can be scored, {number(summary.lapsed_customers)} "
                "have "
                f"lapsed, {number(summary.new_customers)} are new",
            ),
            rate,
            _money_card(results),
            _action_card(results),
        )
    )
    return Section("Summary", (cards, Bullets(tuple(_findings(results)))))


def _money_card(results: Results) -> Card:
    summary, currency = results.summary, results.currency
    at_risk = money(summary.money_at_risk, currency)
    if not summary.high_risk_customers:
        return Card(at_risk, "money at risk", "would come in if nobody left; no customer is at high risk")
    high = counted(summary.high_risk_customers, "customers")
    worth = money(summary.revenue_at_risk, currency)
    return Card(worth, "value of those at high risk", f"{high}; {at_risk} more would come in if nobody left")


def _action_card(results: Results) -> Card:
    primary = results.recommendations.primary.model_dump()
    if primary["action"] == "none":
        return Card("Wait", "recommended action", "no campaign is expected to pay for itself")
    targets = counted(int(primary["targets"]), "customers")
    net = money(primary["net_roi"], results.currency)
    return Card(
        f"{primary['discount_percent']:g} % off", "recommended action", f"to {targets}; expected profit {net}"
    )


def _findings(results: Results) -> list[str]:
    """What somebody who reads no further should know."""
    summary, sentences = results.summary, []
    if summary.expected_churn_rate is not None:
        low, high = summary.expected_churners_low, summary.expected_churners_high
        between = "" if low is None or high is None else f" ({number(low, 0)} to {number(high, 0)})"
        sentences.append(
            f"About {number(summary.expected_churners, 0)}{between} of the "
            f"{counted(summary.eligible_customers, 'customers')} who can be scored will place no order in "
            "the "
            f"next {summary.horizon_days} days."
        )
    share_drivers = [driver for driver in results.drivers if driver["kind"] == "share"]
    sentences += [driver["sentence"] for driver in share_drivers[:1]]
    sentences.append(results.recommendations.primary.sentence)
    if results.relative_tiers.sentence:
        sentences.append(_without_how_to(results.relative_tiers.sentence))
    if results.roi_scenarios.margin.get("gross_margin") == 1:
        sentences.append(
            "All amounts are revenue, not profit: the shop has not said what is left after the cost of goods."
        )
    return sentences


def _without_how_to(sentence: str) -> str:
    """The part that is for whoever reads, without the part for whoever edits the settings."""
    statement, told_how, _ = sentence.partition(": to have it so")
    return f"{statement}." if told_how else sentence


def _performance(results: Results) -> Section:
    champion = champion_of(results)
    blocks: list[Block] = [Paragraph(worth_of_learning(results), "note")]
    if champion is not None:
        blocks.append(Bullets(tuple(performance_sentences(champion, results))))
    blocks.append(comparison_table(results))
    return Section("How good are the predictions?", tuple(blocks))


def _drivers(results: Results) -> Section | None:
    shares = [driver["sentence"] for driver in results.drivers if driver["kind"] == "share"][:DRIVERS_SHOWN]
    changes = [driver["sentence"] for driver in results.drivers if driver["kind"] == "change"]
    picture = importance_picture(results, most=FEATURES_SHOWN)
    blocks: list[Block] = []
    if shares and picture is not None:
        blocks.append(Beside(Bullets(tuple(shares)), picture))
    elif shares:
        blocks.append(Bullets(tuple(shares)))
    elif picture is not None:
        blocks.append(picture)
    if changes:
        blocks.append(Bullets(tuple(changes), "What changed lately"))
    return Section("Why customers leave", tuple(blocks)) if blocks else None


def _segments(results: Results) -> Section:
    currency, rows = results.currency, []
    for name, segment in results.segments.items():
        p, at_risk = segment.avg_churn_probability, segment.money_at_risk
        away = segment.avg_days_since_last_order
        rows.append(
            (
                segment_name(name),
                number(segment.count),
                percent(segment.share),
                UNKNOWN if p is None else percent(p),
                UNKNOWN if away is None else number(away, 0),
                money(segment.avg_clv, currency) if segment.count else UNKNOWN,
                money(segment.revenue, currency) if segment.count else UNKNOWN,
                UNKNOWN if at_risk is None else money(at_risk, currency),
            )
        )
    table = Table(
        (
            Column("Segment", "left", 1.0),
            Column("Customers"),
            Column("Share"),
            Column("Churn probability"),
            Column("Days away"),
            Column("Value each"),
            Column("Value in all"),
            Column("Money at risk"),
        ),
        tuple(rows),
        note=f"Value: expected over {results.customer_value.clv_months} months. Money at risk: what would "
        "come in "
        "beside it if nobody left. The lapsed are away for longer than "
        f"{results.summary.horizon_days} days, the new have fewer than {results.churn_definition.min_orders} "
        "orders: neither has a churn probability.",
    )
    shares = [
        (segment_name(name), segment.share, segment.count) for name, segment in results.segments.items()
    ]
    picture = Picture(
        "Customers by segment",
        RankedBars(
            tuple(name for name, _, _ in shares),
            tuple(share for _, share, _ in shares),
            tuple(f"{number(count)} ({percent(share)})" for _, share, count in shares),
            raises=tuple(name == "High risk" for name, _, _ in shares),
        ),
        "Customers by segment: " + ", ".join(f"{name} {number(count)}" for name, _, count in shares) + ".",
    )
    return Section("Who they are", (table, Beside(picture, _traits(results))))


def _traits(results: Results) -> Bullets | Paragraph:
    """What sets the riskiest segment that has customers apart."""
    for name in ("high_risk", "medium_risk"):
        segment = results.segments[name]
        if segment.count and segment.traits:
            return Bullets(tuple(segment.traits[:TRAITS_SHOWN]), f"{segment_name(name)} against the others")
    personas = tuple(persona.sentence for persona in results.personas[:TRAITS_SHOWN])
    if personas:
        return Bullets(personas, "Groups at risk")
    return Paragraph("No group of customers stands out by its risk.")
