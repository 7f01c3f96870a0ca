"""JSON Schema in words."""

import pytest

from churn_pipeline.api.reference.schemas import fields_of, type_in_words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "maxLength": 9}, "string, at most 9 characters"),
        ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, "number, ≥ 0, &lt; 1"),
        ({"type": "string", "format": "date"}, "string (date)"),
        ({"enum": ["a", "b"]}, "<code>a</code>, <code>b</code>"),
        ({"const": "started"}, "<code>started</code>"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"$ref": "#/components/schemas/Shop"}, '<a href="#schema-Shop">Shop</a>'),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2}, "list of string, at least 2"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "object of number"),
        ({"type": "string", "format": "binary"}, "file"),
        ({}, "anything"),
    ],
)
def test_types(schema: dict, words: str):
    assert type_in_words(schema) == words


def test_fields():
    schema = {"properties": {"a": {"type": "string", "description": "what"}, "b": {}}, "required": ["a"]}
    first, second = fields_of(schema)
    assert first == {"name": "a", "type": "string", "required": True, "about": "what"}
    assert (second["name"], second["required"], second["about"]) == ("b", False, "")
    assert [f["type"] for f in fields_of({"enum": ["x"]})] == ["<code>x</code>"]
