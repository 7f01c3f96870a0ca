"""The errors that a user can do something about. Everything else is a failure of ours and keeps its
traceback."""

import errno

REFUSED_BY_SYSTEM = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
"""What the system says of a disk that is full or may not be written."""


class ChurnError(Exception):
    """A problem that the message explains in one sentence, without a traceback (exit code 1, HTTP 500)."""


class BadInput(ChurnError):
    """Delivered data that cannot be used: the message names file, row or column, what was expected and what
    to do (exit 2, HTTP 422)."""


class QualityGateFailed(BadInput):
    """A critical data-quality expectation does not hold; the shop's former ledger and results stay as they
    were."""


class MappingNeeded(BadInput):
    """The columns of a new shop's file are not understood with confidence: someone has to say which is which
    (exit 2, HTTP 422)."""


class AnswerNeeded(MappingNeeded):
    """A later file does not fit the shop that it joins, and nobody has said yet that it is right as it is
    (exit 2, HTTP 422)."""


class NotFound(BadInput):
    """A shop, customer, table or model that does not exist (exit code 2, HTTP 404)."""
