"""The check of freshness is asked for where its answer changes, and can be answered again and again."""

import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_json, write_json
from churn_pipeline.orchestration.checks.freshness import ASSET, FRESH, freshness
from churn_pipeline.orchestration.definitions import build_defs
from churn_pipeline.orchestration.partitions import DIMENSION, PARTITION_TAG
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.shop.directory import shop_folder
from churn_pipeline_tests.builders.home_with_results import home_with_results
from churn_pipeline_tests.builders.scored_home import SCORED, scored_home

CHECK = dg.AssetCheckKey(dg.AssetKey(ASSET), FRESH)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CHURN_HOME", str(tmp_path / "home"))
    settings = home_with_results(tmp_path / "home")
    scored_home(settings.home, "shoes", seed=2)  # it has no results: nothing is said of it
    return settings


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp() as instance:
        instance.add_dynamic_partitions(DIMENSION, [SCORED, "shoes"])
        yield instance


def tick(instance: dg.DagsterInstance, cursor: str | None) -> dg.SensorResult:
    context = dg.build_sensor_context(instance, cursor, resources={"churn": ChurnSettings()})
    found = freshness(context)
    assert isinstance(found, dg.SensorResult)
    return found


def scored_at(settings: Settings, when: str) -> None:
    path = shop_folder(settings, SCORED) / "results.json"
    write_json(path, read_json(path) | {"generated_at": when})


def test_it_is_asked_for_once_for_each_answer(settings: Settings, instance: dg.DagsterInstance):
    first = tick(instance, None)
    assert [request.tags[PARTITION_TAG] for request in first.run_requests] == [SCORED]
    again = tick(instance, first.cursor)
    assert again.run_requests == [] and again.cursor == first.cursor
    scored_at(
        settings, "2999-01-01T00:00:00" if not json.loads(first.cursor)[SCORED] else "2001-01-01T00:00:00"
    )
    assert [request.tags[PARTITION_TAG] for request in tick(instance, first.cursor).run_requests] == [SCORED]


def test_a_partition_is_judged_again_and_again(settings: Settings, instance: dg.DagsterInstance):
    job = build_defs().resolve_implicit_global_asset_job_def().get_subset(asset_check_selection={CHECK})
    for _ in range(2):
        assert job.execute_in_process(instance=instance, partition_key=SCORED).success
    history = instance.event_log_storage.get_asset_check_execution_history(CHECK, limit=5)
    assert len(history) == 2
