"""Upload and configure: a file, its columns, what churn means, what a campaign costs; then the start."""

import uuid
from typing import Any

import pandas as pd
import streamlit as st

from churn_pipeline.app.asking import Refused, get, post, send_file
from churn_pipeline.app.contents.mapping import (
    FIELD_NAMES,
    NO_COLUMN,
    REQUIRED,
    chosen_mapping,
    columns_used_twice,
    confidence,
    missing_fields,
    suggested_column,
)
from churn_pipeline.app.contents.new_shop import (
    CURRENCIES,
    name_sentence,
    shop_name_of,
    suggested_currency,
)
from churn_pipeline.app.contents.own_words import in_app_words
from churn_pipeline.app.contents.settings import EFFORTS
from churn_pipeline.app.going import go_to
from churn_pipeline.app.rights import READS_ONLY, may_write
from churn_pipeline.app.views.horizon import choose_horizon
from churn_pipeline.app.views.welcome import offer_demo
from churn_pipeline.shop.config import ColumnField, RoiAssumptions

NEW_SHOP = "A new shop"


def show() -> None:
    """The page."""
    st.title("Upload and configure")
    if not may_write():
        st.info(READS_ONLY)
        return
    upload = _delivered()
    if upload is None:
        return
    mapping = _mapped(upload)
    money, currency = _assumed(upload)
    missing, twice = missing_fields(mapping), columns_used_twice(mapping)
    if missing:
        st.info(f"Choose a column for: {', '.join(missing)}.")
    if twice:
        st.warning(f"One column stands for two fields: {', '.join(twice)}.")
    request = {"upload_id": upload["upload_id"], "session_id": upload["session_id"]}
    request |= {"column_mapping": mapping, "money": money, "currency": currency or None}
    if st.button("Check the file", type="primary", disabled=bool(missing or twice)):
        _check(request)
    checked = st.session_state.get("checked")
    if checked and checked["request"] == request:
        _definition(checked["answer"], request)


def _delivered() -> dict[str, Any] | None:
    """The answer to the upload that was last sent in this session."""
    known = [str(overview["shop"]) for overview in get("/shops")]
    if not known:
        with st.expander("No file at hand?"):
            offer_demo()
    left, right = st.columns(2)
    choice = left.selectbox("Shop", [*known, NEW_SHOP], index=len(known), key="upload_shop")
    key = choice
    if choice == NEW_SHOP:
        named = right.text_input(
            "Name of the shop",
            help="small letters, digits, - and _, such as tea-shop; empty: by the name of the file",
            key="upload_name",
        )
        key = named.strip()
        wrong = name_sentence(key)
        if wrong:
            st.warning(wrong)
            key = shop_name_of(key)
        if key in known:
            st.info(f"There is a shop {key} already: the file is added to it.")
    file = st.file_uploader(
        "Drop your customer transaction file here",
        type=["csv", "txt", "tsv", "xlsx", "xls", "parquet", "jsonl", "gz", "zip"],
        help="One row a purchase or an item: customer, date, amount. Up to 100 MB.",
    )
    if file is None:
        st.session_state.pop("upload", None)
        return None
    former = st.session_state.get("upload")
    if former is None or former["of"] != (file.file_id, key):
        with st.spinner("Reading the file ..."):
            answer = _sent(file, key)
        if answer is None:
            return None
        st.session_state["upload"] = {"of": (file.file_id, key), "answer": answer}
    return dict(st.session_state["upload"]["answer"])


def _sent(file: Any, shop: str) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = send_file("/upload", file.name, file, **({"shop": shop} if shop else {}))
    except Refused as refused:
        st.error(str(refused))
        return None
    return answer


def _mapped(upload: dict[str, Any]) -> dict[str, str]:
    st.subheader("Your file")
    st.caption(f"{upload['filename']}: {upload['rows']:,} rows, for the shop {upload['session_id']}.")
    st.dataframe(pd.DataFrame(upload["preview"]), hide_index=True)
    for sentence in (*upload["warnings"], *([upload["question"]] if upload["question"] else [])):
        st.warning(sentence)
    st.subheader("Which column is what?")
    choices = _choices(upload, REQUIRED)
    with st.expander("Further columns: the more there are, the more the models see"):
        choices |= _choices(upload, tuple(field for field in FIELD_NAMES if field not in REQUIRED))
    return chosen_mapping(choices)


def _choices(upload: dict[str, Any], fields: tuple[ColumnField, ...]) -> dict[ColumnField, str]:
    """Three beside each other, each with how sure its suggestion is."""
    columns = [NO_COLUMN, *upload["columns"]]
    chosen = {}
    for first in range(0, len(fields), 3):
        for place, field in zip(st.columns(3), fields[first : first + 3], strict=False):
            chosen[field] = str(
                place.selectbox(
                    FIELD_NAMES[field],
                    columns,
                    index=columns.index(suggested_column(upload, field)),
                    key=f"column {upload['upload_id']} {field.value}",
                )
            )
            place.caption(confidence(upload, field, chosen[field]))
    return chosen


def _assumed(upload: dict[str, Any]) -> tuple[dict[str, float], str]:
    """What a campaign costs and brings: a known shop's own assumptions, to be changed."""
    known = _known_assumptions(upload["session_id"])
    st.subheader("Money")
    st.caption(
        "Until campaigns are measured these are assumptions; every amount that is shown rests on them."
    )
    first, second, third, fourth = st.columns(4)
    money = known["money"]
    currency = _currency(first, known["currency"], upload)
    margin = second.number_input(
        "Gross margin, %", 1.0, 100.0, 100 * money["gross_margin"], help="100 % shows revenue, not profit"
    )
    contact = third.number_input("Cost of a contact", 0.0, value=float(money["contact_cost"]))
    success = fourth.number_input(
        f"Success at {money['discount_percent']:.0f} % discount, %",
        1.0,
        100.0,
        100 * money["success_rate"],
        help="share of would-be churners who stay",
    )
    return {
        "gross_margin": margin / 100,
        "contact_cost": contact,
        "success_rate": success / 100,
    }, currency.strip()


def _currency(place: Any, known: str, upload: dict[str, Any]) -> str:
    found, sign = suggested_currency(upload)
    options = list(dict.fromkeys(["", *filter(None, (known, found)), *CURRENCIES]))
    chosen = place.selectbox(
        "Currency",
        options,
        options.index(known or found),
        format_func=lambda code: code or "Not set",
        accept_new_options=True,
        help="what the amounts are in; another one may be typed, as its code of three letters or its sign",
        key=f"currency {upload['upload_id']}",
    )
    if not chosen:
        place.caption("Amounts will carry no currency.")
    elif chosen == found and not known:
        place.caption(f"suggested: the file's amounts are written with {sign}")
    return str(chosen or "")


def _known_assumptions(shop: str) -> dict[str, Any]:
    if shop in [overview["shop"] for overview in get("/shops")]:
        answer: dict[str, Any] = get(f"/shops/{shop}/settings")
        return answer
    return {"money": RoiAssumptions().model_dump(), "currency": "", "effort": "standard"}


def _check(request: dict[str, Any]) -> None:
    st.session_state.pop("checked", None)
    try:
        with st.spinner("Checking every row ..."):
            st.session_state["checked"] = {"request": request, "answer": post("/configure", request)}
    except Refused as refused:
        st.error(str(refused))


def _definition(answer: dict[str, Any], request: dict[str, Any]) -> None:
    found = answer["validation_results"]
    st.subheader("Quality")
    score, rows, customers = st.columns(3)
    score.metric("Quality score, 0 to 10", f"{found['quality_score']:.1f}", border=True)
    rows.metric("Rows that can be used", f"{found['rows']:,}", border=True)
    customers.metric(
        "Customers with a row",
        f"{found['customers']:,}",
        border=True,
        help="Those who paid for nothing (returns and free goods alone) have no order and are not counted "
        "from the next step on.",
    )
    for sentence in found["problems"]:
        (st.warning if found["passed"] else st.error)(in_app_words(sentence))
    for sentence in found["notes"]:
        st.caption(in_app_words(sentence))
    if not found["problems"]:
        st.success("Nothing to complain of.")
    definition = answer["churn_definition"]
    if definition is None:
        st.write("So the file cannot be analysed yet; mend what is named above and deliver it again.")
        return
    st.subheader("When has a customer churned?")
    days, carried = choose_horizon(answer["session_id"], definition, f"threshold {request['upload_id']}")
    known = _known_assumptions(answer["session_id"])["effort"]
    effort = st.selectbox(
        "Effort", list(EFFORTS), list(EFFORTS).index(known), format_func=EFFORTS.__getitem__, key="effort"
    )
    if st.button("Start analysis", type="primary", disabled=not carried):
        _start(request | {"churn_threshold_days": days, "effort": effort})


def _start(request: dict[str, Any]) -> None:
    try:
        with st.spinner("Starting ..."):
            post("/configure", request)
            started = post(
                "/train", {"session_id": request["session_id"]}, **{"Idempotency-Key": str(uuid.uuid4())}
            )
    except Refused as refused:
        st.error(str(refused))
        return
    for key in ("upload", "checked"):
        st.session_state.pop(key, None)
    go_to("progress", job=started["job_id"])
