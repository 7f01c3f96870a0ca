"""What the pages offer is what the product exports."""

from churn_pipeline.app.contents.files import LISTS, MAIL_TOOLS, PREDICTIONS, REPORTS
from churn_pipeline.core.enums import TargetList
from churn_pipeline.reports.export import FORMATS, Content
from churn_pipeline.reports.tables.list_columns import presets


def test_every_content_but_the_lists_is_offered_in_its_formats():
    offered = {entry.what: set(entry.formats) for entry in (*REPORTS, *PREDICTIONS)}
    assert offered == {c.value: {f.value for f in FORMATS[c]} for c in Content if c is not Content.TARGETS}


def test_every_list_and_every_mail_tool_is_offered():
    assert set(LISTS) == {kind.value for kind in TargetList}
    assert set(MAIL_TOOLS) == {"", *presets()}
