"""Every operation of the API: what it does to a shop, and a request for it that is about the shop `tea`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete

from churn_pipeline.access.audiences import AudienceRow, save_audience
from churn_pipeline.access.database import writing
from churn_pipeline.access.rights import now_utc
from churn_pipeline.access.scenarios import ScenarioRow, save_scenario
from churn_pipeline.access.webhooks.subscriptions import WebhookRow, create_webhook
from churn_pipeline.campaigns.campaign_order import CampaignOrder
from churn_pipeline.campaigns.creation import create_campaign
from churn_pipeline.campaigns.kept_campaigns import kept_campaigns
from churn_pipeline.core.documents.campaigns import CampaignSource
from churn_pipeline.core.documents.service import JobLaunch
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.gateway.launching import keep_launch
from churn_pipeline.service.callers import LOCAL
from churn_pipeline.service.campaigns import add_do_not_contact
from churn_pipeline.shop.run import open_shop
from churn_pipeline_tests.builders.scored_home import SCORED as SHOP

CAMPAIGN = "Kept"
STOPPED, WITHDRAWN = "stopped", "Gone"
USER, PASSWORD = "mia", "correct horse battery"
FILE = ("tea.csv", b"customer,when,total\nC1,2024-01-01,5\n")


class Needs(StrEnum):
    """What a caller must have."""

    NOTHING = "nothing"
    KEY = "any key"  # answers about the caller's own shops, or about none
    READ = "the shop"
    CONTACTS = "the shop, and the right to see contact details"
    WRITE = "the shop, and the right to write"
    ADMIN = "an administrator"


@dataclass(frozen=True)
class Objects:
    """Ids of things that belong to the shop."""

    customer: str
    scenario: str
    second_scenario: str
    audience: str
    webhook: str
    job: str
    campaign: str
    stopped: str
    withdrawn: str
    new_campaign: str
    new_start: str


@dataclass(frozen=True)
class Operation:
    """path: below /api/v1, with {names} of Objects; request: what the client is given beside it."""

    needs: Needs
    path: str
    request: Callable[[Objects], dict[str, Any]] = lambda _: {}


def _json(**body: Any) -> Callable[[Objects], dict[str, Any]]:
    return lambda _: {"json": {"session_id": SHOP, **body}}


OPERATIONS = {
    "get_health": Operation(Needs.NOTHING, "health"),
    "get_readiness": Operation(Needs.NOTHING, "ready"),
    "get_version": Operation(Needs.NOTHING, "version"),
    "get_problem_kind": Operation(Needs.NOTHING, "problems/not-found"),
    "sign_in": Operation(Needs.NOTHING, "sign-in", lambda _: {"json": {"name": USER, "password": PASSWORD}}),
    "sign_out": Operation(Needs.KEY, "sign-out"),
    "get_me": Operation(Needs.KEY, "me"),
    "get_metrics": Operation(Needs.KEY, "metrics"),
    "list_shops": Operation(Needs.KEY, "shops"),
    "list_jobs": Operation(Needs.KEY, "jobs"),
    "list_users": Operation(Needs.ADMIN, "users"),
    "create_user": Operation(
        Needs.ADMIN, "users", lambda o: {"json": {"name": o.webhook, "role": "reader", "password": PASSWORD}}
    ),
    "disable_user": Operation(Needs.ADMIN, f"users/{'0' * 32}/disable"),
    "set_password": Operation(
        Needs.ADMIN, f"users/{'0' * 32}/password", lambda _: {"json": {"password": PASSWORD}}
    ),
    "list_keys": Operation(Needs.ADMIN, "keys"),
    "create_key": Operation(Needs.ADMIN, "keys", lambda _: {"json": {"name": "till"}}),
    "revoke_key": Operation(Needs.ADMIN, f"keys/{'0' * 12}/revoke"),
    "list_accesses": Operation(Needs.ADMIN, "audit", lambda _: {"params": {"session_id": SHOP}}),
    "list_uploads": Operation(Needs.READ, f"uploads/{SHOP}"),
    "get_shop": Operation(Needs.READ, f"shops/{SHOP}"),
    "get_shop_settings": Operation(Needs.READ, f"shops/{SHOP}/settings"),
    "preview_definition": Operation(Needs.READ, f"shops/{SHOP}/definition"),
    "get_job": Operation(Needs.READ, "train/status/{job}"),
    "get_results": Operation(Needs.READ, f"results/{SHOP}"),
    "get_partial_results": Operation(Needs.READ, f"results/{SHOP}/partial"),
    "get_models": Operation(Needs.READ, f"models/{SHOP}"),
    "get_calibration": Operation(Needs.READ, f"calibration/{SHOP}"),
    "get_dependence": Operation(Needs.READ, f"dependence/{SHOP}/days_since_last_purchase"),
    "get_shap_summary": Operation(Needs.READ, f"shap-summary/{SHOP}"),
    "get_grades": Operation(Needs.READ, f"grades/{SHOP}"),
    "get_drift": Operation(Needs.READ, f"drift/{SHOP}"),
    "get_predictions": Operation(Needs.READ, f"predictions/{SHOP}"),
    "export_predictions": Operation(Needs.READ, f"predictions/{SHOP}/file"),
    "get_customer": Operation(Needs.READ, f"customers/{SHOP}/{{customer}}"),
    "get_explanation": Operation(Needs.READ, f"explanations/{SHOP}/{{customer}}"),
    "get_earlier_scores": Operation(Needs.READ, f"earlier-scores/{SHOP}/{{customer}}"),
    "ask_what_if": Operation(
        Needs.READ, "what-if", lambda o: {"json": {"session_id": SHOP, "customer_id": o.customer}}
    ),
    "ask_what_if_file": Operation(
        Needs.READ, f"what-if/{SHOP}/file", lambda _: {"files": {"file": ("q.csv", b"customer_id\nC1\n")}}
    ),
    "list_scenarios": Operation(Needs.READ, f"scenarios/{SHOP}"),
    "get_scenario": Operation(Needs.READ, f"scenarios/{SHOP}/{{scenario}}"),
    "compare_scenarios": Operation(
        Needs.READ,
        f"scenarios/{SHOP}/compare",
        lambda o: {"params": {"scenario_id": [o.scenario, o.second_scenario]}},
    ),
    "list_audiences": Operation(Needs.READ, f"audiences/{SHOP}"),
    "get_audience": Operation(Needs.READ, f"audiences/{SHOP}/{{audience}}"),
    "list_campaigns": Operation(Needs.READ, f"campaigns/{SHOP}"),
    "get_campaign": Operation(Needs.READ, f"campaigns/{SHOP}/{{campaign}}"),
    "list_campaign_members": Operation(Needs.READ, f"campaigns/{SHOP}/{{campaign}}/members"),
    "get_campaign_results": Operation(Needs.READ, f"campaigns/{SHOP}/{{campaign}}/results"),
    "export_campaign": Operation(Needs.CONTACTS, f"campaigns/{SHOP}/{{campaign}}/export"),
    "get_campaign_program": Operation(Needs.READ, f"campaign-program/{SHOP}"),
    "preview_campaign": Operation(Needs.READ, "campaign-preview", _json(name="plan", best=True)),
    "list_do_not_contact": Operation(Needs.READ, f"do-not-contact/{SHOP}"),
    "export": Operation(Needs.READ, f"export/{SHOP}"),
    "list_webhooks": Operation(Needs.READ, f"webhooks/{SHOP}"),
    "upload_file": Operation(
        Needs.WRITE, "upload", lambda _: {"files": {"file": FILE}, "data": {"shop": SHOP}}
    ),
    "upload_demo": Operation(Needs.WRITE, f"upload/{SHOP}/demo"),
    "configure_session": Operation(Needs.WRITE, "configure", _json(currency="GBP")),
    "train": Operation(Needs.WRITE, "train", _json()),
    "score": Operation(Needs.WRITE, "score", _json()),
    "grade": Operation(Needs.WRITE, "grade", _json()),
    "promote_model": Operation(
        Needs.WRITE, f"models/{SHOP}/promote", lambda _: {"json": {"version": "1", "reason": "held longer"}}
    ),
    "cancel_job": Operation(Needs.WRITE, "jobs/{job}/cancel"),
    "simulate": Operation(Needs.WRITE, "simulate", _json(scenario={"target_count": 10})),
    "preview_scenario": Operation(Needs.READ, "simulate/preview", _json(scenario={"target_count": 10})),
    "delete_scenario": Operation(Needs.WRITE, f"scenarios/{SHOP}/{{scenario}}"),
    "save_audience": Operation(Needs.WRITE, "audiences", _json(name="new", filters={})),
    "delete_audience": Operation(Needs.WRITE, f"audiences/{SHOP}/{{audience}}"),
    "create_campaign": Operation(
        Needs.WRITE,
        "campaigns",
        lambda o: {
            "json": {
                "session_id": SHOP,
                "name": o.new_campaign,
                "customer_ids": [o.customer],
                "starts_on": o.new_start,
                "no_control_reason": "one customer",
            }
        },
    ),
    "upload_responses": Operation(
        Needs.WRITE,
        f"campaigns/{SHOP}/{{campaign}}/responses",
        lambda _: {"files": {"file": ("used.csv", b"customer_id\nC1\n")}},
    ),
    "add_do_not_contact": Operation(Needs.WRITE, "do-not-contact", _json(customer_ids=["nobody"])),
    "upload_do_not_contact": Operation(
        Needs.WRITE,
        f"do-not-contact/{SHOP}/file",
        lambda _: {"files": {"file": ("stop.csv", b"customer_id\nnobody\n")}},
    ),
    "withdraw_campaign": Operation(Needs.WRITE, f"campaigns/{SHOP}/{{withdrawn}}"),
    "remove_do_not_contact": Operation(Needs.WRITE, f"do-not-contact/{SHOP}/{{stopped}}"),
    "forget_customer": Operation(Needs.WRITE, f"customers/{SHOP}/{{customer}}"),
    "forget_shop": Operation(Needs.ADMIN, f"shops/{SHOP}"),
    "create_webhook": Operation(Needs.WRITE, "webhooks", _json(url="https://shop.example.com/")),
    "delete_webhook": Operation(Needs.WRITE, f"webhooks/{SHOP}/{{webhook}}"),
}
"""operationId -> what it needs and how it is asked. One that is missing here fails the tests."""


def objects_of(settings: Settings, customer: str) -> Objects:
    """One of everything, newly made for the shop in the place of the former ones."""
    with writing(settings) as session:
        for table in (ScenarioRow, AudienceRow, WebhookRow):
            session.execute(delete(table))
    launch = JobLaunch(
        job_id="ingest_0123456789ab",
        job="ingest",
        shop=SHOP,
        config={},
        requested_by="test",
        requested_at=now_utc() - timedelta(days=1),  # it never began, so it is over
        process={},
        run_id=None,
        cancelled_at=None,
    )
    first, second = (
        save_scenario(settings, SHOP, {"target_count": n}, {"net_roi": 1.0}, "test").id for n in (10, 20)
    )
    number = _campaigns(settings)
    add_do_not_contact(settings, LOCAL, SHOP, [STOPPED])
    webhook, _ = create_webhook(settings, SHOP, "https://shop.example.com/", "test")
    return Objects(
        customer=customer,
        scenario=first,
        second_scenario=second,
        audience=save_audience(settings, SHOP, "vips", {}, "test").id,
        webhook=webhook.id,
        job=keep_launch(settings, launch).job_id,
        campaign=CAMPAIGN.lower(),
        stopped=STOPPED,
        withdrawn=WITHDRAWN.lower(),
        new_campaign=f"new {number}",
        new_start=f"{datetime(2025, 2, 1) + timedelta(days=60 * number):%Y-%m-%d}",
    )


def _campaigns(settings: Settings) -> int:
    """How many campaigns the shop has, the two that requests name being made where they are not there."""
    run = open_shop(settings, SHOP)
    there = {plan.name for plan in kept_campaigns(run.store)}
    for name, starts_at in ((CAMPAIGN, datetime(2025, 1, 1)), (WITHDRAWN, datetime(2025, 12, 15))):
        if name not in there:
            customers = run.store.read("customer_scores").query("status == 'eligible'")["customer_id"]
            source = CampaignSource(kind="customers", id=None)
            rest = {"audience": customers.tolist(), "control": 0.2, "starts_at": starts_at}
            create_campaign(run, CampaignOrder(name, source, **rest), "test", datetime(2025, 1, 2))
    return len(kept_campaigns(run.store))
