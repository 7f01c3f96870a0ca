"""Every file of the torture folder is read as the document beside it says, or refused with the sentence it
names."""

import json
from pathlib import Path

import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import read_table
from churn_pipeline.ingest.inspect import inspect_file
from churn_pipeline.ingest.stage import stage_uploads
from churn_pipeline.shop.config import ColumnField, ShopConfig

FOLDER = Path(__file__).parents[3] / "torture" / "files"
SUFFIX = ".expected.json"
CASES = sorted(p.name for p in FOLDER.iterdir() if not p.name.endswith(SUFFIX))


def expected_of(name: str) -> dict:
    return json.loads((FOLDER / (name + SUFFIX)).read_text(encoding="utf-8"))


def stage(settings: Settings, name: str, expected: dict):
    mapping = {ColumnField(f): c for f, c in expected.get("mapping", {}).items()}
    options = {k: expected.get(k) for k in ("date_format", "timezone")}
    return stage_uploads(
        settings,
        ShopConfig(name="torture"),
        [FOLDER / name],
        mapping=mapping or None,
        exact_mapping=bool(mapping),
        **options,
    )


def test_every_file_has_its_document_and_every_document_its_file():
    documents = {p.name.removesuffix(SUFFIX) for p in FOLDER.iterdir() if p.name.endswith(SUFFIX)}
    assert set(CASES) == documents
    assert (len(CASES), sum("error" in expected_of(name) for name in CASES)) == (107, 18)


@pytest.mark.parametrize("name", CASES)
def test_file_is_read_as_expected(name: str, tmp_path: Path):
    settings, expected = Settings(home=tmp_path), expected_of(name)
    if "error" in expected:
        with pytest.raises(BadInput, match=expected["error"]) as caught:
            stage(settings, name, expected)
        assert "\n" not in str(caught.value)
        return
    counts = stage(settings, name, expected).counts
    ledger = read_table(settings.shops_dir / "torture" / "staged", "transactions")
    rows = [[c, str(t), a] for c, t, a in zip(ledger.customer_id, ledger.ts, ledger.amount, strict=True)]
    assert sorted(rows) == sorted(expected["rows"])
    rejected = {k.removeprefix("rejected_"): v for k, v in counts.items() if k.startswith("rejected_")}
    assert rejected == expected.get("rejected", {})
    assert counts["rows_in"] == len(rows) + sum(rejected.values())
    assert counts["exact_duplicates"] == expected.get("exact_duplicates", 0)
    for column, values in expected.get("columns", {}).items():
        found = ledger[column].astype(object).where(ledger[column].notna(), None).tolist()
        assert found == values


@pytest.mark.parametrize("name", [n for n in CASES if {"encoding", "sheet"} & set(expected_of(n))])
def test_inspection_names_encoding_and_sheet(name: str, tmp_path: Path):
    expected, found = expected_of(name), inspect_file(FOLDER / name, Settings(home=tmp_path))
    assert {k: found[k] for k in ("encoding", "sheet") if k in expected} == {
        k: v for k, v in expected.items() if k in ("encoding", "sheet")
    }
