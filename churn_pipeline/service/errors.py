"""What can go wrong with a question or an order, in kinds that programs can tell apart.

`core.errors` says what went wrong with data; these say what is wrong with the question. `kind_of` gives both
the stable word that the API's problem documents carry in their `type`, the HTTP status and the exit code."""

from dataclasses import dataclass

from churn_pipeline.core import errors


class ServiceError(errors.BadInput):
    """A question that cannot be answered as it was asked; the message is one sentence for whoever asked."""

    kind = "bad-request"
    status = 400


class InvalidRequest(ServiceError):
    """A request with values or names that its operation does not have; errors: a sentence for each."""

    kind, status = "invalid-request", 422

    def __init__(self, errors: list[str]) -> None:
        super().__init__(" ".join(errors))
        self.errors = errors


class NotSignedIn(ServiceError):
    """No key or session, or one that is not valid."""

    kind, status = "not-signed-in", 401


class NotAllowed(ServiceError):
    """Known, but without the right that this needs."""

    kind, status = "not-allowed", 403


class Conflict(ServiceError):
    """It contradicts what is there or in progress."""

    kind, status = "conflict", 409


class RunInProgress(Conflict):
    """Another job of the shop is in progress."""

    kind = "run-in-progress"


class KeyReused(Conflict):
    """An idempotency key that came with another request before."""

    kind = "idempotency-key-reused"


class StillWorking(Conflict):
    """The same request, under the same idempotency key, is being worked on."""

    kind = "request-in-progress"
    retry_after = 2


class NotReady(ServiceError):
    """What is asked for is made by a run that has not happened or not ended yet."""

    kind, status = "not-ready", 409


class Outdated(ServiceError):
    """A cursor of a list that is no longer kept."""

    kind, status = "cursor-outdated", 410


class TooLarge(ServiceError):
    """An upload over the limit."""

    kind, status = "too-large", 413


class TooManyRequests(ServiceError):
    """More requests than the limit."""

    kind, status = "too-many-requests", 429


class NotAvailable(ServiceError):
    """Something that this installation needs for the answer does not work at the moment."""

    kind, status = "not-available", 503


@dataclass(frozen=True)
class ErrorKind:
    """kind: stable word; status: HTTP; title: what all of its kind share; exit_code: of a command."""

    kind: str
    status: int
    title: str
    exit_code: int


TITLES = {
    "bad-request": "The request cannot be understood",
    "not-signed-in": "A valid key is needed",
    "not-allowed": "The key has not the right for this",
    "conflict": "It contradicts what is there",
    "run-in-progress": "Another job of the shop is in progress",
    "idempotency-key-reused": "The idempotency key was used for another request",
    "request-in-progress": "The same request is being worked on",
    "not-ready": "A run has to end first",
    "cursor-outdated": "The list was renewed",
    "too-large": "The file is too large",
    "too-many-requests": "Too many requests",
    "not-available": "Not available at the moment",
    "not-found": "Not found",
    "mapping-needed": "The columns have to be named",
    "answer-needed": "The file does not fit the shop",
    "quality-gate-failed": "The data did not pass a check",
    "bad-input": "The data cannot be used",
    "failed": "Something failed on our side",
    "invalid-request": "The request has invalid values",
    "method-not-allowed": "The address does not take this method",
}
"""Kind -> title of every kind of problem."""

REMEDIES = {
    "bad-request": "Compare the request with the operation in the reference and send it anew.",
    "not-signed-in": "Send a valid key in the header Authorization; ask an administrator for a new one.",
    "not-allowed": "Use a key with the right that the sentence names, or ask an administrator for it.",
    "conflict": "Look at what is there now, then decide whether to ask for something else.",
    "run-in-progress": "Wait until the job of the shop has ended (or cancel it), then send this again.",
    "idempotency-key-reused": "Take a new Idempotency-Key for a new request.",
    "request-in-progress": "Send the same request under the same key again after the seconds of Retry-After.",
    "not-ready": "Start the run that makes it (a training or a scoring), wait for its end, ask again.",
    "cursor-outdated": "Begin the list again without a cursor.",
    "too-large": "Split the file by period, or have the limit raised.",
    "too-many-requests": "Wait for the seconds of Retry-After, then send it again.",
    "not-available": "Try again after a moment; if it lasts, tell whoever runs this installation.",
    "not-found": "Look at the ids in the address; what is not the key's own reads like what is not there.",
    "mapping-needed": "Say which column is which in column_mapping.",
    "answer-needed": "Correct the file, or say that it is right as it is (as_it_is), as the sentence asks.",
    "quality-gate-failed": "Correct what the sentence names in the file and deliver it again.",
    "bad-input": "Correct what the sentence names and send it again.",
    "failed": "Send it again once; then tell whoever runs this installation the request_id.",
    "invalid-request": "Correct the values that `errors` names.",
    "method-not-allowed": "Use one of the methods that the header Allow names.",
}
"""Kind -> what to do about it."""

_OF_DATA: tuple[tuple[type[errors.ChurnError], str, int], ...] = (
    (errors.NotFound, "not-found", 404),
    (errors.AnswerNeeded, "answer-needed", 422),
    (errors.MappingNeeded, "mapping-needed", 422),
    (errors.QualityGateFailed, "quality-gate-failed", 422),
    (errors.BadInput, "bad-input", 422),
    (errors.ChurnError, "failed", 500),
)


def kind_of(error: errors.ChurnError) -> ErrorKind:
    """The kind of an error that has a sentence for its user."""
    exit_code = 2 if isinstance(error, errors.BadInput) else 1
    if isinstance(error, ServiceError):
        return ErrorKind(error.kind, error.status, TITLES[error.kind], exit_code)
    kind, status = next((k, s) for cls, k, s in _OF_DATA if isinstance(error, cls))
    return ErrorKind(kind, status, TITLES[kind], exit_code)
