"""Column presets: a target list under the headings that a mail tool expects."""

from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.wording import counted


def presets() -> list[str]:
    """Names of the presets."""
    return list(_presets())


def in_columns_of(preset: str, listed: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The list under the preset's headings, and what to know about it in sentences.

    Customers without the detail that the tool knows its contacts by are left out. BadInput for an unknown
    preset, or where nobody on the list has that detail."""
    if preset not in _presets():
        raise BadInput(f"--columns {preset!r}: expected one of {', '.join(presets())}.")
    chosen = _presets()[preset]
    needed = chosen["needs"]
    reachable = listed[listed[needed].fillna("").str.strip() != ""]
    if len(listed) and reachable.empty:
        raise BadInput(
            f"{preset} needs an {needed} address and none of the {counted(len(listed), 'customers')} on the "
            f"list has one: deliver a file with it and map it with --map {needed}=COLUMN, "
            "or export without --columns."
        )
    left_out = len(listed) - len(reachable)
    notes = (
        [f"{counted(left_out, 'customers')} without an {needed} address are left out."] if left_out else []
    )
    columns = {heading: reachable[source] for heading, source in chosen["columns"].items()}
    return pd.DataFrame(columns), notes


@cache
def _presets() -> dict[str, Any]:
    text = files(__package__).joinpath("list_columns.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found
