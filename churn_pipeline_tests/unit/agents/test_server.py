"""Tools for agents: they answer, and change nothing."""

import asyncio
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.types import CallToolResult

from churn_pipeline.access.audit import list_accesses
from churn_pipeline.access.keys import create_key, revoke_key
from churn_pipeline.access.rights import rights_of_key
from churn_pipeline.agents.server import agent, agent_server
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.callers import Caller
from churn_pipeline_tests.builders.insight_frames import Shop
from churn_pipeline_tests.builders.scored_home import SCORED, scored_home

TOOLS = {
    *("list_shops", "shop_results", "simulate_campaign"),
    *("list_customers", "customer", "what_if_customer"),
}


@pytest.fixture
def home(tmp_path: Path) -> tuple[Settings, Shop]:
    return scored_home(tmp_path)


def call(settings: Settings, caller: Caller, tool: str, **arguments: Any) -> CallToolResult:
    """A tool's answer, through a client of the protocol."""

    async def asked() -> CallToolResult:
        async with Client(agent_server(settings, caller)) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(asked())


def text_of(answer: CallToolResult) -> str:
    (content,) = answer.content
    assert content.type == "text"
    return content.text


def test_every_tool_says_that_it_only_reads(home: tuple[Settings, Shop]):
    async def listed() -> dict[str, bool | None]:
        async with Client(agent_server(home[0], agent(home[0], None))) as client:
            tools = (await client.list_tools()).tools
        return {t.name: t.annotations.read_only_hint if t.annotations else None for t in tools}

    assert asyncio.run(listed()) == dict.fromkeys(TOOLS, True)


def test_shops_customers_and_campaigns(home: tuple[Settings, Shop]):
    settings, tables = home
    caller = agent(settings, None)
    assert [s["shop"] for s in json.loads(text_of(call(settings, caller, "list_shops")))] == [SCORED]
    page = json.loads(
        text_of(call(settings, caller, "list_customers", shop=SCORED, risk_tier="high", limit=3))
    )
    assert page["total"] == int((tables.scores["risk_tier"] == "high").sum())
    assert len(page["customers"]) == min(3, page["total"])
    first = page["customers"][0]["customer_id"]
    assert (
        json.loads(text_of(call(settings, caller, "customer", shop=SCORED, customer_id=first)))["customer_id"]
        == first
    )
    answer = json.loads(text_of(call(settings, caller, "simulate_campaign", shop=SCORED, targets=10)))
    assert answer["inputs"] and answer["outputs"]
    entries = list_accesses(settings, SCORED)
    assert [(e.caller, e.action, e.customer_id) for e in entries] == [
        ("agent of local", "agent: customer", first),
        ("agent of local", "agent: customers", None),
    ]


def test_what_goes_wrong_is_a_sentence(home: tuple[Settings, Shop]):
    settings = home[0]
    answer = call(settings, agent(settings, None), "customer", shop=SCORED, customer_id="nobody")
    assert answer.is_error
    assert "nobody" in text_of(answer)
    assert "Traceback" not in text_of(answer)


def test_a_key_narrows_it_to_its_shops(home: tuple[Settings, Shop]):
    settings = home[0]
    key_id, key = create_key(settings, "bot", rights_of_key(["coffee"], True, False, True))
    caller = agent(settings, key)
    assert (caller.can_write, caller.is_admin, caller.can_see_contacts) == (False, False, False)
    assert json.loads(text_of(call(settings, caller, "list_shops"))) == []
    answer = call(settings, caller, "list_customers", shop=SCORED)
    assert answer.is_error
    assert f"There is no shop '{SCORED}'" in text_of(answer)
    revoke_key(settings, key_id)
    with pytest.raises(BadInput, match="is not valid"):
        agent(settings, key)


def test_the_server_says_which_version_it_is(home: tuple[Settings, Shop]):
    async def asked() -> str:
        async with Client(agent_server(home[0], agent(home[0], None))) as client:
            return str(client.server_info.version)

    assert asyncio.run(asked()) == version("churn-pipeline")
