"""The profile report: what the shop's files look like, how good they are, and when a customer counts as "
"lost."""

from typing import Any

from churn_pipeline.core.wording import money, number, percent
from churn_pipeline.reports.content.blocks import (
    Beside,
    Block,
    Bullets,
    Card,
    Cards,
    Column,
    Lines,
    Paragraph,
    Picture,
    RankedBars,
    Report,
    Section,
    Series,
    Table,
    UprightBars,
)
from churn_pipeline.reports.content.names import day

UNKNOWN = "–"
COHORT_AGES = 9
COHORTS_SHOWN = 14
SHORTEST_CURVE = 120
LONGEST_NAME = 34


def profile_report(profile: dict[str, Any], churn: dict[str, Any] | None) -> Report:
    """The report of a document of `quality.profile.build_profile` (profile.json), with the churn definition's
    document where there is one."""
    period = profile["period"]
    sections = [
        _summary(profile),
        _findings(profile),
        _over_time(profile),
        _customers(profile),
        _cohorts(profile),
        _churn(churn) if churn else None,
        _products(profile),
        _returns(profile),
        _checks(profile["quality"]),
    ]
    return Report(
        title="Data profile",
        shop=profile["shop"],
        subtitle=f"sales from {day(period['first_order'])} to {day(period['last_order'])}, "
        f"{number(period['days'])} days",
        footer=f"{profile['shop']} · data profile, orders to {day(period['last_order'])}",
        sections=tuple(section for section in sections if section is not None),
    )


def _summary(profile: dict[str, Any]) -> Section:
    quality, orders, currency = profile["quality"], profile["transactions"], profile["currency"]
    cards = (
        Card(
            f"{quality['score']} / 10", "data quality", "" if quality["passed"] else "cannot be used as it is"
        ),
        Card(
            number(profile["customers"]["customers"]),
            "customers",
            f"{percent(profile['customers']['one_time_share'])} bought once",
        ),
        Card(
            number(orders["orders"]),
            "orders",
            f"{number(profile['customers']['orders_mean'], 1)} a customer on average",
        ),
        Card(
            money(orders["sales"], currency),
            "sales before returns",
            f"usual order {money(orders['value_median'], currency)}",
        ),
    )
    return Section("Summary", (Cards(cards),))


def _findings(profile: dict[str, Any]) -> Section:
    found = Bullets(
        tuple(f"{finding['title']}. {finding['text']}" for finding in profile["findings"]), "What stands out"
    )
    advice = tuple(f"{item['what']} {item['how']}" for item in profile["cleaning"])
    clean: Block = (
        Bullets(advice, "What to clean, and how")
        if advice
        else Paragraph("Nothing needs cleaning: every check holds.", "note")
    )
    return Section("What strikes the eye", (found, clean))


def _over_time(profile: dict[str, Any]) -> Section:
    time, orders, currency = profile["time"], profile["transactions"], profile["currency"]
    weeks, months = time["by_week"], time["by_month"]
    blocks: list[Block] = []
    if len(weeks["start"]) > 1:
        places = tuple(float(place) for place in range(len(weeks["start"])))
        chart = Lines(
            places, (Series("orders", tuple(map(float, weeks["orders"]))),), labels=tuple(weeks["start"])
        )
        blocks.append(Picture("Orders per week", chart, _range_in_words("Orders per week", weeks["orders"])))
    blocks.append(
        Beside(
            _bars("Sales per month" + _in(currency), months["start"], months["sales"]),
            _bars(
                "Orders a day, by weekday",
                [d["label"][:3] for d in time["by_weekday"]],
                [d["orders_per_day"] for d in time["by_weekday"]],
            ),
        )
    )
    values = _bars(
        "Order values" + _in(currency),
        [f"{number(b['from'], 0)}+" for b in orders["values"]],
        [b["orders"] for b in orders["values"]],
    )
    if time["by_hour"]:
        hours = _bars(
            "Orders by hour of the day",
            [str(h["hour"]) for h in time["by_hour"]],
            [h["orders"] for h in time["by_hour"]],
        )
        blocks.append(Beside(values, hours))
    else:
        spread = (
            f"Smallest order {money(orders['value_min'], currency)}, average "
            f"{money(orders['value_mean'], currency)}, largest {money(orders['value_max'], currency)}."
        )
        blocks.append(Beside(values, Paragraph(f"{spread} The last bar holds everything above.", "quiet")))
    return Section("Orders over time", tuple(blocks))


def _customers(profile: dict[str, Any]) -> Section:
    customers, pace = profile["customers"], profile["transactions"]["pace"]
    monthly = customers["new_and_returning"]
    newest = [f"{m['month']} {number(m['new'])}" for m in monthly[-6:]]
    new = Picture(
        "New and returning customers per month",
        UprightBars(
            tuple(m["month"] for m in monthly),
            (
                Series("returning", tuple(float(m["returning"]) for m in monthly)),
                Series("new", tuple(float(m["new"]) for m in monthly)),
            ),
        ),
        f"New customers per month: {', '.join(newest)}.",
    )
    blocks = (
        Beside(new, _counted("How many orders a customer makes", customers["orders_per_customer"])),
        Beside(
            _counted("How often those who return order", pace),
            _counted("From the first to the last order", customers["lifetime"]),
        ),
    )
    return Section("Customers", blocks)


def _cohorts(profile: dict[str, Any]) -> Section | None:
    cohorts = profile["cohorts"]
    if not cohorts or not cohorts["cohorts"]:
        return None
    unit, shown = cohorts["unit"], cohorts["cohorts"][-COHORTS_SHOWN:]
    ages = min(COHORT_AGES, max(len(cohort["retained"]) - 1 for cohort in shown))
    rows = tuple(
        (
            cohort["cohort"],
            number(cohort["customers"]),
            *(
                percent(cohort["retained"][age]) if age < len(cohort["retained"]) else ""
                for age in range(1, ages + 1)
            ),
        )
        for cohort in shown
    )
    columns = (Column(f"First {unit}", "left", 1.0), Column("Customers"))
    return Section(
        "Who started together, who stayed",
        (
            Table(
                (*columns, *(Column(f"+{age}") for age in range(1, ages + 1))),
                rows,
                note=f"Share of each group who ordered again so many {unit}s later. The last {unit} may "
                "not be "
                "over.",
            ),
        ),
    )


def _churn(churn: dict[str, Any]) -> Section:
    horizon, gaps = churn["horizon"], churn["gaps"]
    own = ", as the shop has set it" if churn["source"] == "shop" else ""
    days = gaps["days"][: max(2 * horizon, SHORTEST_CURVE) + 1]
    back = gaps["returned"][: len(days)]
    blocks: list[Block] = [
        Paragraph(f"After {horizon} days without an order{own}. {churn['reason']}", "note"),
    ]
    if len(days) > 1:
        chart = Lines(
            tuple(map(float, days)),
            (Series("back", tuple(back)),),
            x_title="days since the last order",
            y_in_percent=True,
            mark=(float(horizon), f"{horizon} days") if horizon in days else None,
        )
        at = percent(back[days.index(horizon)]) if horizon in days else UNKNOWN
        told = f"Of those who come back, {at} are back within {horizon} days."
        blocks.append(Picture("Of those who come back, how many are back by when", chart, told))
    rows, marked = [], []
    for place, row in enumerate(churn["preview"]):
        if row["horizon"] == horizon:
            marked.append(place)
        rows.append(_horizon_row(row))
    refused = " ".join(dict.fromkeys(row["refusal"] for row in churn["preview"] if row["refusal"]))
    columns = ("Customers looked at", "Of them lost", "Return later", "Foreseeable (AUC)")
    blocks.append(
        Table(
            (Column("Days", "left", 1.0), *(Column(heading) for heading in columns)),
            tuple(rows),
            tuple(marked),
            f"Looked at: customers with at least {churn['min_orders']} orders, the last of them within the "
            f"limit. {churn['class_balance']['text']} {refused}",
        )
    )
    return Section("When is a customer lost?", tuple(blocks))


def _horizon_row(row: dict[str, Any]) -> tuple[str, ...]:
    if row["refusal"]:
        return (str(row["horizon"]), *([UNKNOWN] * 4))
    shares = [
        UNKNOWN if row[name] is None else percent(row[name]) for name in ("churn_rate", "come_back_share")
    ]
    auc = UNKNOWN if row["expected_auc"] is None else number(row["expected_auc"], 2)
    return (str(row["horizon"]), number(row["eligible"]), *shares, auc)


def _products(profile: dict[str, Any]) -> Section | None:
    headings, currency = {"product": "Best products", "category": "Best categories"}, profile["currency"]
    best = [
        _best_sellers(headings[name], part["top"], currency)
        for name, part in (profile["products"] or {}).items()
        if part and part["top"]
    ]
    if not best:
        return None
    return Section("What sells", (Beside(*best),) if len(best) == 2 else tuple(best))


def _best_sellers(title: str, top: list[dict[str, Any]], currency: str) -> Picture:
    return _ranked(title, [(_cut(r["label"]), r["sales"], money(r["sales"], currency)) for r in top])


def _returns(profile: dict[str, Any]) -> Section | None:
    rows = (profile["returns"] or {}).get("products") or []
    if not rows:
        return None
    table = Table(
        (Column("Product", "left", 1.0), Column("Returned rows"), Column("Of all its rows")),
        tuple((_cut(r["product"]), number(r["returns"]), percent(r["returns"] / r["rows"])) for r in rows),
    )
    return Section("What comes back", (table,))


def _checks(quality: dict[str, Any]) -> Section:
    checks = sorted(quality["results"], key=lambda result: result["success"])
    rows = tuple((_verdict(result), result["message"]) for result in checks)
    marked = tuple(place for place, result in enumerate(checks) if not result["success"])
    facts = quality["statistics"]
    sampled = (
        f" Values were checked one by one on {number(facts['rows_checked_one_by_one'])} evenly spaced rows "
        "of "
        f"{number(facts['rows'])}; all counts are exact."
        if facts.get("rows_sampled")
        else ""
    )
    note = (
        "Every check has points. At its ideal none are lost, at its limit all, in between in proportion; the "
        f"score is what is left, scaled to 10, and at most 4 while a critical check fails.{sampled}"
    )
    table = Table((Column("Check", "left"), Column("What was found", "left", 1.0)), rows, marked)
    return Section(f"All {len(rows)} checks", (Paragraph(note, "quiet"), table))


def _verdict(result: dict[str, Any]) -> str:
    return "holds" if result["success"] else str(result["severity"])


def _bars(title: str, labels: list[str], values: list[float]) -> Picture:
    chart = UprightBars(tuple(labels), (Series(title, tuple(map(float, values))),))
    return Picture(title, chart, _range_in_words(title, values))


def _counted(title: str, rows: list[dict[str, Any]]) -> Picture:
    total = sum(row["customers"] for row in rows) or 1
    shares = [percent(row["customers"] / total) for row in rows]
    counts = [(row["label"], row["customers"]) for row in rows]
    return _ranked(
        title, [(name, n, f"{number(n)} ({share})") for (name, n), share in zip(counts, shares, strict=True)]
    )


def _ranked(title: str, rows: list[tuple[str, float, str]]) -> Picture:
    labels, values, shown = (tuple(part) for part in zip(*rows, strict=True)) if rows else ((), (), ())
    chart = RankedBars(labels, tuple(map(float, values)), shown)
    return Picture(title, chart, f"{title}: " + ", ".join(f"{name} {text}" for name, _, text in rows) + ".")


def _range_in_words(title: str, values: list[float]) -> str:
    if not len(values):
        return f"{title}: nothing known."
    return f"{title}: between {number(min(values))} and {number(max(values))}."


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _in(currency: str) -> str:
    return f", {currency}" if currency else ""
