"""The signature of a message: HMAC-SHA256 over `TIMESTAMP.BODY` with the webhook's secret.

The header reads `t=TIMESTAMP,v1=HEX`. The timestamp is signed too, so that whoever records a message cannot
send it again later as a new one: a receiver refuses one that is more than five minutes old."""

import hashlib
import hmac

HEADER = "Churn-Signature"
OLDEST_SECONDS = 300


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """The header's value. timestamp: seconds since 1970."""
    return f"t={timestamp},v1={_mac(secret, timestamp, body)}"


def is_genuine(secret: str, header: str, body: bytes, now: int) -> bool:
    """What a receiver checks: that the message was signed with the secret, not more than five minutes ago."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    timestamp = parts.get("t", "")
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > OLDEST_SECONDS:
        return False
    return hmac.compare_digest(parts.get("v1", ""), _mac(secret, int(timestamp), body))


def _mac(secret: str, timestamp: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
