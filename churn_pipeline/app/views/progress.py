"""Progress: where the shop's job stands, what is already known, and what to do where it failed."""

from typing import Any

import pandas as pd
import streamlit as st

from churn_pipeline.app.asking import get, post
from churn_pipeline.app.chosen_shop import chosen_shop
from churn_pipeline.app.contents.own_words import in_app_words
from churn_pipeline.app.contents.steps import advice, found_so_far, headline, job_rows, step_lines
from churn_pipeline.app.going import go_to
from churn_pipeline.app.parts import shown_or_said
from churn_pipeline.app.rights import if_may_write

EVERY_SECONDS = 2
OVER = ("completed", "failed", "cancelled")
NOTHING = {"profile": None, "churn_definition": None, "model_comparison": None}
LATEST = 10


def show() -> None:
    """The page."""
    st.title("Progress")
    job_id = st.query_params.get("job") or _newest_job()
    if job_id is None:
        st.info("No job has run yet. Begin with **Upload and configure**.")
        return
    status = get(f"/train/status/{job_id}")
    if status["status"] in OVER:
        if status["status"] == "completed" and st.session_state.pop("watched", None) == job_id:
            go_to("dashboard", shop=status["session_id"])
        _ended(status)
    else:
        st.session_state["watched"] = job_id
        st.fragment(_watched, run_every=EVERY_SECONDS)(job_id)


def _newest_job() -> str | None:
    jobs = get("/jobs", session_id=chosen_shop(), limit=1)
    return str(jobs[0]["job_id"]) if jobs else None


def _watched(job_id: str) -> None:
    shown_or_said(lambda: _running(job_id))


def _running(job_id: str) -> None:
    status = get(f"/train/status/{job_id}")
    if status["status"] in OVER:
        st.rerun()
    of_this_run = _of_this_run(status["session_id"])
    st.progress(status["progress"] / 100, text=headline(status))
    st.markdown("\n\n".join(step_lines(status, found_so_far(of_this_run))))
    if st.button("Stop this job", **if_may_write()):
        post(f"/jobs/{job_id}/cancel", {})
    _known_so_far(of_this_run)


def _of_this_run(shop: str) -> dict[str, Any]:
    """What the run in progress has found; nothing while a new shop's first file is still being taken in."""
    if shop not in [overview["shop"] for overview in get("/shops")]:
        return NOTHING
    partial: dict[str, Any] = get(f"/results/{shop}/partial")
    return partial if partial["in_progress"] else NOTHING


def _known_so_far(partial: dict[str, Any]) -> None:
    """What can be read while the models train."""
    profile, definition = partial["profile"], partial["churn_definition"]
    if not definition:
        return
    st.subheader("Already known")
    st.write(definition["reason"])
    if profile:
        for finding in profile["findings"]:
            st.markdown(f"**{finding['title']}.** {finding['text']}")
        orders = pd.DataFrame(profile["time"]["by_month"])
        st.caption("Orders by month")
        st.bar_chart(orders, x="start", y="orders", x_label="", height=200)


def _ended(status: dict[str, Any]) -> None:
    shop = status["session_id"]
    if status["status"] == "completed":
        st.success(f"The results of {shop} are there.")
        if st.button("Open the dashboard", type="primary"):
            go_to("dashboard", shop=shop)
    elif status["status"] == "failed":
        st.error(in_app_words(status["error"] or "") or "The job failed; the log of the run says why.")
        st.markdown("**What to do**")
        for sentence in advice(status["error"], status["job"]):
            st.markdown(f"- {sentence}")
        st.write("What was there before is unchanged.")
        if st.button("Back to upload and configure"):
            go_to("new-data")
    else:
        st.warning("This job was stopped; what was there before is unchanged.")
    st.markdown("\n\n".join(step_lines(status)))
    _earlier_jobs(shop)


def _earlier_jobs(shop: str) -> None:
    st.subheader("Latest jobs")
    st.dataframe(job_rows(get("/jobs", session_id=shop, limit=LATEST)), hide_index=True)
