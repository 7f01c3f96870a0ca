"""Sensors and schedules against a Dagster instance of their own: what a tick asks for, and the runs that
follow."""

import os
from datetime import UTC, datetime

import dagster as dg
import pytest

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import TableVersion, read_json, read_table, write_json, write_table
from churn_pipeline.core.tables import UPLOADS
from churn_pipeline.monitoring.alerts.alerts import collect_alerts
from churn_pipeline.orchestration.assets import ledger
from churn_pipeline.orchestration.automation.alerting import alerts, failed_runs, misplaced_files
from churn_pipeline.orchestration.automation.sensors import file_drop
from churn_pipeline.orchestration.definitions import build_defs
from churn_pipeline.orchestration.partitions import DIMENSION
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder
from churn_pipeline_tests.builders.ledgers import simulated_ledger

NOW = datetime(2024, 6, 3, 12)
VERSION = TableVersion("run", "grown")
HEADER = "customer_id,date,amount\n"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    found = Settings()
    found.incoming_dir.mkdir(parents=True)
    return found


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def drop(settings, shop, name, text, age=60):
    path = settings.incoming_dir / shop / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    now = path.stat().st_mtime
    os.utime(path, (now - age, now - age))
    return path


def month(number, customers=150):
    """A month of orders, each customer on four days."""
    rows = [
        f"C{c},2024-{number:02}-{day:02},{10 + c % 7}.50"
        for c in range(customers)
        for day in (1 + c % 7, 9, 16 + c % 5, 25)
    ]
    return HEADER + "\n".join(rows) + "\n"


def tick(sensor, instance, cursor=None):
    context = dg.build_sensor_context(instance=instance, cursor=cursor, resources={"churn": ChurnSettings()})
    result = sensor(context)
    for request in result.dynamic_partitions_requests or []:
        instance.add_dynamic_partitions(DIMENSION, request.partition_keys)
    return result


def execute(instance, request):
    job = build_defs().resolve_job_def(request.job_name)
    return job.execute_in_process(
        instance=instance,
        partition_key=request.partition_key,
        run_config=request.run_config,
        tags=request.tags,
        raise_on_error=False,
    )


def test_files_of_three_shops_are_asked_for_at_once_and_new_shops_added(settings, instance):
    for number in (1, 2, 3):
        drop(settings, "kiosk", f"{number}.csv", month(number), age=100 - number)
    drop(settings, "bakery", "all.csv", month(4))
    drop(settings, "florist", "all.csv", month(5))
    drop(settings, "florist", "growing.csv", month(6), age=0)
    drop(settings, "No Shop", "all.csv", month(7))
    result = tick(file_drop, instance)
    asked = [
        (r.partition_key, r.run_config["ops"]["raw_transactions"]["config"]["files"][0].rpartition("/")[2])
        for r in result.run_requests
    ]
    assert asked == [
        ("kiosk", "1.csv"),
        ("kiosk", "2.csv"),
        ("kiosk", "3.csv"),
        ("bakery", "all.csv"),
        ("florist", "all.csv"),
    ]
    assert instance.get_dynamic_partitions(DIMENSION) == ["bakery", "florist", "kiosk"]
    assert tick(file_drop, instance, result.cursor).run_requests == []


def test_a_folder_that_cannot_be_listed_is_an_error_not_an_empty_one(settings, instance):
    settings.incoming_dir.rmdir()
    with pytest.raises(FileNotFoundError):
        tick(file_drop, instance)


def test_monthly_files_of_a_new_shop_go_in_one_by_one_and_a_bad_one_is_quarantined_until_it_is_put_back(
    settings, instance
):
    for number in (1, 2, 3):
        drop(settings, "kiosk", f"{number}.csv", month(number), age=100 - number)
    bad = drop(settings, "kiosk", "bad.csv", "nothing,of,this\nis,a,ledger\n", age=80)
    drop(settings, "kiosk", "4.csv", month(4), age=70)
    first = tick(file_drop, instance)
    outcomes = [execute(instance, request).success for request in first.run_requests]
    assert outcomes == [True, True, True, False, True]
    folder = shop_folder(settings, "kiosk")
    assert read_table(folder, "transactions").ts.dt.month.value_counts().to_dict() == dict.fromkeys(
        (1, 2, 3, 4), 600
    )
    (reason,) = folder.glob("quarantine/*/reason.json")
    assert "bad.csv" in read_json(reason)["reason"]
    assert f"put the file back into {bad.parent}" in read_json(reason)["reason"]
    assert (reason.parent / "bad.csv").exists()
    assert not bad.exists()

    second = tick(file_drop, instance, first.cursor)
    assert [(r.job_name, r.run_key.split(":")[:2]) for r in second.run_requests] == [
        ("train", ["kiosk", "train"])
    ]
    drop(settings, "kiosk", "bad.csv", "nothing,of,this\nis,a,ledger\n")
    assert [r.job_name for r in tick(file_drop, instance, first.cursor).run_requests].count("train") == 0, (
        "a file is to come first"
    )
    (again,) = (
        r
        for r in tick(file_drop, instance, second.cursor).run_requests
        if r.job_name == "ingest_dropped_file"
    )
    assert again.run_key == f"{first.run_requests[3].run_key}:1"


def test_a_file_that_spoils_the_ledger_is_quarantined_and_the_former_ledger_stays(settings, instance):
    drop(
        settings, "kiosk", "all.csv", "".join([month(1), *(month(k).removeprefix(HEADER) for k in (2, 3, 4))])
    )
    first = tick(file_drop, instance)
    assert execute(instance, first.run_requests[0]).success
    folder = shop_folder(settings, "kiosk")
    published = (folder / "transactions.parquet").read_bytes()
    undated = "\n".join(f"C{c},some day,5.00" for c in range(4_000)) + "\nC1,2024-05-02,5.00\n"
    drop(settings, "kiosk", "5.csv", HEADER + undated)
    (request,) = (
        r for r in tick(file_drop, instance, first.cursor).run_requests if r.job_name == "ingest_dropped_file"
    )
    assert not execute(instance, request).success
    assert [p.name for p in folder.glob("quarantine/*/*.csv")] == ["5.csv"]
    assert (folder / "transactions.parquet").read_bytes() == published


def grown(settings, shop, route="file_drop", scored="before"):
    """A shop whose ledger has the version 'grown', delivered by a route, and whose results are of the version
    `scored`."""
    folder = shop_folder(settings, shop)
    save_shop(settings, ShopConfig(name=shop))
    rows = simulated_ledger(customers=20)
    write_table(folder, "transactions", rows, VERSION)
    upload = {
        "upload_sha256": "0" * 64,
        "file_name": "a.csv",
        "uploaded_at": rows.ts.max(),
        "route": route,
        "mode": "append",
        "reading": "{}",
    }
    counts = dict.fromkeys(("rows_in", "rows_kept", "rows_rejected", "rows_known", "exact_duplicates"), 1)
    times = {"first_ts": rows.ts.min(), "last_ts": rows.ts.max()}
    write_table(folder, "uploads", _frame(upload | counts | times), VERSION)
    if scored:
        write_json(folder / "results.json", {"tables": {"transactions": {"data_version": scored}}})


def _frame(row):
    import pandas as pd

    return pd.DataFrame([row]).reindex(columns=UPLOADS.schema.names).astype(object)


def requested(settings, instance):
    return [(r.partition_key, r.job_name, r.run_key) for r in tick(file_drop, instance).run_requests]


def test_a_grown_ledger_is_scored_a_new_one_trained(settings, instance):
    grown(settings, "kiosk")
    grown(settings, "bakery", scored=None)
    grown(settings, "current", scored="grown")
    grown(settings, "by_hand", route="cli")
    assert requested(settings, instance) == [
        ("bakery", "train", "bakery:train:grown"),
        ("kiosk", "score", "kiosk:score:grown"),
    ]


def test_a_shop_with_files_to_come_or_a_run_in_progress_is_not_scored_yet(settings, instance):
    grown(settings, "kiosk")
    path = drop(settings, "kiosk", "next.csv", month(1), age=0)
    assert requested(settings, instance) == []
    path.unlink()
    run = instance.create_run_for_job(
        build_defs().resolve_job_def("ingest_dropped_file"),
        tags={"dagster/partition": "kiosk"},
        status=dg.DagsterRunStatus.STARTED,
    )
    assert requested(settings, instance) == []
    instance.delete_run(run.run_id)
    assert [r[0] for r in requested(settings, instance)] == ["kiosk"]


def test_a_new_shop_with_too_little_data_is_not_trained_but_told_about(settings, instance):
    drop(settings, "kiosk", "1.csv", month(1))
    first = tick(file_drop, instance)
    assert execute(instance, first.run_requests[0]).success
    assert tick(file_drop, instance, first.cursor).run_requests == []
    (alert,) = collect_alerts(settings, NOW, "file_drop")
    assert "too little yet" in alert.text
    assert "at least 90 are needed" in alert.text


def test_a_new_shop_whose_columns_nobody_understands_waits_until_it_has_a_mapping(settings, instance):
    path = drop(
        settings, "kiosk", "strange.csv", month(1).replace(HEADER, "a,b,c\n").replace(",2024", ",week 2024")
    )
    first = tick(file_drop, instance)
    assert not execute(instance, first.run_requests[0]).success
    assert path.exists(), "it is not quarantined"
    (alert,) = collect_alerts(settings, NOW, "file_drop")
    assert "waits for a mapping of its columns (strange.csv)" in alert.text
    assert failed_runs(instance, settings) == [], "said once"
    assert tick(file_drop, instance, first.cursor).run_requests == []

    columns = {"customer_id": "a", "date": "b", "amount": "c"}
    save_shop(settings, ShopConfig(name="kiosk", mapping=columns, date_format="week %Y-%m-%d"))
    second = tick(file_drop, instance, first.cursor)
    assert [r.run_key for r in second.run_requests] == [f"{first.run_requests[0].run_key}:1"]
    assert execute(instance, second.run_requests[0]).success
    assert collect_alerts(settings, NOW, "file_drop")[0].key == "kiosk:too_little_data"
    assert [r.job_name for r in tick(file_drop, instance, second.cursor).run_requests] == []


def test_what_lies_outside_the_shops_folders_is_told(settings):
    drop(settings, "My Shop", "a.csv", "x")
    (settings.incoming_dir / "lost.csv").write_text("x")
    assert [a.text.split(" ")[0] for a in misplaced_files(settings)] == [
        "The",
        f"{settings.incoming_dir}/lost.csv",
    ]


def test_one_shop_that_cannot_be_read_stops_no_other(settings, instance):
    grown(settings, "kiosk")
    grown(settings, "spoiled")
    grown(settings, "waiting")
    (shop_folder(settings, "spoiled") / "uploads.parquet").write_text("no parquet")
    (shop_folder(settings, "waiting") / "shop.yaml").write_text("routine: [")
    assert [shop for shop, *_ in requested(settings, instance)] == ["kiosk", "waiting"]
    assert {a.shop for a in collect_alerts(settings, NOW, "file_drop") if a.key.endswith("unreadable")} == {
        "spoiled",
        "waiting",
    }


def test_the_alerts_sensor_tells_why_a_run_failed_and_starts_none(settings, instance):
    path = drop(settings, "kiosk", "bad.csv", month(1))
    (request,) = tick(file_drop, instance).run_requests
    path.unlink()
    failed = execute(instance, request)
    (alert,) = failed_runs(instance, settings)
    assert alert.key == f"run:{failed.run_id}"
    assert alert.text.startswith("The job ingest_dropped_file failed on bad.csv: ")
    assert "bad.csv is not there" in alert.text
    said = alerts(dg.build_sensor_context(instance=instance, resources={"churn": ChurnSettings()}))
    assert said.skip_message.startswith(
        "0 alerts sent, 1 things are known. CHURN_ALERT_URLS is empty, so nobody is told. "
        "(1) kiosk: The job ingest_dropped_file failed on bad.csv: "
    )


def test_a_channel_that_is_down_makes_the_alerts_tick_fail_and_no_run(settings, instance, monkeypatch):
    monkeypatch.setenv("CHURN_ALERT_URLS", '["json://user:secret@127.0.0.1:9/"]')
    drop(settings, "No Shop", "a.csv", "x")
    with pytest.raises(
        ChurnError, match=r"json://127\.0\.0\.1: the message could not be delivered"
    ) as caught:
        alerts(dg.build_sensor_context(instance=instance, resources={"churn": ChurnSettings()}))
    assert "secret" not in str(caught.value)


def test_jobs_hold_what_they_should():
    train, score = (set(build_defs().resolve_job_def(name).graph.node_dict) for name in ("train", "score"))
    assert train - score == {
        "raw_transactions",
        "ledger_quality",
        "transactions",
        "data_profile",
        "churn_definition",
        "training_snapshots",
        "return_snapshots",
        "return_models",
        "logistic_regression",
        "random_forest",
        "xgboost",
        "lightgbm",
        "svm",
        "decision_tree",
        "neural_network",
        "baselines",
        "model_comparison",
        "champion",
    }
    assert "churn_definition" not in build_defs().resolve_job_def("ingest_dropped_file").graph.node_dict
    assert set(build_defs().resolve_job_def("grade").graph.node_dict) == {"graded_predictions"}
    assert ledger.raw_transactions.key.to_user_string() not in score, "nothing was delivered"


def test_what_is_in_the_ledger_leaves_the_folder_and_what_failed_stays(settings, instance, monkeypatch):
    good = drop(settings, "kiosk", "1.csv", month(1), age=90)
    waits = drop(settings, "kiosk", "2.csv", "a,b,c\n1,2,3\n", age=80)
    first = tick(file_drop, instance)
    assert good.exists(), "its run is not done"
    assert [execute(instance, request).success for request in first.run_requests] == [True, False]
    monkeypatch.setenv("CHURN_TAKEN_FILES", "leave")
    tick(file_drop, instance, first.cursor)
    assert good.exists(), "by the setting"
    monkeypatch.delenv("CHURN_TAKEN_FILES")
    second = tick(file_drop, instance, first.cursor)
    today = datetime.now(UTC).date()
    assert (good.parent / "taken" / str(today) / "1.csv").exists() and not good.exists()
    assert not (good.parent / "taken" / str(today) / "2.csv").exists()
    drop(settings, "kiosk", "1.csv", month(2))
    third = tick(file_drop, instance, second.cursor)
    (request,) = [r for r in third.run_requests if r.job_name == "ingest_dropped_file"]
    assert execute(instance, request).success
    tick(file_drop, instance, third.cursor)
    assert len(list((good.parent / "taken" / str(today)).glob("1*.csv"))) == 2, "both files of this name"
    assert not waits.exists() or waits.parent == good.parent


def test_a_tick_of_the_alerts_says_what_is_known(settings, instance):
    (settings.incoming_dir / "lost.csv").write_text("x")
    context = dg.build_sensor_context(instance=instance, resources={"churn": ChurnSettings()})
    told = alerts(context).skip_message
    assert "1 things are known" in told and "nobody is told. (1) " in told and "lost.csv" in told
