"""Files dropped into shops' folders: what a tick asks for, the runs that follow, and what becomes of
the files."""

from datetime import UTC, datetime

import pytest

from churn_pipeline.core.store import read_json, read_table
from churn_pipeline.monitoring.alerts.alerts import collect_alerts
from churn_pipeline.orchestration.automation.alerting import failed_runs
from churn_pipeline.orchestration.automation.sensors import file_drop
from churn_pipeline.orchestration.partitions import DIMENSION
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import save_shop, shop_folder
from churn_pipeline_tests.builders.dropped_files import HEADER, NOW, drop, execute, month, tick


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
