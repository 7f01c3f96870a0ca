"""JSON Schema in words: what a value is, and the fields of an object."""

from typing import Any

from markupsafe import Markup, escape

BOUNDS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {}",
    "maxItems": "at most {}",
}
_COMMA = Markup(", ")
_OR = Markup(" or ")


def type_in_words(schema: dict[str, Any]) -> Markup:
    """A schema as HTML; other schemas are links."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[1])
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    for several in ("anyOf", "oneOf"):
        if several in schema and "properties" not in schema:
            return _OR.join(type_in_words(one) for one in schema[several])
    if "enum" in schema:
        return _COMMA.join(Markup("<code>{}</code>").format(value) for value in schema["enum"])
    if "const" in schema:
        return Markup("<code>{}</code>").format(schema["const"])
    return _COMMA.join([_plain(schema), *_bounds(schema)])


def fields_of(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """name, type, required and about of each field of an object; of an enumeration its one type."""
    if "properties" not in schema:
        return [{"name": "", "type": type_in_words(schema), "required": False, "about": ""}]
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "type": type_in_words(field),
            "required": name in required,
            "about": field.get("description", ""),
        }
        for name, field in schema["properties"].items()
    ]


def _plain(schema: dict[str, Any]) -> Markup:
    kind = schema.get("type", "anything")
    if kind == "array":
        return Markup("list of ") + type_in_words(schema.get("items", {}))
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return Markup("object of ") + type_in_words(schema["additionalProperties"])
    if "contentMediaType" in schema or schema.get("format") == "binary":
        return Markup("file")
    return escape(f"{kind} ({schema['format']})" if "format" in schema else kind)


def _bounds(schema: dict[str, Any]) -> list[Markup]:
    return [escape(words.format(schema[bound])) for bound, words in BOUNDS.items() if bound in schema]
