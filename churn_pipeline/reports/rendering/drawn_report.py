"""A report with its charts drawn, as plain values that both the page and the PDF are made from."""

from dataclasses import asdict
from typing import Any

from churn_pipeline.core.figures import ACCENT, GREY, INK, PALE, QUIET, SOFT
from churn_pipeline.reports.content.blocks import Beside, Block, Picture, Report
from churn_pipeline.reports.rendering.charts import svg
from churn_pipeline.reports.rendering.visible_text import visible

PALETTE = {"ink": INK, "accent": ACCENT, "soft": SOFT, "pale": PALE, "grey": GREY, "quiet": QUIET}


def drawn_report(report: Report) -> dict[str, Any]:
    """JSON values: the report's fields, each block with its `kind`, each picture with its `svg`."""
    sections = [
        {
            "title": section.title,
            "blocks": [_drawn(block, f"{s}.{b}") for b, block in enumerate(section.blocks)],
        }
        for s, section in enumerate(report.sections)
    ]
    head = {name: getattr(report, name) for name in ("title", "shop", "subtitle", "footer")}
    shown: dict[str, Any] = _visible(head | {"sections": sections})
    return shown | {"palette": PALETTE}


def _visible(value: Any) -> Any:
    """The same without characters that cannot be shown, at any depth."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {name: _visible(part) for name, part in value.items()}
    return [_visible(part) for part in value] if isinstance(value, list | tuple) else value


def _drawn(block: Block, place: str, wide: bool = True) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Picture):
        drawn = svg(block.chart, wide, f"{place} {block.title}")
        words = {"title": block.title, "alt": block.alt, "note": block.note}
        return {"kind": kind, "svg": drawn, "wide": wide} | words
    if isinstance(block, Beside):
        sides = {"left": block.left, "right": block.right}
        return {"kind": kind} | {
            side: _drawn(part, f"{place}{side}", wide=False) for side, part in sides.items()
        }
    return {"kind": kind} | asdict(block)
