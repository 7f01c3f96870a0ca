"""Presets: the headings that mail tools know, and who is left out."""

import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.reports.tables.list_columns import in_columns_of, presets

FIELDS = (
    *("email", "first_name", "last_name", "phone", "tag", "customer_id", "offer", "discount_percent"),
    *("valid_until", "last_order_on", "products", "subject", "message"),
)
FIRST_HEADINGS = {
    "mailchimp": ["Email Address", "First Name", "Last Name", "Phone Number"],
    "klaviyo": ["Email", "First Name", "Last Name", "Phone Number"],
    "brevo": ["EMAIL", "FIRSTNAME", "LASTNAME", "SMS"],
    "hubspot": ["Email", "First name", "Last name", "Phone number"],
    "google_ads": ["Email", "Phone", "First Name", "Last Name"],
}


def listed(emails: list[str | None]) -> pd.DataFrame:
    frame = pd.DataFrame({name: [f"{name} {i}" for i in range(len(emails))] for name in FIELDS})
    return frame.assign(email=emails)


@pytest.mark.parametrize("preset", FIRST_HEADINGS)
def test_a_preset_has_the_headings_of_its_tool(preset: str) -> None:
    assert set(presets()) == set(FIRST_HEADINGS)
    table, notes = in_columns_of(preset, listed(["a@x.org", "b@x.org"]))
    assert list(table.columns)[:4] == FIRST_HEADINGS[preset] and not notes
    assert table.iloc[:, 0].tolist() == ["a@x.org", "b@x.org"]


def test_those_who_cannot_be_reached_are_left_out_and_counted() -> None:
    table, notes = in_columns_of("brevo", listed(["a@x.org", None, " "]))
    assert table["EXT_ID"].tolist() == ["customer_id 0"]
    assert notes == ["2 customers without an email address are left out."]


def test_a_list_that_nobody_can_be_reached_by_is_refused() -> None:
    with pytest.raises(BadInput, match="none of the 2 customers on the list has one"):
        in_columns_of("klaviyo", listed([None, ""]))


def test_an_unknown_preset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="expected one of mailchimp, klaviyo, brevo"):
        in_columns_of("fax", listed(["a@x.org"]))
