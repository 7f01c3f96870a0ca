"""Received files: named safely, found by their id, refused beyond the limit."""

import hashlib

import pytest

from churn_pipeline.core.errors import BadInput, NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.delivery.received import (
    find_upload,
    keep,
    received_files,
    received_path,
    safe_name,
    shop_from_name,
    store_stream,
)
from churn_pipeline.service.errors import TooLarge


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("customer data.csv", "customer data.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\sales\\jan.xlsx", "jan.xlsx"),
        (".bashrc", "bashrc"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ("..", "upload"),
        ("", "upload"),
        ("Käufe 2024.csv", "Käufe 2024.csv"),
        ("x" * 500 + ".csv", "x" * 146 + ".csv"),
    ],
)
def test_names_are_safe(given, safe):
    assert safe_name(given) == safe


@pytest.mark.parametrize(
    ("name", "shop"),
    [("Customer Data.csv", "customer_data"), ("shop-a.csv.gz", "shop-a"), ("/home/me/Tea.xlsx", "tea")],
)
def test_the_shop_by_the_files_name(name, shop):
    assert shop_from_name(name) == shop


def test_a_name_that_says_no_shop():
    with pytest.raises(BadInput, match="name the shop"):
        shop_from_name("---.csv")


def test_a_stream_is_stored_and_found(tmp_path):
    settings = Settings(home=tmp_path)
    sha256, path = store_stream(settings, "tea", "a.csv", [b"one\n", b"two\n"])
    assert sha256 == hashlib.sha256(b"one\ntwo\n").hexdigest()
    keep(settings, "tea", sha256, path, 1, "me")
    (receipt,) = received_files(settings, "tea")
    assert received_path(settings, receipt).read_bytes() == b"one\ntwo\n"
    assert find_upload(settings, ["tea"], sha256[:12]) == ("tea", sha256)
    with pytest.raises(NotFound):
        find_upload(settings, ["shoes"], sha256[:12])
    with pytest.raises(BadInput, match="no upload id"):
        find_upload(settings, ["tea"], sha256[:11])


def test_one_file_for_two_shops_has_to_be_told_apart(tmp_path):
    settings = Settings(home=tmp_path)
    for shop in ("tea", "shoes"):
        sha256, path = store_stream(settings, shop, "a.csv", [b"one\n"])
        keep(settings, shop, sha256, path, 1, "me")
    with pytest.raises(BadInput, match="shoes, tea"):
        find_upload(settings, ["tea", "shoes"], sha256)


@pytest.mark.parametrize(("blocks", "error"), [([b"x" * 600_000] * 3, TooLarge), ([], BadInput)])
def test_nothing_stays_of_a_file_that_is_refused(tmp_path, blocks, error):
    settings = Settings(home=tmp_path, max_upload_mb=1)
    with pytest.raises(error):
        store_stream(settings, "tea", "a.csv", blocks)
    assert list((settings.data_dir / "received" / "tea").iterdir()) == []
