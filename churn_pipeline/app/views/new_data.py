"""Upload and configure: a file, its columns, what churn means, what a campaign costs; then the start."""

import uuid
from typing import Any

import pandas as pd
import streamlit as st

from churn_pipeline.app.asking import Refused, get, post, send_file
from churn_pipeline.app.contents.horizons import LONGEST, SHORTEST, definition_rows, preview_sentence
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
from churn_pipeline.app.going import go_to

NEW_SHOP, DEMO = "A new shop", "demo"


def show() -> None:
    """The page."""
    st.title("Upload and configure")
    upload = _delivered()
    if upload is None:
        return
    mapping = _mapped(upload)
    money, currency = _assumed()
    missing, twice = missing_fields(mapping), columns_used_twice(mapping)
    if missing:
        st.info(f"Choose a column for: {', '.join(missing)}.")
    if twice:
        st.warning(f"One column stands for two fields: {', '.join(twice)}.")
    request = {"upload_id": upload["upload_id"], "session_id": upload["session_id"]}
    request |= {"column_mapping": mapping, "money": money, "currency": currency or None}
    if st.button("Check the file", disabled=bool(missing or twice)):
        _check(request)
    checked = st.session_state.get("checked")
    if checked and checked["request"] == request:
        _definition(checked["answer"], request)


def _delivered() -> dict[str, Any] | None:
    """The answer to the upload that was last sent in this session."""
    known = [str(overview["shop"]) for overview in get("/shops")]
    if not known:
        _demo()
    choice = st.selectbox("Shop", [*known, NEW_SHOP], index=len(known), key="upload_shop")
    shop = st.text_input("Name of the shop", help="small letters, digits, - and _", key="upload_name")
    key = choice if choice != NEW_SHOP else shop.strip()
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


def _demo() -> None:
    """For those who have no file at hand."""
    with st.container(border=True):
        st.write(
            "Start with a file of your shop's purchases below. Or look around first: a made-up coffee shop "
            "with 36,154 purchases is trained in a few minutes."
        )
        if not st.button("Try it with a demo shop"):
            return
        try:
            with st.spinner("Making the demo shop ..."):
                upload = post(f"/upload/{DEMO}/demo", {})
                mapping = {field: s["column"] for field, s in upload["suggested_mapping"].items()}
                request = {"upload_id": upload["upload_id"], "session_id": DEMO, "currency": "EUR"}
                post("/configure", request | {"column_mapping": mapping})
                started = post("/train", {"session_id": DEMO})
        except Refused as refused:
            st.error(str(refused))
            return
    go_to("progress", job=started["job_id"])


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
    choices = {field: _choice(upload, field) for field in REQUIRED}
    with st.expander("Further columns"):
        choices |= {field: _choice(upload, field) for field in FIELD_NAMES if field not in REQUIRED}
    return chosen_mapping(choices)


def _choice(upload: dict[str, Any], field: Any) -> str:
    columns = [NO_COLUMN, *upload["columns"]]
    return str(
        st.selectbox(
            FIELD_NAMES[field],
            columns,
            index=columns.index(suggested_column(upload, field)),
            help=confidence(upload, field) or None,
            key=f"column {upload['upload_id']} {field.value}",
        )
    )


def _assumed() -> tuple[dict[str, float], str]:
    st.subheader("Money")
    st.caption(
        "Until campaigns are measured these are assumptions; every amount that is shown rests on them."
    )
    first, second, third, fourth = st.columns(4)
    currency = first.text_input("Currency", placeholder="EUR", max_chars=8)
    margin = second.number_input("Gross margin, %", 1.0, 100.0, 100.0, help="100 % shows revenue, not profit")
    contact = third.number_input("Cost of a contact", 0.0, value=0.5)
    success = fourth.number_input(
        "Success at 20 % discount, %", 1.0, 100.0, 35.0, help="share of would-be churners who stay"
    )
    return {
        "gross_margin": margin / 100,
        "contact_cost": contact,
        "success_rate": success / 100,
    }, currency.strip()


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
    st.metric("Quality score, 0 to 10", f"{found['quality_score']:.1f}", border=True)
    for sentence in found["problems"]:
        (st.warning if found["passed"] else st.error)(sentence)
    for sentence in found["notes"]:
        st.caption(sentence)
    definition = answer["churn_definition"]
    if definition is None:
        return
    st.subheader("When has a customer churned?")
    st.write(definition["reason"])
    start = min(max(definition["horizon"], SHORTEST), LONGEST)
    days = st.slider("Days without an order", SHORTEST, LONGEST, start)
    row = get(f"/shops/{answer['session_id']}/definition", churn_threshold_days=days)
    (st.error if row["refusal"] else st.info)(preview_sentence(row))
    st.table(definition_rows(definition, days), hide_index=True)
    if st.button("Start analysis", type="primary", disabled=bool(row["refusal"])):
        _start(request | {"churn_threshold_days": days})


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
