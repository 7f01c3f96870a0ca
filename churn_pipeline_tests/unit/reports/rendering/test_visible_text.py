"""Control characters go, everything else stays."""

from churn_pipeline.reports.rendering.visible_text import visible


def test_only_what_cannot_be_shown_goes() -> None:
    assert visible("a\x07b\u202ec\nd\te \u540d \U0001f389") == "abc\nd\te \u540d \U0001f389"
