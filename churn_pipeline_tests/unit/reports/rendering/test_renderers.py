"""Page and PDF from one content: every text in both, hostile ones as they are, nothing fetched, no page too
many."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
import typst

from churn_pipeline.reports.content.blocks import (
    Beside,
    Bullets,
    Card,
    Cards,
    Column,
    Paragraph,
    Picture,
    RankedBars,
    Report,
    Section,
    Table,
)
from churn_pipeline.reports.content.executive_report import executive_report
from churn_pipeline.reports.content.model_probabilities import Calibration
from churn_pipeline.reports.content.model_report import model_report
from churn_pipeline.reports.rendering.drawn_report import drawn_report
from churn_pipeline.reports.rendering.pdf import fonts, pdf, template
from churn_pipeline.reports.rendering.visible_text import visible
from churn_pipeline.reports.rendering.web_page import web_page
from churn_pipeline_tests.builders.report_documents import shop_results

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% raw %}",
    '#panic() #import "x" #set page(width: 1pt)',
    "= no heading *bold* _it_ $x$ @ref <label> \\u{1F600}",
    '"); #read("/etc/passwd")',
    "名前 Ж ü 🎉 \u202e rtl \x07",
    "x" * 300,
)


def hostile_report(text: str) -> Report:
    chart = Picture(text, RankedBars((text,), (1.0,), (text,)), text, text)
    table = Table((Column(text, "left", 1.0), Column("n")), ((text, "1"),), (0,), text)
    blocks = (
        Paragraph(text, "note"), Cards((Card(text, text, text),)), Bullets((text,), text), table, chart,
        Beside(Paragraph(text), chart),
    )  # fmt: skip
    return Report(text, text, text, text, (Section(text, blocks),))


def pages(drawn: dict) -> int:
    images = typst.compile(
        template(), sys_inputs={"report": json.dumps(drawn)}, font_paths=fonts(), format="png", ppi=20
    )
    return len(images) if isinstance(images, list) else 1


@pytest.mark.parametrize("text", HOSTILE)
def test_the_page_holds_hostile_text_as_text(text: str) -> None:
    page = web_page(drawn_report(hostile_report(text)), "0" * 16)
    assert (
        "<script" not in page
        and "<img" not in page
        and "49"
        not in re.sub(r"<svg.*?</svg>|<style>.*?</style>", "", page, flags=re.DOTALL).replace("49;", "")
    )
    headings = re.findall(r"<h2>(.*?)</h2>", page, re.DOTALL)
    assert [unescape(heading) for heading in headings] == [visible(text)]


@pytest.mark.parametrize("text", HOSTILE)
def test_the_pdf_holds_hostile_text_as_text(text: str) -> None:
    drawn = drawn_report(hostile_report(text))
    assert pdf(drawn).startswith(b"%PDF-")
    found = json.loads(
        typst.query(
            template(),
            "heading.where(level: 1)",
            field="body",
            sys_inputs={"report": json.dumps(drawn)},
            font_paths=fonts(),
            format="json",
        )
    )
    assert found == [{"func": "text", "text": visible(text)}]


@pytest.fixture(scope="module")
def drawn() -> dict[str, dict]:
    results = shop_results()
    return {
        "executive": drawn_report(executive_report(results)),
        "model": drawn_report(model_report(results, Calibration((0.1, 0.5), (0.2, 0.4)))),
    }


@pytest.mark.parametrize("kind", ("executive", "model"))
def test_the_page_stands_alone(drawn: dict[str, dict], kind: str) -> None:
    page = web_page(drawn[kind], "0" * 16)
    assert not re.search(r"https?://|@import|url\((?!#)|<link|<script|src=", page)
    assert "None" not in page and "nan" not in page.lower().replace("finance", "")
    assert page.count("<h1>") == 1 and '<html lang="en">' in page
    assert "prefers-color-scheme: dark" in page and "width=device-width" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", ("executive", "model"))
def test_every_picture_has_words_for_whoever_cannot_see_it(drawn: dict[str, dict], kind: str) -> None:
    page = web_page(drawn[kind], "0" * 16)
    described = re.findall(r'role="img" aria-label="([^"]{20,})"', page)
    assert len(described) == page.count("<svg") >= 3


def test_charts_follow_a_dark_page(drawn: dict[str, dict]) -> None:
    page = web_page(drawn["executive"], "0" * 16)
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert not re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", svg)


def test_the_executive_report_has_two_to_six_pages(drawn: dict[str, dict]) -> None:
    assert 2 <= pages(drawn["executive"]) <= 6


def test_the_pdf_is_the_same_for_the_same_content_and_tagged(drawn: dict[str, dict], tmp_path: Path) -> None:
    first = pdf(drawn["model"])
    assert first == pdf(drawn["model"])
    assert b"/StructTreeRoot" in first or b"pdfuaid" in first
