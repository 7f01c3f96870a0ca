"""The audit log says who looked at whom."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from churn_pipeline.access.audit import list_accesses, record_access
from churn_pipeline.access.database import engine_of
from churn_pipeline.core.settings import Settings


def test_accesses_of_a_shop_and_of_a_customer(tmp_path: Path):
    settings = Settings(home=tmp_path)
    record_access(settings, "key:web", "customer", "tea", 1, "C1", "r1")
    record_access(settings, "user:mia", "export scores", "tea", 500)
    record_access(settings, "user:mia", "customer", "coffee", 1, "C1")
    assert [(a.caller, a.action, a.customers) for a in list_accesses(settings, "tea")] == [
        ("user:mia", "export scores", 500),
        ("key:web", "customer", 1),
    ]
    (of_customer,) = list_accesses(settings, "tea", "C1")
    assert (of_customer.customer_id, of_customer.request_id) == ("C1", "r1")
    assert len(list_accesses(settings)) == 3


def test_entries_of_the_same_moment_share_commits_and_none_is_lost(tmp_path: Path):
    settings = Settings(home=tmp_path)
    record_access(settings, "key:web", "customer", "tea", 1, "first")
    commits: list[object] = []
    event.listen(engine_of(settings), "commit", commits.append)

    def look(number: int) -> int:
        record_access(settings, "key:web", "customer", "tea", 1, f"C{number}")
        return len(list_accesses(settings, "tea", f"C{number}"))

    with ThreadPoolExecutor(32) as readers:
        assert set(readers.map(look, range(200))) == {1}  # committed before the data are handed out
    assert len(list_accesses(settings, "tea")) == 201
    written = len(commits) - 201  # each reading is a transaction too
    assert 0 < written < 200


def test_an_entry_that_cannot_be_written_is_not_passed_over(tmp_path: Path):
    settings = Settings(home=tmp_path, database_wait_seconds=0.05)
    record_access(settings, "key:web", "customer", "tea", 1, "C1")
    somebody_else = engine_of(settings).execution_options(begin="BEGIN IMMEDIATE").begin()
    with somebody_else, pytest.raises(OperationalError):
        record_access(settings, "key:web", "customer", "tea", 1, "C2")
    record_access(settings, "key:web", "customer", "tea", 1, "C3")
    assert [entry.customer_id for entry in list_accesses(settings, "tea")] == ["C3", "C1"]
