"""A job started for someone who does not wait: by the daemon where one is alive, else in a process of its
own, which goes on when the one that asked ends."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

from churn_pipeline.core.documents.service import JobLaunch
from churn_pipeline.core.documents.write import write_document
from churn_pipeline.core.errors import ChurnError, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_json
from churn_pipeline.orchestration.gateway.daemon import daemon_is_alive, submit_to_daemon
from churn_pipeline.orchestration.gateway.instance import instance_of
from churn_pipeline.orchestration.partitions import DIMENSION
from churn_pipeline.orchestration.run_origin import REQUEST, TRIGGER_TAG
from churn_pipeline.orchestration.shop_executor import PARTITION_TAG
from churn_pipeline.runtime.environment import process_environment
from churn_pipeline.runtime.processes import give_way, tags_of_process
from churn_pipeline.shop.config import validated_shop_name

REQUEST_TAG, REQUESTED_BY_TAG = "churn/request_id", "churn/requested_by"
LOOKED_AT = 200
JOB_ID = re.compile(r"[a-z0-9][a-z0-9_-]{2,63}")


def start_job(
    settings: Settings, job: str, shop: str, config: dict[str, Any], requested_by: str
) -> JobLaunch:
    """Starts a job of a shop and returns at once; `config` is that of raw_transactions (UploadConfig)."""
    validated_shop_name(shop)
    instance = instance_of(settings)
    instance.add_dynamic_partitions(DIMENSION, [shop])
    launch = JobLaunch(
        job_id=f"{job}_{uuid4().hex[:12]}",
        job=job,
        shop=shop,
        config=config,
        requested_by=requested_by,
        requested_at=datetime.now(UTC).replace(tzinfo=None),
        process={},
        run_id=None,
        cancelled_at=None,
    )
    if daemon_is_alive(instance):
        tags = {PARTITION_TAG: shop, **request_tags(launch)}
        run_id = submit_to_daemon(settings, instance, job, config, tags)
        if run_id is not None:
            return keep_launch(settings, launch.model_copy(update={"run_id": run_id}))
    keep_launch(settings, launch)
    process = _detached(settings, launch.job_id)
    give_way(process.pid, settings.background_niceness)
    return keep_launch(settings, launch.model_copy(update={"process": tags_of_process(process.pid)}))


def request_tags(launch: JobLaunch) -> dict[str, str]:
    """The tags by which a run is known as the one that was asked for."""
    return {
        REQUEST_TAG: launch.job_id,
        REQUESTED_BY_TAG: launch.requested_by,
        TRIGGER_TAG: REQUEST,
    }


def find_launch(settings: Settings, job_id: str) -> JobLaunch | None:
    """What was asked for under an id; None where nothing was."""
    if not JOB_ID.fullmatch(job_id):
        return None
    try:
        return JobLaunch.model_validate(read_json(launch_path(settings, job_id)))
    except NotFound:
        return None


def launches(settings: Settings) -> list[JobLaunch]:
    """What was asked for, newest first; the last LOOKED_AT of it."""
    paths = sorted((settings.data_dir / "jobs").glob("*.json"), key=lambda p: p.stat().st_mtime)
    found = [JobLaunch.model_validate(read_json(path)) for path in paths[-LOOKED_AT:]]
    return sorted(found, key=lambda launch: launch.requested_at, reverse=True)


def launch_path(settings: Settings, job_id: str) -> Path:
    """Where a launch is kept."""
    return settings.data_dir / "jobs" / f"{job_id}.json"


def log_path(settings: Settings, job_id: str) -> Path:
    """Where a detached process says what it does."""
    return settings.data_dir / "jobs" / f"{job_id}.log"


def last_words(settings: Settings, job_id: str) -> str:
    """The last line that a detached process said, which for a failed one is the reason; "" without any."""
    path = log_path(settings, job_id)
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines() if path.exists() else []
    return lines[-1] if lines else ""


def keep_launch(settings: Settings, launch: JobLaunch) -> JobLaunch:
    """Writes what was asked for, anew where it has changed."""
    write_document(settings.data_dir, f"jobs/{launch.job_id}.json", launch.model_dump())
    return launch


def _detached(settings: Settings, job_id: str) -> "subprocess.Popen[bytes]":
    """A process in a session of its own that runs the launch and says what it does into its log."""
    environment = os.environ | process_environment(settings)
    with log_path(settings, job_id).open("wb") as log:
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "churn_pipeline", "run-launched", job_id],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=settings.home,
                start_new_session=True,
            )
        except OSError as error:
            raise ChurnError(f"The job cannot be started on this machine ({error}).") from error
    Thread(target=process.wait, daemon=True).start()  # or it stays in the list of processes when it has ended
    return process
