"""The commands beside `run`, and bad input: exit code 2, one sentence, former results untouched."""

import json

import pandas as pd
import pytest

from churn_pipeline_tests.builders.commands import MAPS, raw_file
from churn_pipeline_tests.builders.ledgers import simulated_ledger


def test_results_and_shops_print_what_was_stored(churn, results):
    assert json.loads(churn("results", "--shop", "tea", "--json").out) == results
    assert "tea" in churn("shops").out.split()
    words = churn("results", "--shop", "tea").out
    assert results["summary"]["champion_model"] in words and "Segments" in words


def test_init_can_be_called_again(churn, home, results):
    assert churn("init").code == 0
    assert (home / ".env").read_text().count("DAGSTER_HOME=") == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.csv", None, "there is no such file"),
        ("empty.csv", b"", "empty"),
        ("columns.csv", b"customer,when,other\n1,2024-01-01,3\n", "total"),
        ("few_rows.csv", "rows", "500"),
        ("few_customers.csv", "customers", "100"),
        ("short.csv", "history", "history"),
    ],
)
def test_bad_input_is_refused_in_one_sentence_and_changes_nothing(
    churn, home, folder, tmp_path, name, content, words
):
    file = tmp_path / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        raw_file(file, _ledger(content))
    before = {
        p: p.read_bytes() for p in [*folder.glob("*.parquet"), *folder.glob("*.json"), folder / "shop.yaml"]
    }
    shop = "newcomer" if content in ("rows", "customers", "history") else "tea"
    done = churn("run", file, "--shop", shop, "--horizon", 90, *MAPS[:4])
    assert done.code == 2, done.err
    assert words in done.last_line and "Traceback" not in done.err
    assert {p: p.read_bytes() for p in before} == before
    assert not (home / "data" / "shops" / "newcomer" / "results.json").exists()
    assert "newcomer" not in churn("shops").out.split()


def _ledger(fault: str) -> pd.DataFrame:
    whole = simulated_ledger(customers=400, days=400, seed=5)
    if fault == "rows":
        return whole.head(300)
    if fault == "customers":
        few = sorted(whole.customer_id.unique())[:60]
        return pd.concat([whole[whole.customer_id.isin(few)]] * 8)
    return whole[whole.ts < whole.ts.min() + pd.Timedelta(days=200)]


def test_the_specifications_roi_example_comes_out_to_the_unit(churn, results):
    asked = (
        "--targets",
        100,
        "--success-rate",
        0.35,
        "--cost",
        8,
        "--clv",
        165,
        "--assume-all-churn",
        "--json",
    )
    outputs = json.loads(churn("simulate", "--shop", "tea", *asked).out)["outputs"]
    assert (outputs["expected_saves"], outputs["total_cost"]) == (35, 800)
    assert (outputs["revenue_protected"], outputs["net_roi"], round(outputs["roi_percent"])) == (
        5775,
        4975,
        622,
    )


def test_a_file_is_inspected_without_storing_anything(churn, home, delivered, results):
    before = sorted(p.name for p in (home / "data" / "shops").iterdir())
    found = json.loads(churn("inspect", delivered, "--json").out)
    assert {c["name"] for c in found["columns"]} >= {"customer", "when", "total"}
    assert sorted(p.name for p in (home / "data" / "shops").iterdir()) == before


def test_an_order_today_lowers_the_churn_probability(churn, folder, results):
    scores = pd.read_parquet(folder / "customer_scores.parquet")
    riskiest = scores.sort_values("churn_probability", ascending=False).customer_id.iloc[0]
    today = results["summary"]["as_of"][:10]
    answer = json.loads(
        churn("what-if", "--shop", "tea", "--customer", riskiest, "--order", f"{today}:40", "--json").out
    )
    assert answer["after"]["churn_probability"] < answer["before"]["churn_probability"]
    assert churn("what-if", "--shop", "tea", "--customer", "nobody").code == 2


def test_a_customers_factors_add_up_to_the_stored_probability(churn, folder, results, tmp_path):
    scores = pd.read_parquet(folder / "customer_scores.parquet").set_index("customer_id")
    customer = scores["churn_probability"].idxmax()
    told = json.loads(
        churn(
            "explain", "--shop", "tea", "--customer", customer, "--plot", tmp_path / "why.png", "--json"
        ).out
    )
    assert told["churn_probability"] == scores.loc[customer, "churn_probability"]
    for parts in ("factors", "features"):
        moved = sum(part["impact"] for part in told[parts])
        assert moved == pytest.approx(told["churn_probability"] - told["base_probability"], abs=0.01)
    assert (
        told["top_risk_factors"][0]["reason"] in churn("explain", "--shop", "tea", "--customer", customer).out
    )
    assert (tmp_path / "why.png").read_bytes().startswith(b"\x89PNG")
    refused = churn("explain", "--shop", "tea", "--customer", scores.index[scores["status"] == "lapsed"][0])
    assert refused.code == 2 and "has no churn probability to explain" in refused.last_line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("results", "--shop", "nobody"), "churn run FILE"),
        (("results", "--shop", "../etc"), "not valid"),
        (("sample", "moon", "-o", "x.csv"), "no sample"),
    ],
)
def test_commands_about_what_is_not_there_say_so(churn, arguments, words):
    done = churn(*arguments)
    assert done.code == 2 and words in done.last_line


def test_an_unknown_field_in_a_mapping_names_the_known_ones(churn, delivered):
    done = churn("run", delivered, "--shop", "tea", "--map", "colour=x")
    assert done.code == 2 and "customer_id" in done.last_line


@pytest.mark.parametrize(
    ("what", "kind", "start"),
    [
        ("report", "pdf", b"%PDF-"),
        ("model", "html", b"<!doctype html>"),
        ("profile", "pdf", b"%PDF-"),
        ("scores", "csv", b"customer_id,as_of,status"),
        ("features", "parquet", b"PAR1"),
        ("targets", "xlsx", b"PK"),
    ],
)
def test_exports_are_written_by_what_and_format(churn, results, tmp_path, what, kind, start):
    path = tmp_path / f"out.{kind}"
    done = churn("export", "--shop", "tea", "--what", what, "-o", path)
    assert done.code == 0, done.err
    assert path.read_bytes().startswith(start) and str(path) in done.out


def test_a_pair_that_cannot_be_exported_is_refused_in_one_sentence(churn, results, tmp_path):
    done = churn("export", "--shop", "tea", "--what", "report", "--format", "csv", "-o", tmp_path / "out.csv")
    assert done.code == 2 and done.last_line == "report cannot be exported as csv: choose pdf or html."
    done = churn(
        "export", "--shop", "tea", "--what", "targets", "--columns", "fax", "-o", tmp_path / "out.csv"
    )
    assert done.code == 2 and done.last_line.startswith("--columns 'fax': expected one of mailchimp")
    assert list(tmp_path.iterdir()) == []


def test_a_run_leaves_three_reports(folder, results):
    names = {path.name for path in (folder / "reports").iterdir()}
    assert names == {
        f"{kind}.{ending}" for kind in ("executive", "model", "profile") for ending in ("pdf", "html")
    }
