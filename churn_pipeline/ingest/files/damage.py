"""What a reader's own library raises on a damaged file, as one sentence for the person who delivered it."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from churn_pipeline.core.errors import BadInput

P = ParamSpec("P")
T = TypeVar("T")


def damage_told(
    kind: str, advice: str, *errors: type[Exception]
) -> Callable[[Callable[Concatenate[Path, str, P], T]], Callable[Concatenate[Path, str, P], T]]:
    """Decorates a reader f(path, name, ...): `errors` become BadInput "NAME cannot be read as KIND (...):
    ADVICE."; where the file lies is not told."""

    def decorate(reader: Callable[Concatenate[Path, str, P], T]) -> Callable[Concatenate[Path, str, P], T]:
        @wraps(reader)
        def read(path: Path, name: str, *args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return reader(path, name, *args, **kwargs)
            except errors as error:
                said = " ".join(str(error).replace(str(path), name).split())
                raise BadInput(f"{name} cannot be read as {kind} ({said}): {advice}.") from error

        return read

    return decorate
