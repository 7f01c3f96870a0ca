"""A shop's reports: their content from its documents, and the files in its folder `reports`, made anew only
where what they say has changed."""

import hashlib
import re

from churn_pipeline import __version__
from churn_pipeline.core.documents.results import Results
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.reports.content.blocks import Report
from churn_pipeline.reports.content.executive_report import executive_report
from churn_pipeline.reports.content.model_probabilities import Calibration, calibration
from churn_pipeline.reports.content.model_report import model_report
from churn_pipeline.reports.content.profile_report import profile_report
from churn_pipeline.reports.report_kinds import ReportKind

_MARK = re.compile(rb'<meta name="content-version" content="([0-9a-f]{16})">')
_MARK_WITHIN = 1_000


def report_content(store: ShopStore, kind: ReportKind) -> Report:
    """What a report says at present; NotFound where the shop has not the results, or the profile, yet."""
    if kind == ReportKind.PROFILE:
        churn = store.document("churn_definition") if store.has_document("churn_definition") else None
        return profile_report(store.document("profile"), churn)
    results = Results.model_validate(store.document("results"))
    return (
        executive_report(results)
        if kind == ReportKind.EXECUTIVE
        else model_report(results, _calibration(store))
    )


def report_as_pdf(store: ShopStore, kind: ReportKind) -> bytes:
    """The report as PDF: the stored one where it is still what would be said."""
    content = report_content(store, kind)
    stored = store.report(f"{kind}.pdf")
    return stored if stored is not None and _is_current(store, kind, content) else _pdf(content)


def report_as_page(store: ShopStore, kind: ReportKind) -> bytes:
    """The report as an HTML page (UTF-8): the stored one where it is still what would be said."""
    content = report_content(store, kind)
    stored = store.report(f"{kind}.html")
    return stored if stored is not None and _is_current(store, kind, content) else _page(content)


def renew_report(store: ShopStore, kind: ReportKind) -> bool:
    """Writes the report's PDF and page into the shop's folder, unless those there say the same already;
    returns whether it did. The page is written last: where it is current, so is the PDF."""
    content = report_content(store, kind)
    if _is_current(store, kind, content):
        return False
    from churn_pipeline.reports.rendering.drawn_report import drawn_report
    from churn_pipeline.reports.rendering.pdf import pdf
    from churn_pipeline.reports.rendering.web_page import web_page

    drawn = drawn_report(content)
    store.write_report(f"{kind}.pdf", pdf(drawn))
    store.write_report(f"{kind}.html", web_page(drawn, content_version(content)).encode())
    return True


def content_version(content: Report) -> str:
    """16 hex digits, equal for reports that say the same in the same version of this package."""
    return hashlib.sha256(f"{__version__} {content!r}".encode()).hexdigest()[:16]


def _is_current(store: ShopStore, kind: ReportKind, content: Report) -> bool:
    page = store.report(f"{kind}.html")
    if page is None or store.report(f"{kind}.pdf") is None:
        return False
    mark = _MARK.search(page[:_MARK_WITHIN])
    return mark is not None and mark.group(1).decode() == content_version(content)


def _calibration(store: ShopStore) -> Calibration | None:
    if not store.exists("test_predictions"):
        return None
    tested = store.read("test_predictions", ["p_champion", "churned"])
    return (
        calibration(tested["p_champion"].to_numpy(float), tested["churned"].to_numpy())
        if len(tested)
        else None
    )


def _pdf(content: Report) -> bytes:
    from churn_pipeline.reports.rendering.drawn_report import drawn_report
    from churn_pipeline.reports.rendering.pdf import pdf

    return pdf(drawn_report(content))


def _page(content: Report) -> bytes:
    from churn_pipeline.reports.rendering.drawn_report import drawn_report
    from churn_pipeline.reports.rendering.web_page import web_page

    return web_page(drawn_report(content), content_version(content)).encode()
