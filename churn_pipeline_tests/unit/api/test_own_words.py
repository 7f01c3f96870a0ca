"""Sentences of the stages name what a client of the API can do, not what a terminal can."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import churn_pipeline
from churn_pipeline.api.own_words import in_own_words

PACKAGE = Path(churn_pipeline.__file__).parent
STAGES = (
    *("core", "shop", "ingest", "quality", "churn_definition", "purchase_model", "features", "training/data"),
    *("training/lifecycle/registry.py", "training/lifecycle/model_list.py", "explain", "scoring", "insights"),
    *("campaigns", "monitoring", "reports", "access/keys.py", "access/users.py", "service"),
)
OF_A_TERMINAL = re.compile(r"--[a-z]|\bchurn (?:run|ingest|models|keys|users|repair) (?!of |with |is )")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "'tea' is not trained yet; run: churn run FILE --shop tea.",
            "not trained yet; train it with POST /train.",
        ),
        ("say it with --map date=COLUMN; columns", 'say it with column_mapping: {"date": "COLUMN"}; columns'),
        ("--columns 'x': expected one of", "columns='x': expected one of"),
        ("nothing of a terminal -- but a dash", "nothing of a terminal -- but a dash"),
    ],
)
def test_what_is_told(said, told):
    assert in_own_words(said).endswith(told)


def test_no_sentence_of_a_stage_sends_a_client_to_a_terminal():
    left = [(name, told) for name, said in sentences() if OF_A_TERMINAL.search(told := in_own_words(said))]
    assert left == []
    assert sum(1 for _, said in sentences() if OF_A_TERMINAL.search(said)) > 20


def sentences() -> Iterator[tuple[str, str]]:
    """Every text of the stages that a person may read, X in the place of values."""
    for stage in STAGES:
        for file in [PACKAGE / stage] if stage.endswith(".py") else sorted((PACKAGE / stage).rglob("*.py")):
            tree = ast.parse(file.read_text("utf-8"))
            docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            inner = {
                id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.JoinedStr):
                    parts = [p.value if isinstance(p, ast.Constant) else "X" for p in node.values]
                    yield str(file), "".join(map(str, parts))
                elif isinstance(node, ast.Constant) and id(node) not in docs | inner:
                    yield str(file), str(node.value)
