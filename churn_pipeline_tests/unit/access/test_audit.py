"""The audit log says who looked at whom."""

from pathlib import Path

from churn_pipeline.access.audit import list_accesses, record_access
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
