"""A report as one HTML page that fetches nothing: styles and charts are in it, and it holds no script."""

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, Template
from markupsafe import Markup

TEMPLATE = "report.html.j2"


def web_page(drawn: dict[str, Any], version: str) -> str:
    """The page of a `drawn_report`. Every text is escaped; the charts' colours follow a dark page. version:
    of the content, kept in the page's head."""
    return _template().render(report=drawn, version=version, chart=lambda svg: _inline(svg, drawn["palette"]))


def _inline(svg: str, palette: dict[str, str]) -> Markup:
    """The drawing as part of the page: as wide as its place, in the page's colours. Its texts were escaped
    when it was drawn."""
    for name, colour in palette.items():
        svg = svg.replace(colour, f"var(--{name})")
    head, end, body = svg.partition(">")
    head = re.sub(r' (width|height|version|xmlns:xlink|xmlns)="[^"]*"', "", head)
    body = body.replace("xlink:href=", "href=")
    return Markup(f'{head} role="presentation" aria-hidden="true"{end}{body}')  # noqa: S704 - matplotlib's own, texts escaped # nosec B704


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("churn_pipeline.reports", "rendering"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE)
