"""The declarations of the tables: none is left out of the list, and every column says what it means."""

import importlib
import pkgutil

import pytest

from churn_pipeline.core import tables
from churn_pipeline.core.tables import TABLES, TableSchema

DECLARED = {
    declared.name
    for module in pkgutil.iter_modules(tables.__path__)
    for declared in vars(importlib.import_module(f"{tables.__name__}.{module.name}")).values()
    if isinstance(declared, TableSchema)
}


def test_every_declared_table_is_listed_under_its_name():
    assert set(TABLES) == DECLARED
    assert all(declared.name == name for name, declared in TABLES.items())


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_what_its_rows_and_columns_mean(name: str):
    declared = TABLES[name]
    assert declared.row.strip()
    silent = [
        field.name for field in declared.schema if not (field.metadata or {}).get(b"description", b"").strip()
    ]
    assert silent == []
    assert len(set(declared.schema.names)) == len(declared.schema.names)
