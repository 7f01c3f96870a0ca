"""A report as PDF, by Typst. Texts reach Typst as strings of a JSON document, never as its markup, so nothing
that a file of the shop holds can become a command."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typst

TEMPLATE = "report.typ"


def pdf(drawn: dict[str, Any]) -> bytes:
    """The PDF of a `drawn_report`: tagged for screen readers, equal bytes for equal content."""
    import typst

    return typst.compile(
        template(),
        sys_inputs={"report": json.dumps(drawn)},
        font_paths=fonts(),
        format="pdf",
        pdf_standards="ua-1",
    )


@cache
def template() -> bytes:
    """How a report looks on paper, as Typst reads it."""
    return files(__package__).joinpath(TEMPLATE).read_bytes()


@cache
def fonts() -> "typst.Fonts":
    """Typst's own fonts, the machine's for other scripts, and DejaVu Sans, that of the charts, which comes
    with matplotlib."""
    import matplotlib as mpl
    import typst

    return typst.Fonts(font_paths=[Path(mpl.get_data_path()) / "fonts" / "ttf"])
