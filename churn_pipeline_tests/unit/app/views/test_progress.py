"""The page of progress, over an API that answers from a home."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from streamlit.testing.v1 import AppTest

from churn_pipeline.core.documents.service import JobLaunch
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.gateway.launching import keep_launch


def progress_script() -> None:
    from churn_pipeline.app.views import progress

    progress.show()


def test_a_new_shops_first_job_is_watched_before_the_shop_is_there(
    app: Callable[[], AppTest], tmp_path: Path
):
    launch = {"job_id": "train_0123456789ab", "job": "train", "shop": "tea", "config": {}, "run_id": None}
    at = datetime.now(UTC).replace(tzinfo=None)
    rest = {"requested_by": "test", "requested_at": at, "process": {}, "cancelled_at": None}
    keep_launch(Settings(home=tmp_path), JobLaunch(**launch, **rest))
    page = AppTest.from_function(progress_script, default_timeout=60)
    page.query_params["job"] = "train_0123456789ab"
    page.run()
    assert not page.exception
    assert not page.info, page.info[0].value
    assert "Data checked" in page.markdown[0].value
    assert "Stop this job" in [button.label for button in page.button]
