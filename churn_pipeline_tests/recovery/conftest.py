"""One small shop, trained once, for the accidents that the tests of this folder cause."""

import json

import pandas as pd
import pytest

from churn_pipeline.core.store import read_table
from churn_pipeline_tests.builders.commands import MAPS
from churn_pipeline_tests.builders.installations import SHOP, Installation, ingested, new_installation


@pytest.fixture(scope="session")
def whole_ledger(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The ledger that both files make when nothing goes wrong."""
    return read_table(ingested(new_installation(tmp_path_factory.mktemp("whole"))).folder, "transactions")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A shop that was trained on its first file."""
    installation = new_installation(tmp_path_factory.mktemp("trained"))
    done = installation.churn("run", installation.first, "--shop", SHOP, "--json", *MAPS)
    assert done.code == 0, done.err
    assert json.loads(done.out)["tables"]
    return installation
