"""How often somebody may ask."""

from pathlib import Path

import pytest

from churn_pipeline.api.security.rate_limits import RateLimits, TooFast
from churn_pipeline.core.settings import Settings
from churn_pipeline_tests.builders.protected_app import client_of, key_of, protected_app


def test_reads_and_writes_are_counted_for_each_caller(tmp_path: Path):
    limits = RateLimits(Settings(home=tmp_path, reads_per_minute=3, writes_per_minute=1))
    for _ in range(3):
        limits.count("mia", changes=False)
    with pytest.raises(TooFast, match="At most 3 requests a minute that read") as caught:
        limits.count("mia", changes=False)
    assert 1 <= caught.value.retry_after <= 60
    limits.count("mia", changes=True)
    limits.count("ben", changes=False)
    with pytest.raises(TooFast, match="At most 1 requests a minute that change something"):
        limits.count("mia", changes=True)


def test_wrong_keys_of_one_address_have_to_wait_and_right_ones_do_not(tmp_path: Path):
    settings = Settings(home=tmp_path, failures_per_minute=3)
    app, key = protected_app(settings), key_of(settings, "tea")
    guesses = client_of(app, "churn_000000000000_" + "A" * 43)
    assert [guesses.get("/who").status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    assert client_of(app, key).get("/who").status_code == 200


def test_a_request_too_many_is_answered_429(tmp_path: Path):
    settings = Settings(home=tmp_path, reads_per_minute=2)
    client = client_of(protected_app(settings), key_of(settings, "tea"))
    assert [client.get("/who").status_code for _ in range(3)] == [200, 200, 429]


def test_no_key_at_all_is_no_guess(tmp_path: Path):
    settings = Settings(home=tmp_path, failures_per_minute=1)
    app = protected_app(settings)
    key_of(settings, "tea")
    assert [client_of(app).get("/who").status_code for _ in range(3)] == [401, 401, 401]
