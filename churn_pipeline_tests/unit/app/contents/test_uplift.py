"""Whom contacting changes, as the page shows it."""

from churn_pipeline.app.contents.uplift import curve_rows, group_rows

UPLIFT = {
    "groups": [
        {
            "group": "persuadable",
            "customers": 1200,
            "clear": 700,
            "change": 0.0731,
            "low": 0.035,
            "high": 0.118,
        },
        {"group": "lost", "customers": 1, "clear": 0, "change": None, "low": None, "high": None},
    ],
    "curve": [{"share": 0.0, "learner": 0.0, "risk": 0.0}, {"share": 0.1, "learner": 2.5, "risk": 2.0}],
}


def test_groups_stand_with_what_contacting_changed():
    first, second = group_rows(UPLIFT)
    assert first == {
        "Customers who": "can be persuaded",
        "Today": "1,200",
        "Clear": "700",
        "Change of retention by contacting": "7.3 points (3.5 to 11.8)",
    }
    assert second["Change of retention by contacting"] == "too few to tell"


def test_the_curve_has_both_lists():
    rows = curve_rows(UPLIFT, "Kept")
    assert [row["Kept"] for row in rows if row["Contacted, %"] == 10] == [2.5, 2.0]
    assert {row["List"] for row in rows} == {"by the learned effect", "by risk x value"}
