"""Hillstrom's e-mail test: the loader, and the simulation that stands in for the file."""

from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline.core.errors import BadInput
from churn_pipeline.samples.hillstrom import (
    COLUMNS,
    OUTCOMES,
    PUBLISHED,
    read_hillstrom,
    simulated_hillstrom,
)


def test_the_published_rates_are_those_of_the_whole_file():
    arms = PUBLISHED.values()
    customers = sum(arm.customers for arm in arms)
    assert customers == 64_000
    for name, mean in (("visit", 0.14678), ("conversion", 0.00903), ("spend", 1.05091)):
        found = sum(arm.customers * getattr(arm, name) for arm in arms) / customers
        assert found == pytest.approx(mean, rel=0.005), name


def test_the_simulation_has_the_files_shape_and_rates(tmp_path: Path):
    table = simulated_hillstrom(seed=3)
    assert list(table) == COLUMNS and len(table) == 64_000
    means = table.groupby("segment")[OUTCOMES].mean()
    for arm, published in PUBLISHED.items():
        assert means.loc[arm, "visit"] == pytest.approx(published.visit, abs=0.011)
        assert means.loc[arm, "conversion"] == pytest.approx(published.conversion, abs=0.003)
        assert means.loc[arm, "spend"] == pytest.approx(published.spend, abs=0.45)
    assert ((table["spend"] > 0) == (table["conversion"] == 1)).all()
    assert (table.loc[table["conversion"] == 1, "visit"] == 1).all()
    table[:500].to_csv(tmp_path / "part.csv", index=False)
    with pytest.raises(BadInput, match="expected the arms"):
        read_hillstrom(tmp_path / "part.csv")
    mixed = table.groupby("segment").head(50)
    mixed.to_csv(tmp_path / "mixed.csv", index=False)
    assert read_hillstrom(tmp_path / "mixed.csv")[OUTCOMES].to_numpy() == pytest.approx(
        mixed[OUTCOMES].to_numpy()
    )


def test_another_file_is_refused_in_one_sentence(tmp_path: Path):
    with pytest.raises(BadInput, match="cannot be read as CSV"):
        read_hillstrom(tmp_path / "none.csv")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="has no column 'recency'"):
        read_hillstrom(tmp_path / "other.csv")
    table = simulated_hillstrom().groupby("segment").head(5)
    table.assign(visit=["x", *[0] * (len(table) - 1)]).to_csv(tmp_path / "text.csv", index=False)
    with pytest.raises(BadInput, match="column visit: 1 rows hold no number"):
        read_hillstrom(tmp_path / "text.csv")
    assert isinstance(pd.read_csv(tmp_path / "text.csv"), pd.DataFrame)
