"""Questions to the API, each one call: `get`, `post`, `delete`, `send_file`, `download`.

What the API refuses comes back as `Refused` with the sentence that it gave. Answers that have not changed
since are not sent again: the API answers 304 to the ETag of the last answer, which is kept here for each
caller and question."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import IO, Any

import httpx
import streamlit as st

from churn_pipeline.app.connection import api_address
from churn_pipeline.app.contents.own_words import in_app_words
from churn_pipeline.app.visitor import visitor_address

PREFIX = "/api/v1"
SIGN_IN = "/sign-in"
LONGEST_ANSWER_SECONDS = 120
ANSWERS_KEPT = 500


@dataclass
class Refused(Exception):
    """The API refused, or does not answer: `status` is its HTTP status (0: no answer), `detail` the sentence
    that says what to do."""

    status: int
    title: str
    detail: str

    def __str__(self) -> str:
        return self.detail


@dataclass(frozen=True)
class Answer:
    """The body of an answer and its ETag."""

    etag: str
    body: Any


def get(path: str, **parameters: Any) -> Any:
    """The JSON of GET `path` (without the prefix); parameters that are None are left out."""
    given = {name: value for name, value in parameters.items() if value is not None}
    key = (_token(), path, repr(sorted(given.items())))
    kept = _answers().get(key)
    headers = {"If-None-Match": kept.etag} if kept else {}
    response = _asked("GET", path, params=given, headers=headers)
    if kept and response.status_code == httpx.codes.NOT_MODIFIED:
        _answers().move_to_end(key)
        return kept.body
    body = response.json()
    if "etag" in response.headers:
        _answers()[key] = Answer(response.headers["etag"], body)
        while len(_answers()) > ANSWERS_KEPT:
            _answers().popitem(last=False)
    return body


def answers() -> bool:
    """Whether the API answers at this moment."""
    try:
        return bool(_client().get("/health").is_success)
    except httpx.TransportError:
        return False


def post(path: str, body: dict[str, Any], **headers: str) -> Any:
    """The JSON that POST `path` answers to a JSON body."""
    return _asked("POST", path, json=body, headers=headers).json()


def delete(path: str) -> Any:
    """What DELETE `path` answers, None where it has no body."""
    response = _asked("DELETE", path)
    return response.json() if response.content else None


def send_file(path: str, name: str, content: IO[bytes], **fields: str) -> Any:
    """The JSON that POST `path` answers to a file with form fields."""
    return _asked("POST", path, files={"file": (name, content)}, data=fields).json()


def download(path: str, **parameters: Any) -> bytes:
    """The bytes of a file that GET `path` answers."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return _asked("GET", path, params=given).content


@st.cache_resource(show_spinner=False)
def _client() -> httpx.Client:
    return httpx.Client(base_url=api_address() + PREFIX, timeout=LONGEST_ANSWER_SECONDS, trust_env=False)


@st.cache_resource(show_spinner=False)
def _answers() -> "OrderedDict[tuple[str, str, str], Answer]":
    return OrderedDict()


def _token() -> str:
    return str(st.session_state.get("token", ""))


def _from_whom(path: str) -> dict[str, str]:
    """The visitor's token, and where they ask from: wrong passwords are counted for each address, not for the
    app's."""
    sent = {"Authorization": f"Bearer {_token()}"} if _token() else {}
    address = visitor_address() if sent or path == SIGN_IN else ""
    return sent | ({"X-Forwarded-For": address} if address else {})


def _asked(method: str, path: str, headers: dict[str, str] | None = None, **content: Any) -> httpx.Response:
    sent = {**(headers or {}), **_from_whom(path)}
    try:
        response = _client().request(method, path, headers=sent, **content)
    except httpx.TransportError as error:
        raise Refused(
            0,
            "The product does not answer",
            f"Nothing answers at {api_address()} ({type(error).__name__}). "
            "Start everything with `churn up`, or this app alone with `churn app --single`.",
        ) from error
    if response.is_success or response.status_code == httpx.codes.NOT_MODIFIED:
        return response
    raise _refusal(response)


def _refusal(response: httpx.Response) -> Refused:
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    detail = str(problem.get("detail") or f"The product answered {response.status_code}.")
    more = [str(line) for line in problem.get("errors", []) if str(line) not in detail]
    detail, more = in_app_words(detail), [in_app_words(line) for line in more]
    return Refused(
        response.status_code, str(problem.get("title") or "That did not work"), "\n\n".join([detail, *more])
    )
