"""`churn campaign` on a small shop: created, listed, exported."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from churn_pipeline.cli import app
from churn_pipeline.cli.campaigns import parse_capacities, parse_day
from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.store import TableVersion, write_table
from churn_pipeline_tests.builders.scored_home import SCORED, scored_home


def campaign(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["campaign", *arguments], catch_exceptions=False)


def test_a_campaign_is_created_listed_and_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, tables = scored_home(tmp_path)
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    folder = settings.shops_dir / SCORED
    ids = tables.scores["customer_id"]
    contacts = pd.DataFrame({"customer_id": ids, "name": "Lee, Ann", "email": ids + "@x.org", "phone": None})
    contacts["consent"] = None
    for detail in ("name", "email", "phone", "consent"):
        contacts[f"{detail}_at"] = pd.NaT
    write_table(folder, "contacts", contacts, TableVersion("r", "v"))

    made = campaign("create", "--shop", SCORED, "--name", "Spring", "--best", "--control", "0.3", "--json")
    plan = json.loads(made.stdout)
    assert plan["campaign_id"] == "spring" and plan["control"] > 10
    [listed] = json.loads(campaign("list", "--shop", SCORED, "--json").stdout)
    assert listed["treated"] == plan["treated"]
    file = tmp_path / "list.csv"
    told = campaign("export", "--shop", SCORED, "--campaign", "spring", "-o", str(file))
    assert told.stdout.strip() == f"{file}, {plan['treated']} rows"
    rows, members = pd.read_csv(file), pd.read_parquet(folder / "campaign_members.parquet")
    control = set(members.loc[members["arm"] == "control", "customer_id"])
    assert not control & set(rows["customer_id"]) and len(rows) == plan["treated"]
    assert (rows["email"] == rows["customer_id"] + "@x.org").all() and set(rows["first_name"]) == {"Ann"}
    assert rows[["reasons", "offer", "message", "subject"]].notna().all(axis=None)

    stop = tmp_path / "stop.csv"
    stop.write_text("id\n" + rows["customer_id"][0] + "\n")
    campaign("do-not-contact", "--shop", SCORED, str(stop))
    campaign(*("export", "--shop", SCORED, "--campaign", "spring", "-o", str(file), "--columns", "brevo"))
    again = pd.read_csv(file)
    assert "EXT_ID" in again and rows["customer_id"][0] not in set(again["EXT_ID"])
    assert len(again) == plan["treated"] - 1
    shown = campaign("do-not-contact", "--shop", SCORED).stdout
    assert rows["customer_id"][0] in shown and "1 customer, whom no campaign contacts" in shown
    off = campaign("do-not-contact", "--shop", SCORED, "--remove", rows["customer_id"][0], "--json")
    assert json.loads(off.stdout)["total"] == 0
    with pytest.raises(NotFound, match="does not stand on the do-not-contact list"):
        campaign("do-not-contact", "--shop", SCORED, "--remove", rows["customer_id"][0])
    with pytest.raises(BadInput, match="one at a time"):
        campaign("do-not-contact", "--shop", SCORED, str(stop), "--remove", "x")


def test_whom_it_is_for_has_to_be_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scored_home(tmp_path)
    monkeypatch.setenv("CHURN_HOME", str(tmp_path))
    for extra in ([], ["--best", "--audience", "x"]):
        with pytest.raises(BadInput, match="either a scenario, an audience"):
            campaign("create", "--shop", SCORED, "--name", "x", *extra)


def test_capacities_and_days_are_read() -> None:
    assert parse_capacities(["2000", "phone_call=40"]) == (2000, {"phone_call": 40})
    assert parse_capacities([]) == (None, {})
    for wrong in (["many"], ["5", "6"], ["phone=-1"]):
        with pytest.raises(BadInput, match="--capacity"):
            parse_capacities(wrong)
    with pytest.raises(BadInput, match="YYYY-MM-DD"):
        parse_day("31.12.2024")
