"""From one page to another.

What stands behind a page's address says what it opens with, so that pages may send people on and addresses
may be kept:

| page | parameter | what it opens with |
|---|---|---|
| customers | customer | that customer in full |
| customers | audience | the customers of that audience (its id) |
| customers | tier, status, value, away, text, sort | these filters, by the values that the API uses |
| campaigns | customer | a new campaign for that one customer |
| campaigns | for_audience | a new campaign for an audience (its id) |
| campaigns | scenario | a new campaign for a kept plan (its id), or a scenario of the run by its name |
| analysis | feature | how that feature moves the probability |
| progress | job | that job |
"""

import streamlit as st

from churn_pipeline.app.chosen_shop import choose_next


def go_to(page: str, shop: str | None = None, **parameters: str) -> None:
    """Opens the page with that address; parameters stand in the address behind it. shop: to be chosen there.

    A name that a widget of the present page is bound to cannot be a parameter."""
    from churn_pipeline.app.navigation import page_at

    if shop is not None:
        choose_next(shop)
    st.switch_page(page_at(page), query_params=parameters)
