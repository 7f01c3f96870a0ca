"""Exports: every pair of content and format, contacts joined there alone, nothing half written."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.campaigns.target_lists import target_lists
from churn_pipeline.core.enums import TargetList
from churn_pipeline.core.errors import BadInput, ChurnError, NotFound
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.store import TableVersion, write_table, write_versioned
from churn_pipeline.insights.actions.complements import bought_products
from churn_pipeline.insights.actions.recommendations import recommend
from churn_pipeline.insights.money.scenarios import roi_scenarios
from churn_pipeline.reports import export as exports
from churn_pipeline.reports.export import FORMATS, Content, ExportRequest, Format, chosen_format, export
from churn_pipeline.shop.actions import STANDARD_ACTIONS
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.run import ShopRun
from churn_pipeline_tests.builders.insight_frames import shop_tables
from churn_pipeline_tests.builders.shop_runs import shop_run

PAYING = tuple(
    action.model_copy(update={"success_rate": 0.9, "contact_cost": 0.0})
    if action.kind == "win_back"
    else action
    for action in STANDARD_ACTIONS
)
CONFIG = ShopConfig(name="shop", currency="€", actions=PAYING)
TABLES = (Content.SCORES, Content.FEATURES, Content.TARGETS, Content.SNAPSHOTS)


@pytest.fixture
def run(tmp_path: Path) -> ShopRun:
    """A shop whose tables are those that a run leaves, with the first two customers' contact details."""
    folder, shop = tmp_path / "shop", shop_tables()
    write_table(folder, "transactions", shop.ledger, TableVersion("r", "v"))
    bought = bought_products(ShopStore(folder), shop.scores["as_of"].max())
    scenarios = roi_scenarios(shop.scores, shop.value, CONFIG)
    actions = recommend(shop.scores, shop.value, bought, CONFIG).actions
    lists = target_lists(shop.scores, shop.value, scenarios, actions, bought, CONFIG)
    known = lists.loc[lists["list"] == "recommended", "customer_id"].head(2)
    contacts = pd.DataFrame(
        {
            "customer_id": known,
            "name": ["Lee, Ann", '=1+1 "Bo"'],
            "email": ["ann@example.org", None],
            "phone": ["+49 170 1", None],
            "consent": None,
            **{f"{detail}_at": pd.NaT for detail in ("name", "email", "phone", "consent")},
        }
    )
    snapshots = shop.features.rename(columns={"as_of": "cutoff"}).assign(split="train", fold=0, churned=1)
    for name, frame in {
        "customer_scores": shop.scores,
        "customer_features": shop.features,
        "training_snapshots": snapshots,
        "target_lists": lists,
        "contacts": contacts,
    }.items():
        write_versioned(folder, name, frame, "r")
    return shop_run(folder, CONFIG)


def read(path: Path) -> pd.DataFrame:
    readers = {".csv": pd.read_csv, ".xlsx": pd.read_excel, ".parquet": pd.read_parquet}
    options = {"engine": "calamine"} if path.suffix == ".xlsx" else {}
    return readers[path.suffix](path, **options)


@pytest.mark.parametrize("what", TABLES)
@pytest.mark.parametrize("kind", (Format.CSV, Format.XLSX, Format.PARQUET))
def test_every_table_comes_in_every_kind_of_file(
    run: ShopRun, tmp_path: Path, what: Content, kind: Format
) -> None:
    written = export(run, ExportRequest(what, kind), tmp_path / f"out.{kind}")
    found = read(written.path)
    expected = {
        Content.SCORES: len(run.store.read("customer_scores")),
        Content.FEATURES: len(run.store.read("customer_features")),
        Content.SNAPSHOTS: len(run.store.read("training_snapshots")),
        Content.TARGETS: (run.store.read("target_lists")["list"] == "recommended").sum(),
    }[what]
    assert len(found) == written.rows == expected > 0
    assert "customer_id" in found
    if what == Content.FEATURES:
        assert list(found)[:2] == ["customer_id", "as_of"] and list(found)[-4:][0] == "churn_probability"
        assert found["churn_probability"].notna().all()


def test_contacts_and_the_parts_of_names_stand_on_the_list(run: ShopRun, tmp_path: Path) -> None:
    written = export(run, ExportRequest(Content.TARGETS, Format.CSV), tmp_path / "out.csv")
    with written.path.open(newline="", encoding="utf-8") as file:
        first, second = list(csv.DictReader(file))[:2]
    assert (first["first_name"], first["last_name"], first["email"]) == ("Ann", "Lee", "ann@example.org")
    assert first["phone"] == "+49 170 1"
    assert second["name"].startswith("'=1+1")


def test_a_preset_leaves_out_who_has_no_address(run: ShopRun, tmp_path: Path) -> None:
    request = ExportRequest(Content.TARGETS, Format.CSV, columns="brevo")
    written = export(run, request, tmp_path / "out.csv")
    listed = (run.store.read("target_lists")["list"] == "recommended").sum()
    assert written.rows == 1 and written.notes == [
        f"{listed - 1} customers without an email address are left out."
    ]
    assert read(written.path)["EMAIL"].tolist() == ["ann@example.org"]


@pytest.mark.parametrize("which", TargetList)
def test_each_list_is_exported_by_its_name(run: ShopRun, tmp_path: Path, which: TargetList) -> None:
    request = ExportRequest(Content.TARGETS, Format.CSV, target_list=which)
    assert set(read(export(run, request, tmp_path / "out.csv").path)["list"]) == {which}


def test_the_format_is_the_one_asked_for_else_that_of_the_ending_else_the_usual_one() -> None:
    assert chosen_format(Content.SCORES, Format.XLSX, Path("a.csv")) == Format.XLSX
    assert chosen_format(Content.SCORES, None, Path("a.PARQUET")) == Format.PARQUET
    assert chosen_format(Content.SCORES, None, Path("a.txt")) == Format.CSV
    assert all(chosen_format(what, None) == formats[0] for what, formats in FORMATS.items())


@pytest.mark.parametrize("what", Content)
@pytest.mark.parametrize("kind", Format)
def test_another_pair_is_refused_with_what_there_is(what: Content, kind: Format) -> None:
    if kind in FORMATS[what]:
        assert chosen_format(what, kind) == kind
        return
    with pytest.raises(BadInput, match=f"^{what} cannot be exported as {kind}: choose .* or "):
        chosen_format(what, kind)


def test_columns_are_for_target_lists_alone(run: ShopRun, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="target lists alone"):
        export(run, ExportRequest(Content.SCORES, Format.CSV, columns="brevo"), tmp_path / "out.csv")


def test_a_crash_leaves_the_former_file_and_no_other(
    run: ShopRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out" / "scores.csv"
    out.parent.mkdir()
    out.write_text("former")

    def crashing(table: pd.DataFrame, path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports, "_writers", lambda: {Format.CSV: crashing})
    with pytest.raises(ChurnError, match="No space left on device"):
        export(run, ExportRequest(Content.SCORES, Format.CSV), out)
    assert out.read_text() == "former" and list(out.parent.iterdir()) == [out]


def test_a_folder_is_no_file_and_a_shop_without_results_has_nothing_to_export(
    run: ShopRun, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="is a folder"):
        export(run, ExportRequest(Content.SCORES, Format.CSV), tmp_path)
    empty = shop_run(tmp_path / "empty", CONFIG)
    with pytest.raises(NotFound, match="has no table customer_scores yet"):
        export(empty, ExportRequest(Content.SCORES, Format.CSV), tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_who_must_not_be_contacted_is_left_out_of_a_list_and_counted(run: ShopRun, tmp_path: Path) -> None:
    request = ExportRequest(Content.TARGETS, Format.CSV)
    whole = export(run, request, tmp_path / "whole.csv")
    contacts = run.store.read("contacts")
    yes, no = contacts["customer_id"].tolist()
    run.store.write("contacts", contacts.assign(consent=["given", "refused"]), "said")
    told = export(run, request, tmp_path / "agreed.csv")
    assert pd.read_csv(told.path)["customer_id"].tolist() == [yes]
    assert told.notes == [f"{(whole.rows or 0) - 1:,} customers must not be contacted, and are left out."]
    stop = pd.DataFrame({"customer_id": [yes], "since": pd.Timestamp("2025-01-01"), "source": "told"})
    run.store.write("do_not_contact", stop, "told")
    nobody = export(run, request, tmp_path / "nobody.csv")
    assert nobody.rows == 0 and "must not be contacted" in nobody.notes[0]
    assert no not in (tmp_path / "agreed.csv").read_text()
