"""A recipe fitted again on given rows: one pipeline, or every member of a blend."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from joblib import cpu_count
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from churn_pipeline.core.settings import Settings
from churn_pipeline.training.models.blended_model import BG_NBD, BlendedModel
from churn_pipeline.training.search.candidates import BlendMember, Candidate, fit_plan, training_rows
from churn_pipeline.training.search.race import SINGLE_THREADED, fit_pipeline
from churn_pipeline.training.search.search_spaces import load_search_space

Refitted = tuple[Pipeline | BlendedModel, dict[str, Any], dict[str, Any]]


def refitted(candidate: Candidate, rows: pd.DataFrame, settings: Settings) -> Refitted:
    """The candidate's recipe fitted on all of `rows` (customer_id, cutoff, fold, churned, features), the
    parameters as used, and what to note of a blend's members: {"members": their recipes}, or nothing."""
    if not candidate.members:
        single = BlendMember(
            candidate.kind, candidate.params, candidate.features, candidate.scale, (1.0, 0.0)
        )
        pipeline, params = refitted_member(single, rows, settings)
        return pipeline, params, {}
    pipelines, recipes = {}, []
    for member, pipeline, params in _fitted_members(candidate.members, rows, settings):
        if pipeline is not None:
            pipelines[member.kind] = pipeline
        recipes.append(replace(member, params=params).recipe())
    features = {member.kind: member.features for member in candidate.members}
    lines = {member.kind: member.line for member in candidate.members}
    return BlendedModel(pipelines, features, lines), candidate.params, {"members": recipes}


def refitted_member(
    member: BlendMember, rows: pd.DataFrame, settings: Settings
) -> tuple[Pipeline, dict[str, Any]]:
    """One recipe fitted on all of `rows`, and its parameters: where the rows are too many for the exact
    kernel machine, with landmarks."""
    learned = training_rows(rows, member.features)
    space = load_search_space(member.kind, settings.search_spaces)
    plan = fit_plan(member.kind, space, len(learned.y), settings, settings.threads)
    params = dict(member.params)
    if member.kind == "svm" and plan.cap > space.rows:
        params["components"] = space.landmarks
    pipeline = fit_pipeline(learned, np.arange(len(learned.y)), params, plan)
    if member.kind == "svm":
        pipeline["model"].with_scale(*member.scale)
    return pipeline, params


def _fitted_members(
    members: list[BlendMember], rows: pd.DataFrame, settings: Settings
) -> Iterator[tuple[BlendMember, Pipeline | None, dict[str, Any]]]:
    """Every member with its pipeline (None for BG/NBD) and parameters, in order: those that use one thread
    side by side, two at a time, the others one after the other with all threads."""
    alone = [m for m in members if m.kind in SINGLE_THREADED]
    with threadpool_limits(1), ThreadPoolExecutor(settings.threads or cpu_count()) as pool:
        fitted = dict(
            zip(
                [m.kind for m in alone],
                pool.map(lambda m: refitted_member(m, rows, settings), alone),
                strict=True,
            )
        )
    fitted |= {m.kind: refitted_member(m, rows, settings) for m in members if m.kind not in (BG_NBD, *fitted)}
    for member in members:
        pipeline, params = fitted.get(member.kind, (None, {}))
        yield member, pipeline, params
