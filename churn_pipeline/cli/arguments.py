"""What commands take: their common options, and the checks of what was given."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from churn_pipeline.core.errors import BadInput
from churn_pipeline.shop.config import ALL_MODEL_KINDS, ColumnField

Shop = Annotated[str, typer.Option("--shop", help="shop name: lower-case letters, digits, '-' and '_'")]
Json = Annotated[bool, typer.Option("--json", help="print exactly the JSON document on stdout")]
Files = Annotated[list[Path], typer.Argument(help="transaction files")]
Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="which column holds a field; with any --map nothing else is inferred",
    ),
]
DateFormat = Annotated[str | None, typer.Option(help="strptime format of the date column")]
Timezone = Annotated[str | None, typer.Option(help="IANA time zone of the shop")]
Sheet = Annotated[
    str | None, typer.Option(help="sheet of a workbook; default: the one that holds the purchases")
]
AsItIs = Annotated[
    bool,
    typer.Option("--as-it-is", help="the file goes in although it does not fit the shop: someone has looked"),
]
Replace = Annotated[
    bool, typer.Option(help="the file corrects its whole period: replace the ledger's rows there")
]

Models = Annotated[
    str | None,
    typer.Option(
        "--models",
        metavar="KIND,KIND",
        help=f"which models compete, of {', '.join(ALL_MODEL_KINDS)}; kept with the shop",
    ),
]

GrossMargin = Annotated[
    float | None,
    typer.Option(
        help="share of revenue that is left after the cost of goods, 0-1; kept with the shop; default: 1"
    ),
]


class Effort(StrEnum):
    """How much is searched."""

    QUICK = "quick"
    STANDARD = "standard"
    THOROUGH = "thorough"


def parse_mapping(pairs: list[str] | None) -> dict[str, str]:
    """{field: column} from FIELD=COLUMN arguments; BadInput for an unknown field or one given twice."""
    mapping: dict[str, str] = {}
    known = [f.value for f in ColumnField]
    for pair in pairs or []:
        field, separator, column = pair.partition("=")
        if not separator or field not in known or not column:
            raise BadInput(f"--map {pair!r}: expected FIELD=COLUMN with FIELD one of {', '.join(known)}.")
        if field in mapping:
            raise BadInput(f"--map {field} is given twice; name one column for it.")
        mapping[field] = column
    return mapping


def parse_models(names: str | None) -> list[str] | None:
    """The kinds of models in a list with commas; None where none was given. BadInput for an unknown kind."""
    if names is None:
        return None
    kinds = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [kind for kind in kinds if kind not in ALL_MODEL_KINDS]
    if unknown or not kinds:
        raise BadInput(
            f"--models {names!r}: expected some of {', '.join(ALL_MODEL_KINDS)}, with commas between them."
        )
    return kinds


def checked_margin(share: float | None) -> float | None:
    """The gross margin as given; BadInput unless it is above 0 and at most 1."""
    if share is not None and not 0 < share <= 1:
        raise BadInput(
            f"--gross-margin {share:g}: expected a share above 0 and at most 1, such as 0.4 for 40 %."
        )
    return share


def existing_files(files: list[Path]) -> list[str]:
    """The files' absolute paths; BadInput names the first that is not there."""
    for file in files:
        if not file.is_file():
            raise BadInput(f"{file}: there is no such file; check the path.")
    return [str(f.resolve()) for f in files]
