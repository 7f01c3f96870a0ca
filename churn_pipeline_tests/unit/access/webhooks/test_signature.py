"""Signatures of messages."""

import hashlib
import hmac

import pytest

from churn_pipeline.access.webhooks.signature import is_genuine, signature

SECRET, BODY, NOW = "whsec_x", b'{"status": "completed"}', 1_700_000_000


def test_it_is_the_hmac_over_timestamp_and_body():
    expected = hmac.new(b"whsec_x", b'1700000000.{"status": "completed"}', hashlib.sha256).hexdigest()
    assert signature(SECRET, NOW, BODY) == f"t=1700000000,v1={expected}"


def test_a_genuine_message_is_taken():
    assert is_genuine(SECRET, signature(SECRET, NOW, BODY), BODY, NOW + 299)


@pytest.mark.parametrize(
    ("secret", "body", "now", "header"),
    [
        ("whsec_y", BODY, NOW, None),
        (SECRET, BODY + b" ", NOW, None),
        (SECRET, BODY, NOW + 301, None),
        (SECRET, BODY, NOW - 301, None),
        (SECRET, BODY, NOW, ""),
        (SECRET, BODY, NOW, "t=1700000000"),
        (SECRET, BODY, NOW, "t=x,v1=y"),
    ],
)
def test_anything_else_is_not(secret: str, body: bytes, now: int, header: str | None):
    given = signature(SECRET, NOW, BODY) if header is None else header
    assert not is_genuine(secret, given, body, now)
