"""Churn definitions beside each other, and which of them the history can carry."""

from typing import Any

from churn_pipeline.app.contents.tables import NOTHING
from churn_pipeline.core.wording import number, percent

SHORTEST, LONGEST = 30, 180
BESIDE_EACH_OTHER = (45, 60, 90)
CAME_BACK = "Churned and came back"
CAME_BACK_MEANS = (
    f"{CAME_BACK}: of the customers who had churned by that definition, so many ordered in as many days "
    "after: its false alarms. Only those who can be judged count. The share in the sentence above is of all "
    "pauses of the whole history, those of one-time buyers included."
)
HORIZONS_NEEDED = 3
"""Horizons of history that the product asks for: history, outcome, test."""


def definition_rows(definition: dict[str, Any], chosen: int) -> list[dict[str, str]]:
    """A row for each horizon of the preview: those usual beside each other, the suggested and the chosen."""
    wanted = {*BESIDE_EACH_OTHER, definition["suggested"], chosen}
    shown = [row for row in definition["preview"] if row["horizon"] in wanted]
    refused = any(row["refusal"] for row in shown)
    return [
        {
            "Days without an order": _marked(row["horizon"], definition["suggested"]),
            "Churn rate": NOTHING if row["churn_rate"] is None else percent(row["churn_rate"], 1),
            "Customers to judge": number(row["eligible"]),
            CAME_BACK: NOTHING if row["come_back_share"] is None else percent(row["come_back_share"]),
        }
        | ({"Why not": row["refusal"] or ""} if refused else {})
        for row in shown
    ]


def choosable(definition: dict[str, Any]) -> tuple[int, int, str]:
    """The shortest and longest horizon that the slider offers, and why no longer one ('': all are offered).

    What the history is too short for is not offered."""
    refused = [row for row in definition["preview"] if row["refusal"] and row["horizon"] <= LONGEST]
    longest = min(definition.get("longest_horizon", LONGEST), LONGEST)  # absent in older documents
    if longest <= SHORTEST:
        return SHORTEST, LONGEST, ""
    return SHORTEST, longest, next((str(r["refusal"]) for r in refused if r["horizon"] > longest), "")


def preview_sentence(row: dict[str, Any]) -> str:
    """What one horizon means, or why the history does not carry it."""
    if row["refusal"]:
        return str(row["refusal"])
    return (
        f"With {row['horizon']} days, {percent(row['churn_rate'], 1)} of {number(row['eligible'])} customers "
        "churned at the last date whose outcome is known."
    )


def _marked(horizon: int, suggested: int) -> str:
    return f"{horizon} (suggested)" if horizon == suggested else str(horizon)
