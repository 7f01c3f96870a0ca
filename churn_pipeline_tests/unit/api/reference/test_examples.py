"""Requests as examples."""

from churn_pipeline.api.reference.examples import curl_line, example_of

SCHEMAS = {
    "Asked": {
        "type": "object",
        "properties": {
            "session_id": {"type": "string"},
            "limit": {"type": "integer"},
            "kind": {"enum": ["csv", "pdf"]},
            "more": {"$ref": "#/components/schemas/More"},
            "name": {"type": "string", "examples": ["first"]},
        },
        "required": ["session_id", "limit", "kind", "more"],
    },
    "More": {"type": "object", "properties": {"days": {"type": "number"}}, "required": ["days"]},
}
DOCUMENT = {"components": {"schemas": SCHEMAS}}


def test_a_body_is_made_of_its_required_fields():
    content = {"schema": {"$ref": "#/components/schemas/Asked"}}
    assert example_of(content, SCHEMAS) == {
        "session_id": "coffee",
        "limit": 1,
        "kind": "csv",
        "more": {"days": 1.0},
    }


def test_a_given_example_is_taken():
    content = {"schema": {}, "examples": {"usual": {"value": {"limit": 5}}, "other": {"value": {}}}}
    assert example_of(content, SCHEMAS) == {"limit": 5}


def test_lines_of_curl():
    session = {"name": "session_id", "in": "path", "required": True, "schema": {"type": "string"}}
    days = {"name": "days", "in": "query", "required": True, "schema": {"type": "integer", "examples": [45]}}
    page = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    read = {"parameters": [session, days, page], "security": [{"HTTPBearer": []}]}
    assert curl_line(DOCUMENT, "get", "/api/v1/shops/{session_id}/definition", read, None) == (
        'curl -H "Authorization: Bearer $key" "$api/shops/coffee/definition?days=45"'
    )
    sent = {"requestBody": {}}
    assert curl_line(DOCUMENT, "post", "/api/v1/train", sent, {"session_id": "é"}) == (
        """curl --json '{"session_id": "é"}' "$api/train\""""
    )
    assert (
        curl_line(DOCUMENT, "post", "/api/v1/upload", sent, None) == 'curl -F file=@sales.csv "$api/upload"'
    )
    assert curl_line(DOCUMENT, "delete", "/api/v1/x", {}, None) == 'curl -X DELETE "$api/x"'
