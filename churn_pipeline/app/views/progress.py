"""Progress: where the shop's job stands, what is already known, and what to do where it failed."""

from typing import Any

import streamlit as st

from churn_pipeline.app.asking import get, post
from churn_pipeline.app.chosen_shop import chosen_shop
from churn_pipeline.app.contents.steps import remaining, step_lines
from churn_pipeline.app.going import go_to

EVERY_SECONDS = 2
OVER = ("completed", "failed", "cancelled")


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
        st.fragment(_running, run_every=EVERY_SECONDS)(job_id)


def _newest_job() -> str | None:
    jobs = get("/jobs", session_id=chosen_shop(), limit=1)
    return str(jobs[0]["job_id"]) if jobs else None


def _running(job_id: str) -> None:
    status = get(f"/train/status/{job_id}")
    if status["status"] in OVER:
        st.rerun()
    st.progress(status["progress"] / 100, text=f"{status['detail']} {remaining(status)}")
    st.markdown("\n\n".join(step_lines(status)))
    if st.button("Stop this job"):
        post(f"/jobs/{job_id}/cancel", {})
    _known_so_far(status["session_id"])


def _known_so_far(shop: str) -> None:
    """What can be read while the models train."""
    partial = get(f"/results/{shop}/partial")
    definition = partial["churn_definition"]
    if partial["in_progress"] and definition:
        st.subheader("Already known")
        st.write(definition["reason"])


def _ended(status: dict[str, Any]) -> None:
    shop = status["session_id"]
    if status["status"] == "completed":
        st.success(f"The results of {shop} are there.")
        if st.button("Open the dashboard", type="primary"):
            go_to("dashboard", shop=shop)
    elif status["status"] == "failed":
        st.error(status["error"] or "The job failed; the log of the run says why.")
        st.write("What was there before is unchanged. Mend what the sentence names and start again.")
        if st.button("Back to upload and configure"):
            go_to("new-data")
    else:
        st.warning("This job was stopped; what was there before is unchanged.")
    st.markdown("\n\n".join(step_lines(status)))
