"""The page of every operation: complete, linked, and nothing of it comes from elsewhere."""

import re

import pytest

from churn_pipeline.api.app import create_app
from churn_pipeline.api.reference.page import reference_page
from churn_pipeline.core.settings import Settings

DOCUMENT = create_app(Settings()).openapi()


@pytest.fixture(scope="module")
def page() -> str:
    return reference_page(DOCUMENT)


def test_every_operation_is_there_with_a_request(page: str):
    for path, methods in DOCUMENT["paths"].items():
        for operation in methods.values():
            assert f'<section id="{operation["operationId"]}">' in page
        assert path in page
    assert "--json" in page
    assert "file=@sales.csv" in page


def test_nothing_is_loaded_and_no_script_is_run(page: str):
    assert not re.search(r"<(script|link|img|iframe|object|embed)\b|@import|url\(|\bon\w+=", page)
    assert re.findall(r'href="(?!#)([^"]+)"', page) == ["openapi.json"]


def test_every_link_leads_somewhere(page: str):
    targets = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= targets


def test_what_a_document_says_is_text():
    hostile = {**DOCUMENT, "info": {**DOCUMENT["info"], "description": "<script>alert(1)</script> `a<b`"}}
    made = reference_page(hostile)
    assert "<script>" not in made
    assert "<code>a&lt;b</code>" in made
