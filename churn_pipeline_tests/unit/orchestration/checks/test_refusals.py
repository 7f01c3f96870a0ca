"""A refused file marks its own check and nothing else: the ledger's checks say what they last said, and a
shop that never came to be is no partition."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from churn_pipeline.core.errors import MappingNeeded
from churn_pipeline.core.settings import Settings
from churn_pipeline.ingest.ledger.kept_uploads import sha256_of
from churn_pipeline.orchestration.definitions import build_defs
from churn_pipeline.orchestration.failures import reason_of_failure
from churn_pipeline.orchestration.launch import run_job
from churn_pipeline.orchestration.partitions import DIMENSION, add_shop
from churn_pipeline.runtime.dropped_file import FILE_TAG, NAME_TAG, SHA_TAG
from churn_pipeline_tests.builders.ledgers import simulated_ledger

SHOP = "tea"
NO_DATES = "customer_id,order_date,amount\n1,sometime,3\n2,sometime,4\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    return Settings(home=tmp_path)


def dropped(settings: Settings, name: str, text: str) -> Path:
    path = settings.incoming_dir / SHOP / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def ingested(instance: dg.DagsterInstance, file: Path) -> dg.ExecuteInProcessResult:
    """The run that the file-drop sensor would start, in the executor of all runs."""
    add_shop(instance, SHOP)
    tags = {FILE_TAG: str(file), SHA_TAG: sha256_of(file), NAME_TAG: file.name}
    config = {"files": [str(file)], "route": "file_drop"}
    return (
        build_defs(executor=dg.in_process_executor)
        .resolve_job_def("ingest_dropped_file")
        .execute_in_process(
            instance=instance,
            partition_key=SHOP,
            tags=tags,
            run_config={"ops": {"raw_transactions": {"config": config}}},
            raise_on_error=False,
        )
    )


def events(instance: dg.DagsterInstance, run_id: str, kind: dg.DagsterEventType) -> list[Any]:
    """What the run's events of a kind hold, as its page shows them."""
    logs = instance.all_logs(run_id, of_type=kind)
    return [entry.get_dagster_event().event_specific_data for entry in logs]


def evaluations(instance: dg.DagsterInstance, run_id: str) -> dict[str, dg.AssetCheckEvaluation]:
    """What each check said last."""
    return {e.check_name: e for e in events(instance, run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION)}


def test_a_refused_file_marks_its_own_check_and_leaves_an_observation(settings: Settings) -> None:
    good = simulated_ledger(customers=150, days=300)[["customer_id", "ts", "amount"]].to_csv(index=False)
    with dg.DagsterInstance.ephemeral() as instance:
        first = ingested(instance, dropped(settings, "good.csv", good.replace("ts", "order_date", 1)))
        assert first.success, first.all_events[-1].message
        before = evaluations(instance, first.run_id)
        assert before["file_accepted"].passed
        assert before["file_accepted"].description == "good.csv: read and understood."
        second = ingested(instance, dropped(settings, "bad.csv", NO_DATES))
        after = evaluations(instance, second.run_id)
        (observation,) = events(instance, second.run_id, dg.DagsterEventType.ASSET_OBSERVATION)
    assert not second.success
    assert set(after) == set(before)
    assert {name for name in after if after[name].passed != before[name].passed} == {"file_accepted"}
    assert all(e.partition == SHOP for e in after.values())
    observed = observation.asset_observation
    assert "sometime" in observed.description and observed.partition == SHOP
    assert Path(observed.metadata["quarantine"].value, "reason.json").is_file()
    assert not second.asset_materializations_for_node("raw_transactions")
    (failure,) = [e.step_failure_data for e in second.all_events if e.is_step_failure]
    assert failure.user_failure_data.description == after["file_accepted"].description
    assert failure.error.message.startswith("StepFailed: ") and failure.error.cause is None
    told = reason_of_failure(settings, second.all_events, second.run_id)
    assert (type(told).__name__, str(told)) == ("BadInput", failure.user_failure_data.description)


def test_what_fails_a_check_after_it_was_read_is_refused_too(settings: Settings) -> None:
    text = "customer_id,order_date,amount\n" + "".join(f"{n},2099-01-0{n},5\n" for n in range(1, 9))
    with dg.DagsterInstance.ephemeral() as instance:
        done = ingested(instance, dropped(settings, "future.csv", text))
        found = evaluations(instance, done.run_id)
    assert not done.success
    assert not found["file_accepted"].passed and not found["no_future_dates"].passed
    (failure,) = [e.step_failure_data for e in done.all_events if e.is_step_failure]
    assert found["no_future_dates"].description in failure.user_failure_data.description


def test_a_first_file_that_nobody_understands_makes_no_shop(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("foo,bar\n1,2\n")
    with pytest.raises(MappingNeeded):
        run_job(settings, "ingest", "odd", {"files": [str(file)], "route": "cli"})
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        assert instance.get_dynamic_partitions(DIMENSION) == []
