"""Which runs have a living process: killed ones, reused numbers, restarted machines and other containers are
told apart."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
import psutil
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.automation.dead_runs import close_dead_runs
from churn_pipeline.runtime.processes import (
    BOOT_TAG,
    HOST_TAG,
    NAMESPACE_TAG,
    PID_TAG,
    RUN_TAG,
    THREADS_TAG,
    begin_step,
    give_way,
    process_lives,
    process_tags,
)

TAGS_OF_CHILD = (
    "from churn_pipeline.runtime.processes import *; import json; print(json.dumps(process_tags()), "
    "flush=True); input()"
)


def test_this_process_lives_and_a_killed_one_does_not_even_before_it_is_reaped():
    child = subprocess.Popen(
        [sys.executable, "-c", TAGS_OF_CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    tags = json.loads(child.stdout.readline())
    assert process_lives(process_tags()) is True and process_lives(tags) is True
    os.kill(child.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, but still in the table of processes
    assert process_lives(tags) is False
    child.communicate()
    assert process_lives(tags) is False


def test_a_number_given_to_another_process_is_recognised():
    number, _, started = process_tags()[PID_TAG].partition(":")
    earlier = f"{number}:{float(started) - 100:.0f}"
    assert process_lives(process_tags() | {PID_TAG: earlier}) is False


@pytest.mark.parametrize(
    ("changed", "lives"),
    [
        ({BOOT_TAG: "before the restart"}, False),
        ({NAMESPACE_TAG: "pid:[1]"}, None),
        ({BOOT_TAG: "of another machine", HOST_TAG: "elsewhere"}, None),
    ],
    ids=["restarted machine", "another container", "another machine"],
)
def test_what_cannot_be_seen_from_here_is_not_called_dead(changed, lives):
    assert process_lives(process_tags() | changed) is lives


def test_a_run_without_tags_is_unknown():
    assert process_lives({}) is None


def test_a_retry_is_not_taken_for_the_killed_run_whose_tags_it_begins_with(tmp_path):
    dead = process_tags() | {PID_TAG: "1:0", "dagster/partition": "kiosk"}
    with dg.DagsterInstance.ephemeral() as instance:
        killed = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED, tags=dead)
        instance.add_run_tags(killed.run_id, {RUN_TAG: killed.run_id})
        inherited = dead | {RUN_TAG: killed.run_id}
        retry = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTING, tags=inherited)
        (said,) = close_dead_runs(Settings(home=tmp_path), instance)
        assert killed.run_id in said
        assert {r.run_id: r.status.value for r in instance.get_runs()} == {
            killed.run_id: "FAILURE",
            retry.run_id: "STARTING",
        }


def test_a_run_that_its_process_could_not_even_start_is_closed_and_one_without_a_process_waits(tmp_path):
    dead = process_tags() | {PID_TAG: "1:0"}
    with dg.DagsterInstance.ephemeral() as instance:
        stillborn = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.NOT_STARTED, tags=dead)
        waiting = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.NOT_STARTED)
        close_dead_runs(Settings(home=tmp_path), instance)
        assert {r.run_id: r.status.value for r in instance.get_runs()} == {
            stillborn.run_id: "FAILURE",
            waiting.run_id: "NOT_STARTED",
        }


@dg.job
def nothing():
    pass


def threads_of(tags, answers):
    begin_step(tags)
    answers.put((os.environ.get("OMP_NUM_THREADS"), os.environ.get("CHURN_THREADS")))


@pytest.mark.parametrize(("of_this_process", "threads"), [(True, ("3", "3")), (False, (None, None))])
def test_the_process_of_a_step_takes_its_share_of_the_threads_and_no_other_process_does(
    monkeypatch, of_this_process, threads
):
    for name in ("OMP_NUM_THREADS", "CHURN_THREADS"):
        monkeypatch.delenv(name, raising=False)
    tags = process_tags() | {THREADS_TAG: "3"} | ({} if of_this_process else {PID_TAG: "1:0"})
    before = dict(os.environ)
    begin_step(tags)
    assert dict(os.environ) == before
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    step = context.Process(target=threads_of, args=(tags, answers))
    step.start()
    assert answers.get(timeout=60) == threads
    step.join()


@pytest.fixture
def waiting():
    """A process that leads a session of its own and waits."""
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True, text=True
    )
    yield child
    child.communicate("")


def test_a_process_gives_way_with_its_session_and_never_comes_back_to_the_front(waiting):
    before, group = psutil.Process(waiting.pid).nice(), Path(f"/proc/{waiting.pid}/autogroup")
    give_way(waiting.pid, 0)
    assert psutil.Process(waiting.pid).nice() == before
    give_way(waiting.pid, before + 5)
    assert psutil.Process(waiting.pid).nice() == before + 5
    assert not group.exists() or group.read_text().split()[-1] in ("0", str(before + 5))
    give_way(waiting.pid, before + 2)
    assert psutil.Process(waiting.pid).nice() == before + 5


def test_a_process_that_is_gone_is_let_go():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    give_way(child.pid, 10)
