"""What is wrong with a value of a request, in words: the framework's own are about its types."""

from collections.abc import Callable
from typing import Any

from fastapi import Request

from churn_pipeline.core.wording import did_you_mean
from churn_pipeline.shop.config import SHOP_NAME

FORMS = {
    f"^{SHOP_NAME.pattern}$": "a shop's key: small letters, digits, - and _, at most 63 of them",
    "^[0-9a-f]{12,64}$": "the upload_id that the upload answered, or its first 12 digits or more",
    r"\S": "a name that is not blank",
    "^scen_[0-9a-f]{1,32}$": "a scenario_id such as scen_0123456789abcdef",
    "^[0-9a-f]{32}$": "an id of 32 digits 0-9 and a-f, as the list of users has it",
    "^[0-9a-f]{12}$": "an id of 12 digits 0-9 and a-f, as the list of keys has it",
    "^[a-z0-9][a-z0-9-]{0,62}$": "a campaign_id such as spring: small letters, digits and -",
    "^[!-~]([ -~]*[!-~])?$": "printable characters of ASCII, no blank at the ends",
    r"^https?://[^/\s]": "an address that begins with https://",
    "^[0-9]{1,9}$": "a version's number, such as '3'",
}
"""Pattern -> what fits it, in words. Every pattern of the OpenAPI document stands here."""
EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "finite_number": "a number that is finite",
    "bool": "true or false",
    "string": "a text",
    "list": "a list",
    "tuple": "a list",
    "dict": "an object",
    "model": "an object",
    "enum": "one of {expected}",
    "literal_error": "one of {expected}",
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
    "string_too_short": "{min_length} or more characters",
    "string_too_long": "{max_length} characters or fewer",
    "too_short": "{min_length} or more of them",
    "too_long": "{max_length} or fewer of them",
    "date": "a date such as 2024-03-31",
    "datetime": "a time such as 2024-03-31T09:30:00",
}
"""Kind of error, or what its name begins with -> what was expected."""
SHOWN = 40
JSON = "Content-Type: application/json"
SECRET = ("password",)


def in_words(error: dict[str, Any], known: Callable[[], list[str]]) -> str:
    """A sentence for an error of pydantic: which value, what came, what was expected. known: the names that
    there are beside an unknown one."""
    kind, place = error["type"], [str(part) for part in error["loc"]]
    if kind == "json_invalid":
        said = error.get("ctx", {}).get("error", "it is cut off")
        return f"The body is no JSON: {said} at character {place[-1]}."
    if place == ["body"]:
        return _of_the_body(error)
    name = ".".join(part for part in place[1:] if part != "[key]")
    if kind == "extra_forbidden":
        names = known()
        return f"{name} is not known here{did_you_mean(place[-1], names)} Expected: {', '.join(names)}."
    if kind == "missing":
        return f"{name} is missing."
    if "UploadFile" in error["msg"]:
        return (
            f"{name} is no file: expected a part of the form with a file name, as curl -F {name}=@FILE sends."
        )
    return f"{name}{_given(error, place)}: {_wanted(error)}."


def known_fields(request: Request, place: tuple[str | int, ...]) -> list[str]:
    """The fields that the request's operation has beside the one at `place`, by the OpenAPI document."""
    document = request.app.openapi()
    schemas = document["components"]["schemas"]
    operation = next(
        operation
        for operations in document["paths"].values()
        for operation in operations.values()
        if operation["operationId"] == request.scope["route"].name
    )
    content: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    body: dict[str, Any] = next(iter(content.values()), {})
    schema = _resolved(body.get("schema", {}), schemas)
    for part in place[1:-1]:
        inner = schema.get("items") if isinstance(part, int) else schema.get("properties", {}).get(part)
        schema = _resolved(inner or {}, schemas)
    return list(schema.get("properties", {}))


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The object or list that a schema refers to, beside null or not."""
    for one in (schema, *schema.get("anyOf", [])):
        if "$ref" in one:
            return dict(schemas[one["$ref"].rsplit("/", 1)[1]])
        if "properties" in one or "items" in one:
            return one
    return schema


def _of_the_body(error: dict[str, Any]) -> str:
    if error["type"] == "missing":
        return (
            "The request has no body: expected a JSON object with the header Content-Type: application/json."
        )
    if isinstance(error.get("input"), str | bytes):
        return f"The body was not taken for JSON: expected an object, with the header {JSON}."
    return 'The body is no JSON object: expected one, such as {"session_id": "coffee"}.'


def _wanted(error: dict[str, Any]) -> str:
    kind, limits = error["type"], error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        form = FORMS.get(limits["pattern"], f"a text that fits {limits['pattern']}")
        return f"expected {form}"
    for begin in (kind, kind.partition("_")[0]):
        if begin in EXPECTED:
            plain = {n: f"{v:g}" if isinstance(v, float) else v for n, v in limits.items()}
            return f"expected {EXPECTED[begin].format(**plain)}"
    return str(error["msg"]).removeprefix("Value error, ").rstrip(".")


def _given(error: dict[str, Any], place: list[str]) -> str:
    """The value that came, where it is short enough to be recognised and no secret."""
    value = error.get("input")
    if place[-1] in SECRET or not isinstance(value, str | int | float):
        return ""
    shown = f"{value!r}" if isinstance(value, str) else str(value).lower()
    return f"={shown}" if len(shown) <= SHOWN else f"={shown[:SHOWN]}…"
