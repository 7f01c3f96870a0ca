"""The reference as one HTML page."""

import json
import re
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape

from churn_pipeline.api.reference.examples import curl_line, example_of
from churn_pipeline.api.reference.schemas import fields_of, type_in_words

LATER = ("401", "403", "404", "413", "422", "429", "503")
"""Problems that every operation may answer; the page says so once."""
_pages = Environment(
    loader=PackageLoader("churn_pipeline.api.reference", "."),
    autoescape=select_autoescape(["html.j2"]),
    trim_blocks=True,
    lstrip_blocks=True,
)


def reference_page(document: dict[str, Any]) -> str:
    """HTML of an OpenAPI document: operations by tag, then what they send and take."""
    schemas = document["components"]["schemas"]
    operations = [
        _operation(document, method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    tags = dict.fromkeys(operation["tag"] for operation in operations)
    return _pages.get_template("reference.html.j2").render(
        info=document["info"],
        about=_prose(document["info"]["description"]),
        tags={tag: [o for o in operations if o["tag"] == tag] for tag in tags},
        schemas={
            name: {"about": schema.get("description", ""), "fields": fields_of(schema)}
            for name, schema in sorted(schemas.items())
        },
    )


def _operation(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    bodies: dict[str, dict[str, Any]] = operation.get("requestBody", {}).get("content", {})
    media, body = next(iter(bodies.items()), ("", {}))
    example = example_of(body, document["components"]["schemas"]) if media == "application/json" else None
    return {
        "id": operation["operationId"],
        "tag": operation["tags"][0],
        "method": method.upper(),
        "path": path,
        "about": operation["description"],
        "open": not operation.get("security"),
        "parameters": [
            {
                "name": p["name"],
                "where": p["in"],
                "type": type_in_words(p["schema"]),
                "required": p.get("required", False),
                "about": p.get("description", ""),
            }
            for p in operation.get("parameters", [])
        ],
        "media": media,
        "body": type_in_words(body["schema"]) if body else "",
        "example": json.dumps(example, indent=2, ensure_ascii=False) if example is not None else "",
        "curl": curl_line(document, method, path, operation, example),
        "answers": [
            (status, answer["description"], _answer_type(answer))
            for status, answer in operation["responses"].items()
            if status not in LATER
        ],
    }


def _answer_type(answer: dict[str, Any]) -> Markup:
    content: dict[str, Any] = next(iter(answer.get("content", {}).values()), {})
    return type_in_words(content["schema"]) if content.get("schema") else Markup("")


def _prose(text: str) -> Markup:
    """Paragraphs, with what stands between backticks as code and between two stars in bold."""
    paragraph = Markup("<p>{}</p>")
    return Markup("").join(paragraph.format(_marked(part)) for part in text.split("\n\n"))


def _marked(text: str) -> Markup:
    parts = re.split(r"`([^`]+)`|\*\*([^*]+)\*\*", text)
    code, bold = Markup("<code>{}</code>"), Markup("<b>{}</b>")
    plain = [escape(part) for part in parts[::3]]
    marked = [code.format(c) if c else bold.format(b) for c, b in zip(parts[1::3], parts[2::3], strict=True)]
    return Markup("").join(piece for pair in zip(plain, [*marked, ""], strict=True) for piece in pair)
