"""A customer's id taken out of texts and values, and nothing else with it."""

import json

import pytest

from churn_pipeline.service.erasure.mentions import ERASED, Mentions, scrub_json, scrub_texts


@pytest.mark.parametrize(
    ("customer", "text", "left"),
    [
        ("C00542", "Customer C00542 is large.", f"Customer {ERASED} is large."),
        ("C00542", "C005421 and XC00542 are others", "C005421 and XC00542 are others"),
        ("C00542", "<td>C00542</td>", f"<td>{ERASED}</td>"),
        ("12", "12 customers, 12 % of them", "12 customers, 12 % of them"),
        ("12", "customer 12 has 12 orders", f"customer {ERASED} has 12 orders"),
        ("12", "about '12' and 120", f"about '{ERASED}' and 120"),
        ("a.b*c", "a.b*c and axbxc", f"{ERASED} and axbxc"),
        ("12345678", "run 12345678-0000", "run 12345678-0000"),
    ],
)
def test_texts(customer, text, left):
    assert Mentions(customer).without(text) == left


def test_values():
    value = {
        "count": 12,
        "first": [{"customer_id": "12", "clv": 3.0}, {"customer_id": "13", "clv": 12}],
        "dominant_customer": {"customer_id": "12", "sentence": "Customer 12 has half of it."},
        "tier": "12",
    }
    left = Mentions("12").scrubbed(value)
    assert left == {
        "count": 12,
        "first": [{"customer_id": "13", "clv": 12}],
        "dominant_customer": {"customer_id": ERASED, "sentence": f"Customer {ERASED} has half of it."},
        "tier": "12",
    }


def test_files(tmp_path):
    document, page, other = tmp_path / "a.json", tmp_path / "b.html", tmp_path / "c.csv"
    document.write_text(json.dumps({"customers": [{"customer_id": "C-9"}], "n": 1}))
    page.write_bytes("Käufer C-9".encode("latin-1"))
    other.write_text("nobody")
    mentions = Mentions("C-9")
    assert (scrub_json([document], mentions), scrub_texts([page, other], mentions)) == (1, 1)
    assert json.loads(document.read_text()) == {"customers": [], "n": 1}
    assert page.read_bytes().decode("latin-1") == f"Käufer {ERASED}"


def test_digits_inside_a_longer_number_are_chance():
    mentions = Mentions("10009")
    assert mentions.in_bytes(b'{"customer": "10009"}') and mentions.in_bytes(b"\x0010009\x00")
    assert not mentions.in_bytes(b"[0.01000975849, 1.10009, 210009]")
