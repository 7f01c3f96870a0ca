"""What an asset made becomes a file of the run and metadata of Dagster: same version, rows, columns."""

from types import ModuleType

import dagster as dg
import pyarrow as pa
import pytest

from churn_pipeline.core.store import StoredTable, TableVersion
from churn_pipeline.orchestration.assets.ledger import churn_definition
from churn_pipeline.orchestration.metadata.groups import OWNERS, catalogued
from churn_pipeline.orchestration.metadata.recording import MAX_PLOT_BYTES, plot, table_result


def test_a_plot_is_shown_when_it_is_small_and_left_out_in_words_when_not():
    assert plot(b"png").value.startswith("![plot](data:image/png;base64,")
    assert "left out" in plot(b"x" * (MAX_PLOT_BYTES + 1)).value


def test_a_stored_table_shows_its_rows_and_columns_under_the_version_in_its_file():
    schema = pa.schema([pa.field("orders", pa.int64(), metadata={"description": "how many"})])
    result = table_result(
        "orders_of_week", StoredTable(schema, 7, TableVersion("run", "0123abcd")), champion="svm"
    )
    assert result.data_version == dg.DataVersion("0123abcd")
    assert (result.metadata["dagster/row_count"], result.metadata["champion"]) == (7, "svm")
    (column,) = result.metadata["dagster/column_schema"].columns
    assert (column.name, column.type, column.description) == ("orders", "int64", "how many")


def test_every_owner_has_a_group_and_an_unknown_group_is_an_error():
    spec = churn_definition.map_asset_specs(lambda s: s.replace_attributes(group_name="nowhere"))
    module = ModuleType("made_up")
    module.asset = spec
    with pytest.raises(KeyError, match="nowhere"):
        catalogued([module])
    module.asset = churn_definition
    (asset,) = catalogued([module])
    (found,) = asset.specs
    assert found.group_name == "1_ledger" and found.owners == [OWNERS["ledger"]]
