"""The commands beside `run`, and bad input: exit code 2, one sentence, former results untouched."""

import json

import pandas as pd
import pytest

from churn_pipeline_tests.integration.conftest import MAPS, raw_file
from churn_pipeline_tests.ledgers import simulated_ledger


def test_results_and_shops_print_what_was_stored(churn, results):
    assert json.loads(churn("results", "--shop", "tea", "--json").out) == results
    assert "tea" in churn("shops").out.split()
    words = churn("results", "--shop", "tea").out
    assert results["summary"]["champion_model"] in words and "Segments" in words


def test_init_can_be_called_again(churn, home, results):
    assert churn("init").code == 0
    assert f"DAGSTER_HOME={home / 'data' / 'dagster'}" in (home / ".env").read_text()


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
def test_bad_input_is_refused_in_one_sentence_and_changes_nothing(churn, home, folder, tmp_path, name, content, words):
    file = tmp_path / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        raw_file(file, _ledger(content))
    before = {p: p.read_bytes() for p in [*folder.glob("*.parquet"), *folder.glob("*.json"), folder / "shop.yaml"]}
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
