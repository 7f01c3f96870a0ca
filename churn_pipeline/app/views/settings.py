"""Settings: the shop's files, what churn means, money, routine; users and keys; data to be deleted."""

from typing import Any

import streamlit as st

from churn_pipeline.app.asking import Refused, delete, get, post
from churn_pipeline.app.chosen_shop import chosen_shop
from churn_pipeline.app.contents.settings import (
    EFFORTS,
    WEEKDAYS,
    mapping_rows,
    monthly,
    monthly_cron,
    shop_rows,
    upload_rows,
    weekly,
    weekly_cron,
)
from churn_pipeline.app.going import go_to
from churn_pipeline.app.parts import shown_or_said
from churn_pipeline.app.rights import if_administrator, if_may_write
from churn_pipeline.app.views.access import show_access
from churn_pipeline.app.views.definition import choose_definition


def show() -> None:
    """The page."""
    st.title("Settings")
    shop = chosen_shop()
    if shop is None:
        return
    settings = get(f"/shops/{shop}/settings")
    files, definition, money, routine, access, deletion = st.tabs(
        [
            "Files",
            "Churn definition",
            "Money and tiers",
            "Routine and alerts",
            "Users and keys",
            "Delete data",
        ]
    )
    with files:
        _files(shop, settings)
    with definition:
        shown_or_said(lambda: choose_definition(shop, settings))
    with money:
        _money(shop, settings)
    with routine:
        _routine(shop, settings)
    with access:
        show_access()
    with deletion:
        _deletion(shop)


def saved(shop: str, **changes: Any) -> None:
    """Sends changes of a shop's settings, and says what came of it."""
    try:
        post("/configure", {"session_id": shop, **changes})
    except Refused as refused:
        st.error(str(refused))
        return
    st.success("Saved.")


def _files(shop: str, settings: dict[str, Any]) -> None:
    left, right = st.columns(2)
    with left:
        st.markdown("**Which column is what**")
        st.table(mapping_rows(settings), hide_index=True)
    with right:
        st.markdown("**Delivered files**")
        st.dataframe(upload_rows(get(f"/uploads/{shop}")), hide_index=True)
    if st.button("Upload another file", **if_may_write()):
        go_to("new-data")
    st.markdown("**Your shops**")
    st.dataframe(shop_rows(get("/shops")), hide_index=True)


def _money(shop: str, settings: dict[str, Any]) -> None:
    money, tiers = settings["money"], settings["tiers"]
    with st.form("money"):
        first, second, third = st.columns(3)
        currency = first.text_input("Currency", settings["currency"], max_chars=8)
        margin = second.number_input("Gross margin, %", 1.0, 100.0, 100 * money["gross_margin"])
        months = third.number_input("Months that a value covers", 1, 60, money["clv_months"])
        contact = first.number_input("Cost of a contact", 0.0, value=money["contact_cost"])
        fixed = second.number_input("Fixed cost of a campaign", 0.0, value=money["fixed_cost"])
        discount = third.number_input("Usual discount, %", 0.0, 100.0, money["discount_percent"])
        success = first.number_input("Success at that discount, %", 0.0, 100.0, 100 * money["success_rate"])
        redemption = second.number_input(
            "Loyal customers who use it, %", 0.0, 100.0, 100 * money["redemption_rate"]
        )
        high = first.number_input("High risk above, %", 1.0, 99.0, 100 * tiers["high"])
        medium = second.number_input("Medium risk above, %", 1.0, 99.0, 100 * tiers["medium"])
        st.caption("Holds for what is simulated from now on; lists and segments follow at the next run.")
        if st.form_submit_button("Save", **if_may_write(type="primary")):
            saved(
                shop,
                currency=currency.strip(),
                money={
                    "gross_margin": margin / 100,
                    "clv_months": int(months),
                    "contact_cost": contact,
                    "fixed_cost": fixed,
                    "discount_percent": discount,
                    "success_rate": success / 100,
                    "redemption_rate": redemption / 100,
                },
                tiers={"high": high / 100, "medium": medium / 100},
            )


def _routine(shop: str, settings: dict[str, Any]) -> None:
    routine = settings["routine"]
    week, month = weekly(routine["score_cron"]), monthly(routine["train_cron"])
    with st.form("routine"):
        score = st.toggle("Score every week", routine["score"])
        score_cron, train_cron = routine["score_cron"], routine["train_cron"]
        if week is None:
            score_cron = st.text_input("When (cron)", score_cron)
        else:
            left, right = st.columns(2)
            day = left.selectbox("Day", WEEKDAYS, WEEKDAYS.index(week[0]))
            score_cron = weekly_cron(day, right.time_input("Time", week[1]))
        train = st.toggle("Train every month", routine["train"])
        if month is None:
            train_cron = st.text_input("When (cron) to train", train_cron)
        else:
            left, right = st.columns(2)
            number = left.number_input("Day of the month", 1, 28, min(28, month[0]))
            train_cron = monthly_cron(int(number), right.time_input("Time to train", month[1]))
        effort = st.selectbox(
            "Effort", list(EFFORTS), list(EFFORTS).index(settings["effort"]), format_func=EFFORTS.__getitem__
        )
        st.caption(f"Times are those of {settings['timezone'] or 'UTC'}; a daemon has to run (churn up).")
        if st.form_submit_button("Save", **if_may_write(type="primary")):
            said = {"score": score, "score_cron": score_cron, "train": train, "train_cron": train_cron}
            saved(shop, routine=said | {"file_every_days": routine["file_every_days"]}, effort=effort)
    st.markdown(
        "**Alerts** go where `CHURN_ALERT_URLS` says (mail, Slack, Teams and others), and the weekly report "
        "by `CHURN_WEEKLY_REPORT`: they hold for the whole installation, so whoever runs it sets them there."
    )


def _deletion(shop: str) -> None:
    st.write("What is deleted here cannot be brought back, except by delivering a file again that holds it.")
    with st.form("forget customer", clear_on_submit=True):
        customer = st.text_input("Customer to be forgotten")
        if st.form_submit_button("Forget this customer", **if_may_write()) and customer.strip():
            _forgotten(f"/customers/{shop}/{customer.strip()}", f"{customer.strip()} is forgotten.")
    with st.form("forget shop", clear_on_submit=True):
        name = st.text_input(f"To delete the shop {shop} with all its data, write its name here")
        if st.form_submit_button("Delete this shop", **if_administrator()):
            if name.strip() == shop:
                _forgotten(f"/shops/{shop}", f"{shop} is deleted.")
            else:
                st.warning(f"Nothing was deleted: the name is not {shop}.")


def _forgotten(path: str, said: str) -> None:
    try:
        delete(path)
    except Refused as refused:
        st.error(str(refused))
        return
    st.success(said)
