"""Examples of requests: a body, and a line of curl."""

import json
from typing import Any

BY_NAME = {"session_id": "coffee", "customer_id": "C00542", "job_id": "train_3f2a90c1b7de"}


def example_of(content: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """The first example that a body has, else one made of its required fields."""
    examples: dict[str, Any] = content.get("examples", {})
    given = [example["value"] for example in examples.values()]
    return given[0] if given else _made(content["schema"], schemas)


def curl_line(document: dict[str, Any], method: str, path: str, operation: dict[str, Any], body: Any) -> str:
    """How the operation is asked from a shell; $api is the address up to the version, $key the key."""
    prefix = "/api/v1"
    address = path.removeprefix(prefix)
    asked: list[str] = []
    for parameter in operation.get("parameters", []):
        value = _value(parameter, document["components"]["schemas"])
        if parameter["in"] == "path":
            address = address.replace(f"{{{parameter['name']}}}", value)
        elif parameter["in"] == "query" and parameter.get("required"):
            asked.append(f"{parameter['name']}={value}")
    address += f"?{'&'.join(asked)}" if asked else ""
    parts = ["curl", *(["-H", '"Authorization: Bearer $key"'] if operation.get("security") else [])]
    if body is not None:
        parts += ["--json", f"'{json.dumps(body, ensure_ascii=False)}'"]
    elif "requestBody" in operation:
        parts += ["-F", "file=@sales.csv"]
    elif method != "get":
        parts += ["-X", method.upper()]
    return " ".join([*parts, f'"$api{address}"'])


def _value(parameter: dict[str, Any], schemas: dict[str, Any]) -> str:
    known = BY_NAME.get(parameter["name"])
    examples = parameter.get("examples") or parameter["schema"].get("examples")
    if known:
        return known
    return str(examples[0] if isinstance(examples, list) else _made(parameter["schema"], schemas))


def _made(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _made(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        fields = schema.get("properties", {})
        return {
            name: BY_NAME.get(name) or _made(fields[name], schemas) for name in schema.get("required", [])
        }
    return {"integer": 1, "number": 1.0, "boolean": True, "array": []}.get(schema.get("type", ""), "...")
