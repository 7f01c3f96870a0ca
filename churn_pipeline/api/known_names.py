"""What a request names has to be known: a parameter that the operation does not read is refused, as its
sender believes that it was heard."""

from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from churn_pipeline.api.security.signed_in import bearer, signed_in
from churn_pipeline.core.wording import did_you_mean
from churn_pipeline.service.errors import InvalidRequest

MOST_NAMED = 5


async def known_names(request: Request) -> None:
    """InvalidRequest for a query parameter or a field of a form that the operation does not have, and for a
    second file where it takes one; NotSignedIn before that, where a key is needed."""
    route = request.scope["route"]
    is_form = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    if not isinstance(route, APIRoute) or not (request.query_params or is_form):
        return
    parts = list(_with_dependencies(route.dependant))
    parameters = {field.alias for part in parts for field in part.query_params}
    said = _unknown("query parameter", request.query_params.keys(), parameters)
    said += [
        f"{name!r} comes {len(given)} times in the query, and one is taken: leave the others out."
        for name, given in _given_often(request, parts)
    ]
    fields = {field.alias for field in route.dependant.body_params if isinstance(field.field_info, Form)}
    if is_form and fields:
        form = await request.form()
        said += _unknown("field of the form", form.keys(), fields)
        said += [_repeated(name, len(form.getlist(name))) for name in fields if len(form.getlist(name)) > 1]
    if said:
        if any(part.call is signed_in for part in parts):
            await run_in_threadpool(signed_in, request, await bearer(request))
        raise InvalidRequest(said)


def _given_often(request: Request, parts: list[Dependant]) -> Iterator[tuple[str, list[str]]]:
    """Parameters of one value that come with several."""
    for field in {field.alias: field for part in parts for field in part.query_params}.values():
        given = request.query_params.getlist(field.alias)
        if len(given) > 1 and not _takes_several(field.field_info.annotation):
            yield field.alias, given


def _takes_several(annotation: Any) -> bool:
    return get_origin(annotation) in (list, set, tuple) or any(map(_takes_several, get_args(annotation)))


def _with_dependencies(part: Dependant) -> Iterator[Dependant]:
    yield part
    for one in part.dependencies:
        yield from _with_dependencies(one)


def _unknown(what: str, given: Iterable[str], known: set[str]) -> list[str]:
    names = sorted(known)
    has = f"It has {', '.join(names)}." if names else "It has none."
    unknown = [name for name in dict.fromkeys(given) if name not in known]
    return [
        f"{name[:60]!r} is no {what} of this operation{did_you_mean(name, names)} {has}"
        for name in unknown[:MOST_NAMED]
    ]


def _repeated(name: str, times: int) -> str:
    return f"{name!r} comes {times} times in the form, and one is taken: send a request for each."
