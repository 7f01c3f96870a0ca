"""Simulations that are kept: stored under an id, listed, reopened, compared; and filters with a name."""

from typing import Any

from churn_pipeline.access import audiences as stored_audiences
from churn_pipeline.access import scenarios as stored_scenarios
from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.service.answers import (
    AudienceAnswer,
    ScenarioAnswer,
    ScenarioComparison,
    ScenarioPreview,
)
from churn_pipeline.service.callers import Caller, require_write
from churn_pipeline.service.customers.filters import CustomerFilter
from churn_pipeline.service.customers.pages import customer_page
from churn_pipeline.service.money import scores_version, simulate
from churn_pipeline.service.requests import ScenarioInputs
from churn_pipeline.service.shops import opened

MOST_COMPARED = 20


def simulate_and_keep(
    settings: Settings, caller: Caller, shop: str, scenario: ScenarioInputs, name: str | None = None
) -> ScenarioAnswer:
    """Simulates a campaign and keeps it; see money.simulate."""
    require_write(caller)
    answer = simulate(settings, caller, shop, **_asked(scenario))
    outputs = answer["outputs"] | {"about": answer["about"]}
    version = scores_version(settings, caller, shop)
    kept = stored_scenarios.save_scenario(
        settings, shop, answer["inputs"], outputs, caller.name, version, name
    )
    return _scenario(kept, version)


def preview(settings: Settings, caller: Caller, shop: str, scenario: ScenarioInputs) -> ScenarioPreview:
    """Simulates a campaign with its profit curve, and keeps nothing; see money.simulate."""
    answer = simulate(settings, caller, shop, **_asked(scenario), with_curve=True)
    return ScenarioPreview(session_id=shop, **answer)


def scenario(settings: Settings, caller: Caller, shop: str, scenario_id: str) -> ScenarioAnswer:
    """A kept scenario; NotFound where the shop has none of that id."""
    version = scores_version(settings, caller, shop)
    return _scenario(stored_scenarios.scenario(settings, shop, scenario_id), version)


def scenarios(
    settings: Settings, caller: Caller, shop: str, limit: int, offset: int, *, named: bool = False
) -> list[ScenarioAnswer]:
    """A shop's kept scenarios, newest first; named: those with a name alone."""
    version = scores_version(settings, caller, shop)
    kept = stored_scenarios.list_scenarios(settings, shop, limit, offset, named=named)
    return [_scenario(s, version) for s in kept]


def compare(settings: Settings, caller: Caller, shop: str, ids: list[str]) -> ScenarioComparison:
    """Scenarios beside each other: where their inputs differ, and which earns most."""
    if not 2 <= len(set(ids)) <= MOST_COMPARED:
        raise BadInput(f"Give 2 to {MOST_COMPARED} different scenario_id to compare.")
    found = [scenario(settings, caller, shop, scenario_id) for scenario_id in dict.fromkeys(ids)]
    inputs = sorted({name for s in found for name in s.inputs})
    differing = [name for name in inputs if len({repr(s.inputs.get(name)) for s in found}) > 1]
    best = max(found, key=lambda s: s.outputs["net_roi"])
    return ScenarioComparison(scenarios=found, differing_inputs=differing, best=best.scenario_id)


def delete_scenario(settings: Settings, caller: Caller, shop: str, scenario_id: str) -> None:
    """Removes a kept scenario; NotFound where the shop has none of that id."""
    require_write(caller)
    opened(settings, caller, shop)
    stored_scenarios.delete_scenario(settings, shop, scenario_id)


def keep_audience(
    settings: Settings, caller: Caller, shop: str, name: str, wanted: CustomerFilter
) -> AudienceAnswer:
    """Keeps a filter under a name; the same name again takes the new filter. One that cannot be asked is not
    kept: NotFound before the first scoring, NotReady where the tables lack what it asks for."""
    require_write(caller)
    customer_page(settings, caller, shop, wanted, limit=1)
    filters = wanted.model_dump(mode="json", exclude_defaults=True)
    kept = stored_audiences.save_audience(settings, shop, name, filters, caller.name)
    return _audience(settings, caller, kept)


def audience(settings: Settings, caller: Caller, shop: str, name_or_id: str) -> AudienceAnswer:
    """A named filter and how many customers it fits now; NotFound where the shop has no such one."""
    opened(settings, caller, shop)
    return _audience(settings, caller, stored_audiences.audience(settings, shop, name_or_id))


def audiences(settings: Settings, caller: Caller, shop: str) -> list[AudienceAnswer]:
    """A shop's named filters, by name."""
    opened(settings, caller, shop)
    return [_audience(settings, caller, a) for a in stored_audiences.list_audiences(settings, shop)]


def delete_audience(settings: Settings, caller: Caller, shop: str, name_or_id: str) -> None:
    """Removes a named filter; NotFound where the shop has no such one."""
    require_write(caller)
    opened(settings, caller, shop)
    stored_audiences.delete_audience(settings, shop, name_or_id)


def _asked(scenario: ScenarioInputs) -> dict[str, Any]:
    """The inputs as money.simulate names them."""
    asked = scenario.model_dump()
    return asked | {"targets": asked.pop("target_count")}


def _scenario(kept: stored_scenarios.Scenario, version: str) -> ScenarioAnswer:
    outputs: dict[str, Any] = dict(kept.outputs)
    return ScenarioAnswer(
        scenario_id=kept.id,
        session_id=kept.shop,
        name=kept.name,
        inputs=kept.inputs,
        about=outputs.pop("about", []),
        outputs=outputs,
        up_to_date=kept.data_version == version,
        created_by=kept.created_by,
        created_at=kept.created_at,
    )


def _audience(settings: Settings, caller: Caller, kept: stored_audiences.Audience) -> AudienceAnswer:
    wanted = CustomerFilter.model_validate(kept.filters)
    fits = customer_page(settings, caller, kept.shop, wanted, limit=1).total
    return AudienceAnswer(
        audience_id=kept.id,
        session_id=kept.shop,
        name=kept.name,
        filters=wanted,
        customers=fits,
        created_by=kept.created_by,
        created_at=kept.created_at,
    )
